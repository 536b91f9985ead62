"""Where things are kept that can be made again: compiled networks, the rows of a bench."""

import hashlib
import logging
import os
import tempfile
from pathlib import Path

from platformdirs import user_cache_path

from nitido.errors import SettingError

_MEGABYTES = 64.0  # of compiled networks, unless NITIDO_CACHE_MB says otherwise
_log = logging.getLogger(__name__)


def cache_folder() -> Path:
    """Return ``$NITIDO_CACHE``, or the user's own cache folder; it may not exist yet."""
    return Path(os.environ.get("NITIDO_CACHE") or user_cache_path("nitido", appauthor=False))


def recall(name: str) -> bytes | None:
    """Return what was kept under a name, or None where there is nothing sound.

    Parameters
    ----------
    name : str
        A file name; those that end alike share the room there is.
    """
    file = cache_folder() / name
    try:
        content = file.read_bytes()
        os.utime(file)  # what is used stays longest
    except OSError:
        return None
    digest, kept = content[:32], content[32:]
    if hashlib.sha256(kept).digest() != digest:
        _log.debug("%s is damaged and made anew", file)
        return None
    return kept


def remember(name: str, content: bytes) -> None:
    """Keep something under a name, and let go what was not used for longest where it gets too much.

    Where the folder cannot be written, nothing is kept and nothing is said but at level DEBUG.

    Raises
    ------
    SettingError
        If ``$NITIDO_CACHE_MB``, the room there is in megabytes (0: none), is no such number.
    """
    room = _room()
    if len(content) > room:
        return
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / name, hashlib.sha256(content).digest() + content)
        _let_go(folder, Path(name).suffix, room)
    except OSError as error:
        _log.debug("%s is not kept: %s", name, error)


def _write(file: Path, content: bytes) -> None:
    """Write a file, whole or not at all, also where several processes write it at once."""
    with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".part", delete=False) as half:
        try:
            half.write(content)
            half.close()
            Path(half.name).replace(file)
        except OSError:
            Path(half.name).unlink(missing_ok=True)
            raise


def _let_go(folder: Path, suffix: str, room: float) -> None:
    """Remove files of a kind, the longest unused first, until the rest has room."""
    found = [(file.stat(), file) for file in folder.glob(f"*{suffix}")]
    total = sum(status.st_size for status, _ in found)
    for status, file in sorted(found, key=lambda one: one[0].st_mtime_ns):
        if total <= room:
            return
        file.unlink(missing_ok=True)
        total -= status.st_size


def _room() -> float:
    """Return how many bytes may be kept."""
    said = os.environ.get("NITIDO_CACHE_MB", "")
    try:
        megabytes = float(said) if said else _MEGABYTES
    except ValueError:
        megabytes = -1.0
    if not 0 <= megabytes < float("inf"):
        raise SettingError(
            f"NITIDO_CACHE_MB is {said!r}; give a number of megabytes, or 0 to keep nothing."
        )
    return megabytes * 1e6
