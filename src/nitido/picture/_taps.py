"""Which pixels a resized pixel is made of: Keys' bicubic kernel, as MATLAB's ``imresize``."""

import math
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def taps(before: int, after: int, scale: float, antialias: bool) -> tuple[Array, Array]:
    """Return source positions and weights, each (taps, after); taps without weight are left out."""
    shrink = scale if antialias and scale < 1 else 1.0
    width = 4 / shrink
    center = np.arange(1, after + 1) / scale + 0.5 * (1 - 1 / scale)
    first = np.floor(center - width / 2)
    positions = first + np.arange(math.ceil(width) + 2)[:, None]
    weights = shrink * _cubic(shrink * (center - positions))
    weights /= weights.sum(axis=0)
    # Beyond the border the picture is mirrored, border pixel included.
    mirror = np.concatenate((np.arange(before), np.arange(before)[::-1]))
    indices = mirror[(positions.astype(np.int64) - 1) % (2 * before)]
    used = weights.any(axis=1)
    return indices[used], weights[used]


def along(array: Array, axis: int, indices: Array, weights: Array) -> Array:
    """Resize one axis by adding up one weighted gather per kernel tap, in float64."""
    inner = [1] * array.ndim
    inner[axis] = length = indices.shape[1]
    out = np.zeros([*array.shape[:axis], length, *array.shape[axis + 1 :]])
    for index, weight in zip(indices, weights, strict=True):
        out += np.take(array, index, axis=axis) * weight.reshape(inner)
    return out


def _cubic(distance: Array) -> Array:
    """Return Keys' cubic kernel with a = -1/2."""
    d = np.abs(distance)
    near = 1.5 * d**3 - 2.5 * d**2 + 1
    far = -0.5 * d**3 + 2.5 * d**2 - 4 * d + 2
    return np.where(d <= 1, near, np.where(d <= 2, far, 0))
