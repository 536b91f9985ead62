"""Pictures that are kept in mind, and the search for others of the same scene among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nitido.data._content import Content
from nitido.data._points import BETWEEN, WAYS, turned

# Measured over 55,000 pairs of photographs: strangers reach a likeness of 0.46 and 4 common points
# (two gray crops of sky and sea 0.60); copies that are resized, cut or rained upon have 0.69 or 13.
_LIKE = 0.65
_COMMON = 8
_SAMPLES = 0.93  # correlation above which the surroundings of two points count as the same
_PRODUCT = 2**23  # correlations computed at once
_NEAR = 4  # pixels between where a point lies and where it should
_TURNS = (  # undone by the eight ways, in their order
    "",
    "mirrored top to bottom",
    "mirrored left to right",
    "turned by 180 degrees",
    "mirrored along its diagonal",
    "turned by 90 degrees to the left",
    "turned by 90 degrees to the right",
    "mirrored along its other diagonal",
)


@dataclass(frozen=True)
class Match:
    """Two pictures that show the same.

    Attributes
    ----------
    kind : {"same", "copy", "part"}
        The same pixels; the same picture in another size, turned or recompressed; a common part.
    other : Content
        The picture that was kept in mind.
    turn : str
        How the asked picture is turned or mirrored against the kept one; empty where it is not.
    likeness : float
        Correlation of the thumbnails, -1..1.
    common : int
        Points found in both; 0 where none were looked for.
    """

    kind: Literal["same", "copy", "part"]
    other: Content
    turn: str = ""
    likeness: float = 1.0
    common: int = 0


class Gallery:
    """Pictures to compare others with.

    Parameters
    ----------
    kept : sequence of Content
        The pictures. Their points are searched for crops; without points only whole pictures are
        found. A picture takes 4 KB of memory, and up to 360 KB with its points.
    """

    def __init__(self, kept: Sequence[Content]) -> None:
        self._kept = tuple(kept)
        size = self._kept[0].thumbnail.size if self._kept else 0
        self._thumbnails = np.array([one.thumbnail.ravel() for one in self._kept])
        self._thumbnails = self._thumbnails.reshape(len(self._kept), size)
        counts = [len(one.points.way) for one in self._kept]
        self._owner = np.repeat(np.arange(len(counts)), counts)
        if self._kept:
            self._place = np.concatenate([one.points.place for one in self._kept])
            self._way = np.concatenate([one.points.way for one in self._kept])
            self._samples = np.concatenate([one.points.samples for one in self._kept])

    def find(self, asked: Content) -> list[Match]:
        """Return every kept picture that shows what `asked` shows, also turned and mirrored."""
        if not self._kept:
            return []
        likeness, turns = self._likeness(asked)
        common = self._common(asked)
        matches = []
        for index, one in enumerate(self._kept):
            count, way = common.get(index, (0, 0))
            if one.digest == asked.digest:
                matches.append(Match("same", one, common=count))
            elif likeness[index] >= _LIKE:
                turn = _TURNS[turns[index]]
                matches.append(Match("copy", one, turn, round(float(likeness[index]), 3), count))
            elif count >= _COMMON:
                matches.append(
                    Match("part", one, _TURNS[way], round(float(likeness[index]), 3), count)
                )
        return matches

    def _likeness(self, asked: Content) -> tuple[np.ndarray, np.ndarray]:
        """Return the best correlation with each kept thumbnail, and the way that gives it."""
        ways = np.stack([turned(asked.thumbnail, way).ravel() for way in range(8)])
        table = self._thumbnails @ ways.T
        best = table.argmax(axis=1)
        return table[np.arange(len(table)), best], best

    def _common(self, asked: Content) -> dict[int, tuple[int, int]]:
        """Return how many points a kept picture shares, and how it is turned."""
        points = asked.points
        if not len(points.way) or not len(self._owner):
            return {}
        mine, theirs = self._best(*self._hits(points.samples))
        hits = np.bincount(self._owner[theirs], minlength=len(self._kept))
        often = hits[self._owner[theirs]] >= _COMMON
        mine, theirs = mine[often], theirs[often]
        if not len(mine):
            return {}
        way = BETWEEN[points.way[mine], self._way[theirs]]
        moved = np.einsum("nij,nj->ni", WAYS[way], points.place[mine])
        shift = self._place[theirs] - moved
        found: dict[int, tuple[int, int]] = {}
        for index in np.unique(self._owner[theirs]):
            chosen = self._owner[theirs] == index
            count, turn = _agreement(theirs[chosen], way[chosen], shift[chosen])
            if count >= _COMMON:
                found[int(index)] = (count, turn)
        return found

    def _hits(self, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the numbers and the correlation of all points that look alike, in parts."""
        step = max(1, _PRODUCT // len(self._samples))
        mine, theirs, values = [], [], []
        for start in range(0, len(samples), step):
            table = samples[start : start + step] @ self._samples.T
            rows, columns = np.nonzero(table > _SAMPLES)
            mine.append(rows + start)
            theirs.append(columns)
            values.append(table[rows, columns])
        return np.concatenate(mine), np.concatenate(theirs), np.concatenate(values)

    def _best(
        self, mine: np.ndarray, theirs: np.ndarray, values: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Keep one partner in each picture for every point: textures repeat themselves."""
        order = np.argsort(-values, kind="stable")
        mine, theirs = mine[order], theirs[order]
        first = np.unique(mine * len(self._kept) + self._owner[theirs], return_index=True)[1]
        return mine[first], theirs[first]


def _agreement(theirs: np.ndarray, way: np.ndarray, shift: np.ndarray) -> tuple[int, int]:
    """Return how many different points agree on one turn and one shift, and the turn."""
    cells = np.column_stack([way, shift // _NEAR])
    kinds, counts = np.unique(cells, axis=0, return_counts=True)
    best, turn = 0, 0
    for kind in kinds[np.argsort(-counts)[:4]]:
        inside = (cells == kind).all(axis=1)
        center = np.median(shift[inside], axis=0)
        near = (way == kind[0]) & (np.abs(shift - center).max(axis=1) <= _NEAR)
        count = len(np.unique(theirs[near]))
        if count > best:
            best, turn = count, int(kind[0])
    return best, turn
