"""Folders of pictures, found by name under one root."""

import os
from pathlib import Path

from nitido.errors import DataError

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".avif"})
_SHELVES = ("", "train", "eval")


def root(data: Path | None = None) -> Path:
    """Return the folder that holds image sets: `data`, or ``$NITIDO_DATA``, or ``data`` here."""
    return data or Path(os.environ.get("NITIDO_DATA", "data"))


def locate(name: str, data: Path | None = None) -> Path:
    """Return the folder called `name`: a path as it is, or a set under the root.

    A set may stand directly under the root or on its shelves ``train`` and ``eval``.

    Raises
    ------
    DataError
        If there is no such folder; the message names the places looked at.
    """
    direct = Path(name).expanduser()
    if direct.is_absolute():
        places = [direct]
    else:
        places = [root(data) / shelf / name for shelf in _SHELVES] + [direct]
    for place in places:
        if place.is_dir():
            return place
    looked = ", ".join(str(place) for place in places)
    raise DataError(
        f"No image set '{name}'; looked at {looked}. Point --data or $NITIDO_DATA at your sets."
    )


def pictures(
    source: str, data: Path | None = None, exclude: tuple[str, ...] = ()
) -> tuple[Path, ...]:
    """Return the pictures of `source`, sorted: ``bsds500/train+test`` names two folders of a set.

    Parameters
    ----------
    source : str
        A folder or set; parts joined by ``+`` replace the last component: ``set/a+b``.
    data : Path, optional
        Root of the image sets.
    exclude : (str, ...)
        File stems to leave out.

    Raises
    ------
    DataError
        If a folder is missing or nothing is left.
    """
    first, *others = source.split("+")
    folders = [first, *(str(Path(first).parent / other) for other in others)]
    found = [
        path
        for folder in folders
        for path in sorted(locate(folder, data).rglob("*"))
        if path.suffix.lower() in SUFFIXES and path.is_file() and path.stem not in exclude
    ]
    if not found:
        raise DataError(
            f"The image set '{source}' holds no picture ({', '.join(sorted(SUFFIXES))})."
        )
    return tuple(found)


def pairs(name: str, data: Path | None = None) -> tuple[tuple[Path, Path], ...]:
    """Return (lq, gt) of a set that holds two folders with these names, paired by file stem.

    Raises
    ------
    DataError
        If a folder is missing or a picture has no partner.
    """
    lq, gt = (
        {path.stem: path for path in pictures(f"{name}/{side}", data)} for side in ("lq", "gt")
    )
    lonely = sorted(set(lq) ^ set(gt))
    if lonely:
        raise DataError(f"{name}: '{lonely[0]}' has no partner, and {len(lonely) - 1} others.")
    return tuple((lq[stem], gt[stem]) for stem in sorted(gt))
