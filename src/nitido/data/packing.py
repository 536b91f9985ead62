"""Folders turned into tar files in the layout of WebDataset, the same bytes every time."""

import tarfile
from collections.abc import Callable, Iterator, Sequence
from os.path import commonpath
from pathlib import Path

from nitido.data._archive import remove
from nitido.errors import DataError

_BLOCK = 512  # bytes, of a header and of what contents are padded to


def pack(
    samples: Sequence[tuple[Path, ...]],
    folder: Path,
    *,
    name: str,
    shard_bytes: int = 10**9,
    on_sample: Callable[[Path], None] = lambda file: None,
) -> tuple[Path, ...]:
    """Write ``NAME-000000.tar`` and so on, and return them.

    Files are stored as they are. Nothing else goes in, neither times nor owners, so the same files
    make the same bytes.

    Parameters
    ----------
    samples : sequence of (Path,) or (Path, Path)
        Pictures, or pairs (lq, gt), in the order in which they are to be stored. The place of the
        picture, or of the clean one, below the folder that all have in common becomes the key;
        dots in its name become ``_``, for a key ends at the first dot.
    folder : Path
        Is made. Nothing has its name there before all tar files are written.
    name : str
        Of the tar files.
    shard_bytes : int
        Most bytes of pictures and their headers in a tar file, unless one sample has more.
    on_sample : callable
        Called with the picture, or the clean one, of every sample that has been written.

    Raises
    ------
    DataError
        If there is nothing to write, two keys are the same, tar files of this name are there, or
        they cannot be written.
    """
    keys = _keys([sample[-1] for sample in samples])
    there = sorted(folder.glob(f"{name}-*.tar"))
    if there:
        raise DataError(f"{there[0]} is there already; delete it or write into another folder.")
    beside = folder / f".{name}.packing"
    try:
        remove(beside)  # of a run that was killed
        beside.mkdir(parents=True)
        made = []
        for number, part in enumerate(_parts(samples, shard_bytes)):
            made.append(beside / f"{name}-{number:06}.tar")
            with tarfile.open(made[-1], "w:", format=tarfile.PAX_FORMAT) as archive:
                for index in part:
                    _add(archive, keys[index], samples[index])
                    on_sample(samples[index][-1])
        return tuple(file.rename(folder / file.name) for file in made)
    except OSError as error:
        raise DataError(f"{folder}: the tar files cannot be written: {error}.") from error
    finally:
        remove(beside)


def _keys(files: Sequence[Path]) -> list[str]:
    """Return the key of every file, all of them different."""
    if not files:
        raise DataError("There is no picture to pack.")
    top = commonpath([file.absolute().parent for file in files])
    keys: dict[str, Path] = {}
    for file in files:
        place = file.absolute().relative_to(top)
        key = place.with_name(place.stem.replace(".", "_")).as_posix()
        other = keys.setdefault(key, file)
        if other != file:
            raise DataError(f"{other} and {file} would both have the key {key}; rename one.")
    return list(keys)


def _parts(samples: Sequence[tuple[Path, ...]], most: int) -> Iterator[list[int]]:
    """Yield which samples go into each tar file."""
    part: list[int] = []
    filled = 0
    for index, sample in enumerate(samples):
        size = sum(_BLOCK + -(-file.stat().st_size // _BLOCK) * _BLOCK for file in sample)
        if part and filled + size > most:
            yield part
            part, filled = [], 0
        part.append(index)
        filled += size
    yield part


def _add(archive: tarfile.TarFile, key: str, sample: tuple[Path, ...]) -> None:
    for side, file in zip(("lq.", "gt.") if len(sample) == 2 else ("",), sample, strict=True):
        info = tarfile.TarInfo(f"{key}.{side}{file.suffix[1:].lower()}")
        info.size = file.stat().st_size
        with file.open("rb") as content:
            archive.addfile(info, content)
