"""Finding the part of its scale that a picture makes use of, from values all over it."""

import math

import numpy as np

from nitido.tone._range import FULL, Range

_SAMPLED = 500_000  # pixels at most, whatever the size of the picture
_TAIL = 0.01  # share at either end that does not decide: stars, hot and dead pixels
_MARGIN = 0.1  # spans of what lies between, for what the tails hold of the picture itself
_FEW = 0.001  # share of values that decide nothing where all the others are one and the same

# A picture that spans this much of 0..1 is shown as it is. The networks have seen such in training:
# of 216 photographs (CBSD68, Set14, LIVE1, BSD100, CC) none spans less than 0.45 between its tails.
_USED = 0.4
_BEYOND = 0.5  # of 0..1, either side: noise that was not cut off goes so far

# A narrower range would show what is rounding, or steps between labels, as noise of some size: one
# count is shown as no more than it is in a picture of 8 bits; float32 has 800 steps and more in
# this part of its largest value.
_LEAST_COUNTS = 255
_LEAST_FLOAT = 1e-4


def find_range(values: np.ndarray, depth: int) -> Range:
    """Return what of a picture's scale its contents make use of, robustly.

    Parameters
    ----------
    values : np.ndarray
        Float32 of any shape, nominal units, sampled all over the picture; all channels together,
        so that colors keep their balance.
    depth : int
        8, 16 or 32. Pictures of 8 bits are always shown as they are.

    Returns
    -------
    Range
        `FULL` where the picture uses a good part of 0..1, so that ordinary photographs do not
        depend on percentiles.
    """
    if depth == 8:
        return FULL
    values = np.ravel(values)
    values = values[np.isfinite(values)].astype(np.float64)
    if not values.size:
        return FULL
    low, high = _tails(values)
    if high - low >= _USED and low >= -_BEYOND and high <= 1 + _BEYOND:
        return FULL
    if low == high == 0:
        return FULL
    middle, half = (low + high) / 2, (high - low) * (0.5 + _MARGIN)
    if depth == 32:
        half = max(half, _LEAST_FLOAT * max(abs(low), abs(high)))
        return Range(middle - half, middle + half)
    half = max(half, _LEAST_COUNTS / (2**depth - 1) / 2)
    return Range(max(0.0, middle - half), min(1.0, middle + half))


def _tails(values: np.ndarray) -> tuple[float, float]:
    """Return between which values all but the tails lie; of a flat background, what is on it."""
    low, high = np.quantile(values, (_TAIL, 1 - _TAIL))
    if low == high:
        others = values[values != low]
        if others.size > _FEW * values.size:
            lowest, highest = np.quantile(others, (_TAIL, 1 - _TAIL))
            low, high = min(low, lowest), max(high, highest)
    return float(low), float(high)


class RangeFinder:
    """Samples the rows of a picture as they go by, on a regular grid; memory is bounded.

    Parameters
    ----------
    height, width, depth : int
        Of the picture.
    """

    def __init__(self, height: int, width: int, depth: int) -> None:
        self._depth = depth
        self._step = max(1, math.ceil(math.sqrt(height * width / _SAMPLED)))
        self._at = 0
        self._taken: list[np.ndarray] = []

    def see(self, rows: np.ndarray) -> None:
        """Take in the next rows, float32 (n, W, C)."""
        if self._depth != 8:
            self._taken.append(rows[-self._at % self._step :: self._step, :: self._step].copy())
        self._at += len(rows)

    def found(self) -> Range:
        """Return the range of the rows that were seen."""
        if not self._taken:
            return FULL
        return find_range(np.concatenate([part.ravel() for part in self._taken]), self._depth)
