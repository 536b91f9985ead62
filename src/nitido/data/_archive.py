"""Pictures out of archives of strangers: no path leaves the folder, no link is followed."""

import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from nitido.data._suffixes import SUFFIXES
from nitido.errors import DataError

MOST_BYTES = 2**38  # 256 GiB: the largest sets of the field
MOST_FILES = 2_000_000
_CHUNK = 2**20
_ZIP_LINK = 0o120000


class _Member(NamedTuple):
    """One entry of an archive; `open` is None for what is no regular file."""

    name: str
    open: Callable[[], IO[bytes]] | None
    folder: bool


def is_archive(name: str) -> bool:
    """Whether a file is named like an archive that `unpack` opens."""
    return name.lower().endswith((".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"))


def unpack(
    archive: Path,
    folder: Path,
    *,
    inside: str = "",
    most_bytes: int = MOST_BYTES,
    most_files: int = MOST_FILES,
) -> int:
    """Write the pictures of an archive below a folder and return their number.

    Parameters
    ----------
    archive : Path
        A ZIP or a TAR file, the latter also compressed.
    folder : Path
        Is made; what was in it stays.
    inside : str
        Folder within the archive; everything else is left out.
    most_bytes, most_files : int
        Limits on what is written, so that a bomb does not fill the disk.

    Raises
    ------
    DataError
        If the archive is damaged, a name in it would leave the folder, a picture in it is a link
        or no regular file, two have one name, a limit is passed, or no picture is found.
    """
    wanted = PurePosixPath(inside).parts
    count, room = 0, most_bytes
    try:
        with _members(archive) as members:
            for member in members:
                parts = _parts(archive, member.name)
                if member.folder or parts[: len(wanted)] != wanted:
                    continue
                target = folder.joinpath(*parts[len(wanted) :])
                if target.suffix.lower() not in SUFFIXES or target.name.startswith("."):
                    continue
                if member.open is None:
                    raise DataError(
                        f"{archive.name}: '{member.name}' is a link or a device, which no "
                        "archive of pictures needs; nothing was kept of it."
                    )
                count += 1
                if count > most_files:
                    raise DataError(f"{archive.name} holds more than {most_files:,} pictures.")
                target.parent.mkdir(parents=True, exist_ok=True)
                room -= _copy(archive, member, target, room)
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise DataError(
            f"{archive} cannot be unpacked: {error}. Delete it and fetch it again."
        ) from error
    if not count:
        where = f" in {inside}" if inside else ""
        raise DataError(f"{archive.name} holds no pictures{where}; has its layout changed?")
    return count


@contextmanager
def _members(archive: Path) -> Iterator[Iterator[_Member]]:
    if archive.suffix.lower() == ".zip":
        with zipfile.ZipFile(archive) as zipped:
            yield (_zip_member(zipped, info) for info in zipped.infolist())
    else:
        with tarfile.open(archive, "r:*") as tarred:
            yield (_tar_member(tarred, info) for info in tarred)


def _zip_member(zipped: zipfile.ZipFile, info: zipfile.ZipInfo) -> _Member:
    link = info.external_attr >> 16 & 0o170000 == _ZIP_LINK
    opened = None if link else lambda: zipped.open(info)
    return _Member(info.filename, opened, info.is_dir())


def _tar_member(tarred: tarfile.TarFile, info: tarfile.TarInfo) -> _Member:
    def opened() -> IO[bytes]:
        stream = tarred.extractfile(info)
        assert stream is not None, "a regular file has content"
        return stream

    return _Member(info.name, opened if info.isreg() else None, info.isdir())


def _parts(archive: Path, name: str) -> tuple[str, ...]:
    """Return the parts of a name, all of them harmless."""
    path = PurePosixPath(name)
    harmful = (
        path.is_absolute()
        or ".." in path.parts
        or any(c in name for c in "\\:\0")  # separators and streams of Windows
    )
    if harmful:
        raise DataError(
            f"{archive.name}: the name {name!r} would leave the folder; do not use this archive."
        )
    return path.parts


def _copy(archive: Path, member: _Member, target: Path, room: int) -> int:
    """Copy one member and return its bytes, counted as they come: a header may lie."""
    assert member.open is not None, "links are refused before"
    written = 0
    try:
        with member.open() as source, target.open("xb") as sink:
            while piece := source.read(_CHUNK):
                written += len(piece)
                if written > room:
                    raise DataError(
                        f"{archive.name} would fill more than the bytes allowed; is it a bomb?"
                    )
                sink.write(piece)
            sink.flush()
    except FileExistsError:
        raise DataError(f"{archive.name} holds {target.name} twice.") from None
    return written


def remove(folder: Path) -> None:
    """Remove a folder of ours, if it is there."""
    shutil.rmtree(folder, ignore_errors=True)
