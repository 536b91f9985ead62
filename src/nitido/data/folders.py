"""Pictures by name: folders below one root, lists of files, and tar files."""

from pathlib import Path

from nitido.data import _manifest, _shards
from nitido.data._member import Source
from nitido.data._places import places
from nitido.data._suffixes import SUFFIXES
from nitido.errors import DataError


def locate(name: str, data: Path | None = None) -> Path:
    """Return the folder called `name`: a path as it is, or a set under the root.

    A set may stand directly under the root or on its shelves ``train`` and ``eval``.

    Raises
    ------
    DataError
        If there is no such folder; the message names the places looked at.
    """
    looked_at = places(name, data)
    for place in looked_at:
        if place.is_dir():
            return place
    looked = ", ".join(str(place) for place in looked_at)
    raise DataError(
        f"No image set '{name}'; looked at {looked}. Point --data or $NITIDO_DATA at your sets."
    )


def pictures(
    source: str | tuple[str, ...], data: Path | None = None, exclude: tuple[str, ...] = ()
) -> tuple[Source, ...]:
    """Return the pictures of `source`, in an order that is the same every time.

    Parameters
    ----------
    source : str or (str, ...)
        A folder or set, whose pictures are sorted: ``bsds500/train+test`` names two folders of
        one. A list ``FILE.csv`` or ``FILE.jsonl`` with the column ``gt``. Tar files in the layout
        of WebDataset: ``shards:`` and a pattern, ``shards:wed/*.tar`` below the root or
        ``shards:/sets/train-{0000..0012}.tar``. Of several sources, the pictures one after the
        other.
    data : Path, optional
        Root of the image sets.
    exclude : (str, ...)
        File stems, or keys of samples, to leave out.

    Raises
    ------
    DataError
        If no source is named, something is missing, unclear or damaged, or nothing is left.
    """
    if not source:
        raise DataError("No image set is named; give at least one (data.source).")
    if not isinstance(source, str):
        return tuple(file for one in source for file in pictures(one, data, exclude))
    if _shards.are_shards(source):
        return _shards.pictures(source, data, exclude)
    if _manifest.is_manifest(source):
        return _manifest.pictures(source, data, exclude)
    return folder_pictures(source, data, exclude)


def pairs(
    name: str, data: Path | None = None, exclude: tuple[str, ...] = ()
) -> tuple[tuple[Source, Source], ...]:
    """Return (lq, gt) of a set with these two folders, of a list with these columns, or of shards.

    The parameters are those of `pictures`; in a folder, pictures of one stem are a pair.

    Raises
    ------
    DataError
        If something is missing, unclear or damaged, a picture has no partner, or nothing is left.
    """
    if _shards.are_shards(name):
        return _shards.pairs(name, data, exclude)
    if _manifest.is_manifest(name):
        return _manifest.pairs(name, data, exclude)
    return folder_pairs(name, data, exclude)


def listed(name: str) -> bool:
    """Whether a source is a list or shards and no folder."""
    return _shards.are_shards(name) or _manifest.is_manifest(name)


def paired(name: str, data: Path | None = None) -> bool:
    """Whether a set, a list or shards hold pairs; folders that are joined by ``+`` do not.

    Raises
    ------
    DataError
        If it is missing.
    """
    if _shards.are_shards(name):
        return _shards.paired(name, data)
    if _manifest.is_manifest(name):
        return _manifest.paired(name, data)
    if "+" in Path(name).name:
        return False
    home = locate(name, data)
    return (home / "lq").is_dir() and (home / "gt").is_dir()


def folder_pictures(
    name: str, data: Path | None = None, exclude: tuple[str, ...] = ()
) -> tuple[Path, ...]:
    """Return the pictures of folders, sorted: ``bsds500/train+test`` names two of a set.

    Raises
    ------
    DataError
        If a folder is missing or nothing is left.
    """
    whole = Path(name)
    folders = [str(whole.parent / part) for part in whole.name.split("+")]
    found = [
        path
        for folder in folders
        for path in sorted(locate(folder, data).rglob("*"))
        if path.suffix.lower() in SUFFIXES and path.is_file() and path.stem not in exclude
    ]
    if not found:
        raise DataError(f"The image set '{name}' holds no picture ({', '.join(sorted(SUFFIXES))}).")
    return tuple(found)


def folder_pairs(
    name: str, data: Path | None = None, exclude: tuple[str, ...] = ()
) -> tuple[tuple[Path, Path], ...]:
    """Return (lq, gt) of a set that holds two folders with these names, paired by file stem.

    Pairs whose stem is in `exclude` are left out.

    Raises
    ------
    DataError
        If a folder is missing, a picture has no partner or two pictures share a stem.
    """
    lq, gt = (_by_stem(folder_pictures(f"{name}/{side}", data, exclude)) for side in ("lq", "gt"))
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
