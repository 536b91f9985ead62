"""Folders of pictures, found by name under one root."""

import os
from pathlib import Path

from nitido.data._suffixes import SUFFIXES
from nitido.errors import DataError

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
    source: str | tuple[str, ...], data: Path | None = None, exclude: tuple[str, ...] = ()
) -> tuple[Path, ...]:
    """Return the pictures of `source`, sorted: ``bsds500/train+test`` names two folders of a set.

    Parameters
    ----------
    source : str or (str, ...)
        A folder or set; where its last component is joined by ``+``, several: ``set/a+b``. Of
        several sources, the pictures one after the other.
    data : Path, optional
        Root of the image sets.
    exclude : (str, ...)
        File stems to leave out.

    Raises
    ------
    DataError
        If no source is named, a folder is missing or nothing is left.
    """
    if not source:
        raise DataError("No image set is named; give at least one (data.source).")
    if not isinstance(source, str):
        return tuple(file for one in source for file in pictures(one, data, exclude))
    whole = Path(source)
    folders = [str(whole.parent / part) for part in whole.name.split("+")]
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


def pairs(
    name: str, data: Path | None = None, exclude: tuple[str, ...] = ()
) -> tuple[tuple[Path, Path], ...]:
    """Return (lq, gt) of a set that holds two folders with these names, paired by file stem.

    Pairs whose stem is in `exclude` are left out.

    Raises
    ------
    DataError
        If a folder is missing, a picture has no partner or two pictures share a stem.
    """
    lq, gt = (_by_stem(pictures(f"{name}/{side}", data, exclude)) for side in ("lq", "gt"))
    lonely = sorted(set(lq) ^ set(gt))
    if lonely:
        others = f", nor have {len(lonely) - 1} others" if len(lonely) > 1 else ""
        raise DataError(
            f"{name}: '{lonely[0]}' has no partner{others}; lq and gt must hold the same names."
        )
    return tuple((lq[stem], gt[stem]) for stem in sorted(gt))


def _by_stem(files: tuple[Path, ...]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for file in files:
        other = found.setdefault(file.stem, file)
        if other != file:
            raise DataError(f"{file} and {other} share a name, so their partner is unclear.")
    return found
