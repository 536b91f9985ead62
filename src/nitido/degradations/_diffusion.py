"""Two ways to diffuse errors over planes; both give what a plain loop over the pixels gives.

Sums of floating point numbers depend on their order in the last bit, and one bit may turn a pixel.
So errors are added in the order in which a loop over the pixels makes them.

Both functions take

- `values` (C, H, W), in the unit of `palette`, which holds what each level stands for;
- `shares` (rows, 5), which part of a pixel's error goes where: the first row is the pixel's own,
  the others lie below; the columns go from two back to two ahead;
- `thresholds`, the value from which on each level but the first is taken;
- `shifts` (C, H, W), what is added to the thresholds of each pixel, or None;

and return numbers of levels, uint8 (C, H, W).
"""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

_REACH = 2  # columns to either side
_TAPS = 2 * _REACH + 1


def in_fronts(
    values: np.ndarray,
    shares: np.ndarray,
    thresholds: np.ndarray,
    palette: np.ndarray,
    shifts: np.ndarray | None,
) -> np.ndarray:
    """Diffuse with every row from left to right.

    Each row stays `slant` columns behind the one above. Then all that a pixel gets from above comes
    before what it gets from its own row, and the pixels of a slanted front, which have nothing to
    do with one another, are done at once.
    """
    channels, height, width = values.shape
    reached = np.flatnonzero(shares.any(axis=0))
    slant = int(reached[-1] - reached[0])
    flat = _framed(values, len(shares) - 1)
    moved = None if shifts is None else _framed(shifts, len(shares) - 1)
    chosen = np.zeros(flat.shape, np.uint8)
    taps = np.lib.stride_tricks.sliding_window_view(flat, _TAPS, axis=1, writeable=True)
    taps = taps.transpose(2, 0, 1)
    columns = width + 2 * _REACH
    to_rows = [(row * columns - _REACH, shares[row][:, None, None]) for row in range(len(shares))]
    # From a pixel of a front to the one in the next row. Where a front has two pixels, the width is
    # more than the slant, and so a step is at least as long as the taps: they never overlap.
    step = columns - slant
    for time in range(slant * (height - 1) + width):
        first = max(0, (time - width) // slant + 1)
        last = min(height - 1, time // slant)
        if first > last:
            continue  # narrow pictures have moments without a pixel
        start = first * step + time + _REACH
        stop = start + (last - first) * step + 1
        wanted = flat[:, start:stop:step]
        asked = wanted if moved is None else wanted - moved[:, start:stop:step]
        levels = thresholds.searchsorted(asked, side="right")
        chosen[:, start:stop:step] = levels
        errors = wanted - palette[levels]
        for offset, share in reversed(to_rows):
            taps[:, :, start + offset : stop + offset : step] += share * errors
    return chosen.reshape(channels, -1, columns)[:, :height, _REACH : _REACH + width]


def in_turns(
    values: np.ndarray,
    shares: np.ndarray,
    thresholds: np.ndarray,
    palette: np.ndarray,
    shifts: np.ndarray | None,
) -> np.ndarray:
    """Diffuse with every other row from right to left, and the shares mirrored there.

    A row begins where the one above ended, so every pixel has to wait for the one before it.
    """
    channels, height, width = values.shape
    planes = _framed(values, len(shares) - 1).reshape(channels, -1, width + 2 * _REACH)
    moved = np.zeros(values.shape) if shifts is None else shifts
    chosen = np.empty(values.shape, np.uint8)
    ahead = shares[0, _REACH + 1 :].tolist()
    for row in range(height):
        way = -1 if row % 2 else 1
        window = planes[:, row : row + len(shares), ::way]
        wanted = window[:, 0, _REACH:-_REACH]
        shift = moved[:, row, ::way]
        for channel in range(channels):
            wanted[channel] = _with_errors(
                wanted[channel].tolist(),
                shift[channel].tolist(),
                ahead,
                thresholds.tolist(),
                palette.tolist(),
            )
        levels = thresholds.searchsorted(wanted - shift, side="right")
        chosen[:, row, ::way] = levels
        errors = wanted - palette[levels]
        for lower in range(1, len(shares)):
            # What goes furthest ahead comes from the earliest pixel.
            for column in reversed(range(_TAPS)):
                window[:, lower, column : column + width] += shares[lower, column] * errors
    return chosen


def _framed(planes: np.ndarray, below: int) -> np.ndarray:
    """Return a copy with a margin for what goes over the border, float64 (C, all rows in one)."""
    margins = ((0, 0), (0, below), (_REACH, _REACH))
    return np.pad(np.asarray(planes, np.float64), margins).reshape(len(planes), -1)


def _with_errors(
    values: Sequence[float],
    shifts: Sequence[float],
    ahead: Sequence[float],
    thresholds: Sequence[float],
    palette: Sequence[float],
) -> list[float]:
    """Return the values of a row plus the errors that they get from earlier ones of the row."""
    near, far = ahead
    row = []
    last = before = 0.0  # errors of the pixels one and two columns back
    for value, shift in zip(values, shifts, strict=True):
        wanted = value + before * far + last * near
        before = last
        last = wanted - palette[bisect_right(thresholds, wanted - shift)]
        row.append(wanted)
    return row
