"""Pictures out of tar files in the layout of WebDataset, each found by its place.

A sample is what shares a key, the name up to the first dot: ``key.png`` or ``key.jpg`` is a
picture, ``key.lq.png`` and ``key.gt.png`` are a pair. What is no picture is passed over.

The package ``webdataset`` is not used: it reads tar files as streams and shuffles in a buffer, so
it cannot give sample i, which has to be a pure function of (seed, i). Here members are read at
random, and no file is unpacked.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from nitido.data._member import Member, split_name
from nitido.data._places import places, unfit
from nitido.data._suffixes import SUFFIXES
from nitido.data._tar_index import members
from nitido.errors import DataError

PREFIX = "shards:"
_MOST = 100_000  # tar files of one pattern
_RANGE = re.compile(r"\{([0-9]{1,9})\.\.([0-9]{1,9})\}")
_NAMES = {  # extensions of the sides of a sample
    side: frozenset(f"{side}{suffix}".lstrip(".") for suffix in SUFFIXES)
    for side in ("", "lq", "gt")
}
_REMEDY = "A sample is key.png or key.jpg, or key.lq.png and key.gt.png; a key has no dot."


def are_shards(name: str) -> bool:
    """Whether a source names shards."""
    return name.startswith(PREFIX)


def pictures(name: str, data: Path | None, exclude: tuple[str, ...]) -> tuple[Member, ...]:
    """Return the picture of every sample, of pairs the clean one, in the order of the tar files.

    Raises
    ------
    DataError
        If a tar file is missing or damaged, a sample has no picture or several, or nothing is left.
    """
    found, problems = [], []
    for sample in _samples(name, data, exclude):
        files = sample.side("gt") or sample.side("")
        if len(files) == 1:
            found.append(files[0])
        else:
            problems.append(sample.problem(f"{len(files) or 'no'} pictures"))
    _check(name, found, problems)
    return tuple(found)


def pairs(
    name: str, data: Path | None, exclude: tuple[str, ...]
) -> tuple[tuple[Member, Member], ...]:
    """Return (lq, gt) of every sample, in the order of the tar files.

    Raises
    ------
    DataError
        If a tar file is missing or damaged, a sample is no pair, or nothing is left.
    """
    found, problems = [], []
    for sample in _samples(name, data, exclude):
        lq, gt = sample.side("lq"), sample.side("gt")
        if len(lq) == len(gt) == 1:
            found.append((lq[0], gt[0]))
        else:
            problems.append(sample.problem(f"{len(lq)} damaged and {len(gt)} clean pictures"))
    _check(name, found, problems)
    return tuple(found)


def paired(name: str, data: Path | None) -> bool:
    """Whether the first sample has a damaged picture."""
    first = next(_samples(name, data, ()), None)
    return first is not None and bool(first.side("lq"))


class _Sample:
    """The pictures of one key."""

    def __init__(self, files: list[Member]) -> None:
        self._files = files

    def side(self, side: str) -> list[Member]:
        """Return what is called ``key.SIDE.png``, or with an empty side ``key.png``."""
        return [file for file in self._files if split_name(file.name)[1] in _NAMES[side]]

    def problem(self, found: str) -> str:
        names = ", ".join(Path(file.name).name for file in self._files[:4])
        return f"{self._files[0].parent}: the key '{self._files[0].key}' has {found} ({names})"


def _samples(name: str, data: Path | None, exclude: tuple[str, ...]) -> Iterator[_Sample]:
    """Yield the samples of all tar files of a pattern; one key in two of them is two samples."""
    for path in _files(name.removeprefix(PREFIX), data):
        keyed: dict[str, list[Member]] = {}
        for member in members(path):
            if member.stem and member.stem not in exclude:  # without one it is hidden: ._a.png
                keyed.setdefault(member.key, []).append(member)
        yield from map(_Sample, keyed.values())


def _check(name: str, found: Sequence[object], problems: list[str]) -> None:
    if problems:
        raise unfit(f"{name} has samples that are unclear", problems, _REMEDY)
    if not found:
        raise DataError(f"{name} holds no picture ({', '.join(sorted(SUFFIXES))}).")


def _files(pattern: str, data: Path | None) -> tuple[Path, ...]:
    """Return the tar files of a pattern, sorted.

    Raises
    ------
    DataError
        If there is none, or one that a range of numbers names is missing.
    """
    patterns = _expanded(str(Path(pattern).expanduser()))
    if not Path(patterns[0]).name:
        raise DataError(f"{PREFIX}{pattern} names no tar file.")
    top = Path(Path(patterns[0]).anchor)
    bases = [top] if top.anchor else places(".", data)
    found: list[list[Path]] = []
    for base in bases:
        try:
            found = [sorted(base.glob(str(Path(one).relative_to(top)))) for one in patterns]
        except ValueError as error:
            raise DataError(f"{PREFIX}{pattern} is no pattern: {error}.") from error
        if any(found):
            break
    else:
        raise DataError(f"No tar file '{pattern}'; looked in {', '.join(map(str, bases))}.")
    missing = [f"no {one}" for one, files in zip(patterns, found, strict=True) if not files]
    if missing:
        raise unfit(
            f"{PREFIX}{pattern} names {len(patterns):,} tar files",
            missing,
            "Get them, or name fewer.",
        )
    return tuple(dict.fromkeys(file for files in found for file in files))


def _expanded(pattern: str) -> list[str]:
    """Return what ranges of numbers stand for: ``a-{08..11}`` is a-08, a-09, a-10 and a-11."""
    done = [pattern]
    while ranged := _RANGE.search(done[0]):
        first, last = ranged.groups()
        count = int(last) - int(first) + 1
        if count < 1 or count * len(done) > _MOST:
            raise DataError(
                f"{PREFIX}{pattern}: {ranged[0]} has to rise, and to at most {_MOST:,} files."
            )
        padded = any(end.startswith("0") and end != "0" for end in (first, last))
        width = max(len(first), len(last)) if padded else 0
        numbers = [f"{number:0{width}}" for number in range(int(first), int(last) + 1)]
        done = [_RANGE.sub(number, one, count=1) for one in done for number in numbers]
    if "{" in done[0] or "}" in done[0]:
        raise DataError(f"{PREFIX}{pattern}: braces hold a range of numbers, {{0000..0012}}.")
    return done
