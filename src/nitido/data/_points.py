"""Points of a picture that are found again in a crop, a turned copy and a JPEG of it.

A point is a local extremum of the difference of two box blurs. Its surroundings, 9 x 9 samples of
the blurred picture, are brought to unit length and turned and mirrored into a standard position,
so that one comparison covers all eight ways to turn a picture. (The idea is that of SIFT, Lowe,
IJCV 2004, cut down to what copies of pictures need: one scale, right angles.)
"""

from typing import NamedTuple

import numpy as np

MARGIN = 24  # pixels around a point on which it depends
MOST = 1024  # points that are kept of a picture
_REACH, _STEP = 4, 5  # samples on each side of a point, and pixels between them
_SIDE = 2 * _REACH + 1
_PEAK = 6  # no stronger point lies nearer than this
_FINE, _COARSE = 2, 5  # radii of the blurs
_CONTRAST = 2.0  # least difference of the blurs, and least deviation of the samples, in 0..255
_RULER = np.arange(-_REACH, _REACH + 1, dtype=np.float32)
_OFFSETS = np.stack(np.meshgrid(_RULER, _RULER, indexing="ij"), -1).reshape(-1, 2) * _STEP


class Points(NamedTuple):
    """Points of one picture, the strongest first."""

    place: np.ndarray  # (N, 2) row and column
    way: np.ndarray  # (N,) how the samples were turned, see `WAYS`
    samples: np.ndarray  # (N, 81) float32, each row of unit length
    strength: np.ndarray  # (N,)


def _matrix(way: int) -> np.ndarray:
    """Return what a way does to (row, column): bit 1 mirrors rows, 2 columns, 4 swaps the two."""
    mirror = np.diag([-1 if way & 1 else 1, -1 if way & 2 else 1])
    return mirror[::-1] if way & 4 else mirror


WAYS = np.stack([_matrix(way) for way in range(8)])
# From the standard positions of two points to the way that leads from one picture to the other.
BETWEEN = np.array(
    [
        [next(w for w in range(8) if (WAYS[w] == WAYS[b].T @ WAYS[a]).all()) for b in range(8)]
        for a in range(8)
    ]
)
NO_POINTS = Points(
    np.zeros((0, 2), np.int64),
    np.zeros(0, np.int64),
    np.zeros((0, _SIDE**2), np.float32),
    np.zeros(0, np.float32),
)


def turned(square: np.ndarray, way: int) -> np.ndarray:
    """Return a square array mirrored and turned by one of the eight ways."""
    square = square[::-1] if way & 1 else square
    square = square[:, ::-1] if way & 2 else square
    return square.T if way & 4 else square


def find_points(gray: np.ndarray, core: slice, top: int = 0) -> Points:
    """Return the points in some rows of a picture.

    Parameters
    ----------
    gray : ndarray
        (H, W), 0..255: the rows, and `MARGIN` more on each side where the picture goes on.
    core : slice
        The rows in which points are looked for.
    top : int
        Number of the first row of `gray` in the picture.
    """
    border = _REACH * _STEP + 1
    if min(gray.shape) <= 2 * border:
        return NO_POINTS
    fine = _blur(_blur(gray, _FINE), _FINE)
    strength = np.abs(_blur(fine, _COARSE) - fine)
    peaks = (strength == _highest(strength, _PEAK)) & (strength > _CONTRAST)
    peaks[: max(core.start, border)] = peaks[min(core.stop, len(gray) - border) :] = False
    peaks[:, :border] = peaks[:, -border:] = False
    place = np.argwhere(peaks)
    where = place[:, None] + _OFFSETS.astype(np.int64)
    samples = fine[where[..., 0], where[..., 1]]
    samples -= samples.mean(axis=1, keepdims=True)
    length = np.linalg.norm(samples, axis=1)
    clear = length > _CONTRAST * 2 * _SIDE
    place, samples = place[clear], samples[clear] / length[clear, None]
    samples, way = _standard(samples.reshape(-1, _SIDE, _SIDE))
    found = Points(place + np.array([top, 0]), way, samples, strength[place[:, 0], place[:, 1]])
    return strongest([found])


def strongest(parts: list[Points]) -> Points:
    """Join points and keep the strongest."""
    joined = Points(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    order = np.argsort(-joined.strength, kind="stable")[:MOST]
    return Points(*(column[order] for column in joined))


def _standard(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn each (N, 9, 9) so that it grows downwards, and to the right even more."""
    down = (samples * _RULER[:, None]).sum((1, 2))
    right = (samples * _RULER).sum((1, 2))
    way = (down < 0) + 2 * (right < 0) + 4 * (np.abs(right) < np.abs(down))
    out = np.empty_like(samples)
    for one in range(8):
        chosen = way == one
        part = samples[chosen]
        part = part[:, ::-1] if one & 1 else part
        part = part[:, :, ::-1] if one & 2 else part
        out[chosen] = part.swapaxes(1, 2) if one & 4 else part
    return out.reshape(-1, _SIDE**2), way.astype(np.int64)


def _blur(array: np.ndarray, radius: int) -> np.ndarray:
    """Return the mean over a square; beyond the border the last value goes on."""
    for axis in (0, 1):
        size = array.shape[axis]
        ends = [(0, 0), (0, 0)]
        ends[axis] = (radius + 1, radius)
        total = np.cumsum(np.pad(array, ends, mode="edge"), axis=axis, dtype=np.float64)
        after = np.take(total, np.arange(2 * radius + 1, size + 2 * radius + 1), axis)
        before = np.take(total, np.arange(size), axis)
        array = ((after - before) / (2 * radius + 1)).astype(np.float32)
    return array


def _highest(array: np.ndarray, radius: int) -> np.ndarray:
    """Return the maximum over a square around every value, in log(radius) passes."""
    width = 2 * radius + 1
    for _ in range(2):
        rows = np.pad(array.T, ((radius, radius), (0, 0)), constant_values=-1)
        reach = 1
        while reach < width:
            step = min(reach, width - reach)
            rows = np.maximum(rows[:-step], rows[step:])
            reach += step
        array = rows
    return array
