"""Sets that their authors serve freely: fetched, checked, unpacked into their folder.

Nothing else in the project opens a connection.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from nitido.data._archive import MOST_BYTES, MOST_FILES, is_archive, remove, unpack
from nitido.data._image_set import Download, ImageSet
from nitido.data._transfer import Progress, transfer
from nitido.errors import DataError

# Kept beside the folder of the set until they are unpacked, so that a second split finds them.
_SHELF = ".downloads"


@dataclass(frozen=True)
class Fetched:
    """What became of one download.

    Attributes
    ----------
    url : str
        Where it came from.
    folder : Path
        Where its pictures lie.
    pictures : int
        How many came out of it.
    sha256 : str
        Of the file as it came; empty if it was not fetched because its folder was there.
    checked : bool
        Whether the hash was compared with a published one.
    """

    url: str
    folder: Path
    pictures: int
    sha256: str = ""
    checked: bool = False


def fetch(
    image_set: ImageSet,
    root: Path,
    *,
    splits: Sequence[str] = (),
    keep: bool = False,
    on_file: Callable[[str], Progress] = lambda url: lambda here, total: None,
    most_bytes: int = MOST_BYTES,
    most_files: int = MOST_FILES,
    pause: float = 1.0,
) -> list[Fetched]:
    """Fetch a set into ``root/NAME``, or go on where the last call was cut.

    Parameters
    ----------
    image_set : ImageSet
        What to fetch.
    root : Path
        The root of the image sets.
    splits : sequence of str
        Only these folders of the set; all without it.
    keep : bool
        Whether archives are kept after they are unpacked, in ``root/.downloads``.
    on_file : callable
        Called with each address; what it returns is called with bytes here and bytes in all.
    most_bytes, most_files : int
        Limits on a download and on what comes out of it.
    pause : float
        Seconds before a second attempt.

    Returns
    -------
    list of Fetched
        One for each download. A folder that is there already is left as it is.

    Raises
    ------
    DataError
        If the set cannot be fetched by itself, a split is unknown, or a download fails.
    """
    wanted = _wanted(image_set, splits)
    home, shelf = root / image_set.name, root / _SHELF
    done, archives = [], []
    for download in wanted:
        folder = home / download.to
        name = unquote(urlsplit(download.url).path).rpartition("/")[2]
        if not name or name.startswith(".") or "\\" in name:
            raise DataError(f"{download.url} does not end in the name of a file.")
        packed = is_archive(name)
        target = shelf / image_set.name / name if packed else folder / name
        if target.exists() if not packed else _holds_something(folder):
            done.append(Fetched(download.url, folder, 0))
            continue
        digest = ""
        if not target.exists():
            digest = transfer(
                download.url,
                target,
                size=download.size,
                sha256=download.sha256,
                most_bytes=most_bytes,
                progress=on_file(download.url),
                pause=pause,
            )
        count = 1
        if packed:
            archives.append(target)
            count = _unpack_into(target, folder, download, most_bytes, most_files)
        done.append(
            Fetched(download.url, folder, count, digest, checked=download.sha256 is not None)
        )
    if not keep:
        for archive in archives:
            archive.unlink(missing_ok=True)
        for place in (shelf / image_set.name, shelf):
            if place.is_dir() and not any(place.iterdir()):
                place.rmdir()
    return done


def _wanted(image_set: ImageSet, splits: Sequence[str]) -> list[Download]:
    if not image_set.downloads:
        raise DataError(by_hand(image_set))
    offered = list(dict.fromkeys(download.to for download in image_set.downloads))
    for split in splits:
        if split not in offered:
            raise DataError(
                f"{image_set.name} has no split '{split}'; it has {', '.join(offered)}."
            )
    return [d for d in image_set.downloads if not splits or d.to in splits]


def by_hand(image_set: ImageSet) -> str:
    """Say where a set comes from that is not fetched by itself, and where it belongs."""
    source = f"get it from {image_set.address}" if image_set.address else "its address is unknown"
    folders = [folder for folder in image_set.folders if folder != "."]
    places = f", its pictures in {', '.join(folders)}" if folders else ""
    return (
        f"{image_set.title} cannot be fetched by itself: {source} and put it into a folder called "
        f"{image_set.name} under --data or $NITIDO_DATA{places}. Terms: {image_set.terms}."
    )


def _holds_something(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _unpack_into(
    archive: Path,
    folder: Path,
    download: Download,
    most_bytes: int,
    most_files: int,
) -> int:
    """Unpack beside the folder and rename: it is there whole or not at all."""
    beside = folder.parent / f".{folder.name}.unpacking"
    remove(beside)  # of a run that was killed
    try:
        count = unpack(
            archive,
            beside,
            inside=download.inside,
            most_bytes=most_bytes,
            most_files=most_files,
        )
        if folder.is_dir():
            folder.rmdir()  # it is empty
        beside.rename(folder)
    finally:
        remove(beside)
    return count
