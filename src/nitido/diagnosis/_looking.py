"""One look over all rows of a picture, from which everything is judged afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nitido.picture import Source, area_weights
from nitido.tone import Range, RangeFinder, Tone, find_photon

SMALL = 128  # pixels, sides of the whole picture made small
SIDE = 96  # pixels, of the windows
_ACROSS = 8  # windows in a row of windows, at most
_DOWN = 6  # rows of windows, at most


@dataclass(frozen=True)
class Look:
    """What is kept of a picture of any size.

    Parameters
    ----------
    height, width, depth : int
        Of the picture.
    windows : tuple of np.ndarray
        Float32 (h, w, C), at most 96 x 96 pixels, spread over the picture, in its own values.
    tone : Tone
        What a network is shown of the picture: the range that it uses, its photon noise made white.
    small : np.ndarray
        Float32 (128, 128, C): the mean of the picture over equal areas.
    """

    height: int
    width: int
    depth: int
    windows: tuple[np.ndarray, ...]
    tone: Tone
    small: np.ndarray

    @property
    def range(self) -> Range:
        """What a network is shown of the picture as 0..1."""
        return self.tone.range


def look(source: Source) -> Look:
    """Go once over the rows of a picture; memory does not grow with it.

    Parameters
    ----------
    source : Source
        Standing at its first row; it stands behind its last one afterwards.
    """
    windows: list[np.ndarray] = []
    narrow = np.zeros((SMALL, source.width * source.channels), np.float32)
    down = area_weights(source.height, SMALL)
    finder = RangeFinder(source.height, source.width, source.depth)
    tops = list(_places(source.height, _DOWN))
    at = 0
    band = np.empty((0, source.width, source.channels), np.float32)
    while at < source.height:
        rows, _ = source.rows(SIDE)
        finder.see(rows)
        weights = down[:, at : at + len(rows)]
        areas = np.flatnonzero(weights.any(axis=1))  # the few that these rows lie in
        narrow[areas] += weights[areas] @ rows.reshape(len(rows), -1)
        band = np.concatenate((band, rows))[-2 * SIDE :]
        at += len(rows)
        while tops and (tops[0] + SIDE <= at or at == source.height):
            top = tops.pop(0) - (at - len(band))
            for left in _places(source.width, _ACROSS):
                windows.append(band[top : top + SIDE, left : left + SIDE].copy())
    across = area_weights(source.width, SMALL)
    small = np.tensordot(narrow.reshape(SMALL, source.width, source.channels), across, (1, 1))
    small = np.ascontiguousarray(small.swapaxes(1, 2))
    shown = finder.found()
    photon = find_photon(windows, shown) if source.depth != 8 else None
    tone = Tone(shown, photon)
    return Look(source.height, source.width, source.depth, tuple(windows), tone, small)


def _places(length: int, most: int) -> Iterator[int]:
    """Yield where windows begin along a side, at most `most`, spread evenly."""
    count = min(most, max(1, length // SIDE))
    last = max(0, length - SIDE)
    for index in range(count):
        yield last * index // max(1, count - 1) if count > 1 else last // 2
