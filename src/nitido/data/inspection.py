"""What a set holds, and whether its pairs are pairs."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nitido.data._content import Content, content
from nitido.data._member import Source
from nitido.errors import PictureError

# Thumbnails of a picture and its damaged copy correlate more; strangers reach 0.46 at most.
_UNLIKE = 0.3
_SCALES = (1, 2, 3, 4, 6, 8)

Kind = Literal["corrupt", "lonely", "twin", "size", "bands", "depth", "same", "unlike", "mixed"]


@dataclass(frozen=True)
class Remark:
    """One thing that inspecting found.

    Attributes
    ----------
    kind : str
        ``corrupt`` a file that cannot be read; of pairs, ``lonely`` one without a partner,
        ``twin`` two files of one name, ``size`` sizes that fit at no scale or at another scale
        than those of the others, ``bands`` gray against color, ``depth`` 8 bits against 16,
        ``same`` no damage at all, ``unlike`` two different scenes; ``mixed`` sizes of pixels or
        bands that not all pictures of the set share, which is no problem by itself.
    file : str
        The picture; of a pair, the damaged one where there is one.
    reason : str
        What was found, in a sentence without its full stop.
    """

    kind: Kind
    file: str
    reason: str

    @property
    def problem(self) -> bool:
        """Whether something is wrong; a remark may be as it should."""
        return self.kind != "mixed"


@dataclass(frozen=True)
class Inspection:
    """What a set holds.

    Attributes
    ----------
    pictures, pairs : int
        How many files were looked at, and how many of them are pairs that can be used.
    sizes, bands, depths, formats : {str: int}
        How many pictures have each, the most frequent first; sizes are ``WIDTH x HEIGHT``.
    scale : int, optional
        Size of the clean pictures / size of the damaged ones, as most pairs have it.
    remarks : tuple of Remark
        What is wrong or worth knowing.
    """

    pictures: int
    pairs: int
    sizes: dict[str, int]
    bands: dict[str, int]
    depths: dict[str, int]
    formats: dict[str, int]
    scale: int | None
    remarks: tuple[Remark, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong with it."""
        return not any(remark.problem for remark in self.remarks)


def inspect_pictures(
    files: Sequence[Source], on_picture: Callable[[Source], None] = lambda file: None
) -> Inspection:
    """Say what single pictures are."""
    tally = _Tally(on_picture)
    for file in files:
        tally.look(file)
    return tally.result(0, None)


def inspect_pairs(
    lq: Sequence[Source],
    gt: Sequence[Source],
    on_picture: Callable[[Source], None] = lambda file: None,
) -> Inspection:
    """Say what pairs hold, paired by file stem, and which of them are none.

    Parameters
    ----------
    lq, gt : sequence of Path
        The damaged and the clean pictures.
    on_picture : callable
        Called with every file that has been looked at.
    """
    tally = _Tally(on_picture)
    damaged, clean = (_by_stem(side, tally) for side in (lq, gt))
    for stem in sorted(set(damaged) ^ set(clean)):
        file = damaged.get(stem) or clean[stem]
        side = "clean" if stem in damaged else "damaged"
        tally.remark("lonely", file, f"it has no {side} partner of the same name")
    pairs = [(damaged[stem], clean[stem]) for stem in sorted(set(damaged) & set(clean))]
    return _inspected(pairs, tally)


def inspect_matched(
    pairs: Sequence[tuple[Source, Source]],
    on_picture: Callable[[Source], None] = lambda file: None,
) -> Inspection:
    """Say what pairs (lq, gt) hold whose partners are known, and which of them are none."""
    return _inspected(pairs, _Tally(on_picture))


def _inspected(pairs: Sequence[tuple[Source, Source]], tally: "_Tally") -> Inspection:
    scales: list[tuple[Source, int | None]] = []
    for lq, gt in pairs:
        first, second = tally.look(lq), tally.look(gt)
        if first and second:
            scales.append((lq, _pair(first, second, tally)))
    usual = Counter(scale for _, scale in scales if scale).most_common(1)
    scale = usual[0][0] if usual else None
    for file, found in scales:
        if found not in (None, scale):
            tally.remark("size", file, f"its scale is {found}; most pairs have {scale}")
    return tally.result(len(scales), scale)


def _by_stem(files: Sequence[Source], tally: "_Tally") -> dict[str, Source]:
    found: dict[str, Source] = {}
    for file in files:
        first = found.setdefault(file.stem, file)
        if first != file:
            tally.remark("twin", file, f"{first} has the same name, so the partner is unclear")
    return found


def _pair(lq: Content, gt: Content, tally: "_Tally") -> int | None:
    """Compare the two sides of a pair and return its scale."""
    sizes = f"{lq.width} x {lq.height} against {gt.width} x {gt.height}"
    scale = next(
        (s for s in _SCALES if (lq.height * s, lq.width * s) == (gt.height, gt.width)), None
    )
    if scale is None:
        tally.remark("size", lq.file, f"{sizes}: the sizes fit at no scale")
    if lq.channels != gt.channels:
        bands = f"{_bands(lq.channels)} against {_bands(gt.channels)}"
        tally.remark("bands", lq.file, bands)
    if lq.depth != gt.depth:
        tally.remark("depth", lq.file, f"{lq.depth} bits against {gt.depth}")
    likeness = float(np.vdot(lq.thumbnail, gt.thumbnail))
    if lq.digest == gt.digest:
        tally.remark("same", lq.file, "its pixels are those of the clean picture: no damage")
    elif likeness < _UNLIKE and lq.thumbnail.any() and gt.thumbnail.any():
        tally.remark("unlike", lq.file, f"it shows another scene (likeness {likeness:.2f})")
    return scale


def _bands(count: int) -> str:
    return {1: "gray", 3: "RGB"}.get(count, f"{count} bands")


class _Tally:
    """Counts what has been seen."""

    def __init__(self, on_picture: Callable[[Source], None]) -> None:
        self._on_picture = on_picture
        self._sizes: Counter[str] = Counter()
        self._bands: Counter[str] = Counter()
        self._depths: Counter[str] = Counter()
        self._formats: Counter[str] = Counter()
        self._remarks: list[Remark] = []
        self._pictures = 0

    def look(self, file: Source) -> Content | None:
        """Read a picture; None if it cannot be read."""
        self._pictures += 1
        try:
            found = content(file)
        except PictureError as error:
            self.remark("corrupt", file, str(error).rstrip("."))
            return None
        finally:
            self._on_picture(file)
        self._sizes[f"{found.width} x {found.height}"] += 1
        self._bands[_bands(found.channels)] += 1
        self._depths[f"{found.depth} bits"] += 1
        self._formats[file.suffix.lower().lstrip(".")] += 1
        return found

    def remark(self, kind: Kind, file: Source, reason: str) -> None:
        self._remarks.append(Remark(kind, str(file), reason))

    def result(self, pairs: int, scale: int | None) -> Inspection:
        for what, counts in (("bands", self._bands), ("depths", self._depths)):
            if len(counts) > 1:
                listed = ", ".join(f"{n} {name}" for name, n in counts.most_common())
                self._remarks.append(Remark("mixed", "", f"{what}: {listed}"))
        counters = (self._sizes, self._bands, self._depths, self._formats)
        sizes, bands, depths, formats = (dict(c.most_common()) for c in counters)
        return Inspection(
            self._pictures, pairs, sizes, bands, depths, formats, scale, tuple(self._remarks)
        )
