"""PSNR that also counts the blocks that are left.

Yim, Bovik: "Quality Assessment of Deblocked Images", IEEE Transactions on Image Processing 20(1),
2011: the squared error grows by a blocking effect factor, which is measured on the restored picture
alone, so the two arguments cannot be exchanged. Blocks are 8 x 8 and begin at the corner.
"""

import math

import numpy as np
from numpy.typing import NDArray

from nitido.metrics._pair import Array, pair

_BLOCK = 8


def psnr_b(restored: Array, gt: Array, border: int = 0) -> float:
    """Return the PSNR-B in dB for a range of 1 (255 where the values are 8-bit).

    Parameters
    ----------
    restored, gt : ndarray
        Shape (H, W) or (H, W, C), floats 0..1 or unsigned integers of full range. Papers score the
        luma; of more channels the error and the blocking effect are each the mean.
    border : int
        Pixels cut off every side first; a multiple of 8 keeps the blocks where they were.

    Returns
    -------
    float
        Infinite where the two are equal and no step at a border of blocks stands out.

    Raises
    ------
    SettingError
        If the two do not compare: another shape, another kind of values, too wide a border.
    """
    first, second = pair(restored, gt, border)
    blocking = np.mean([_blocking(first[..., c]) for c in range(first.shape[2])])
    error = float(np.mean(np.square(first - second)) + blocking)
    return math.inf if error == 0 else -10 * math.log10(error)


def _blocking(plane: NDArray[np.float64]) -> float:
    """Return by how much steps at borders of blocks exceed the others, weighted as in the paper."""
    across, down = np.diff(plane, axis=1) ** 2, np.diff(plane, axis=0) ** 2
    at_border = [across[:, _BLOCK - 1 :: _BLOCK], down[_BLOCK - 1 :: _BLOCK]]
    count = sum(steps.size for steps in at_border)
    others = across.size + down.size - count
    if not count or not others:
        return 0.0
    on = sum(float(steps.sum()) for steps in at_border)
    off = (float(across.sum() + down.sum()) - on) / others
    on /= count
    return math.log2(_BLOCK) / math.log2(max(min(plane.shape), 2)) * (on - off) if on > off else 0.0


PUBLIC = psnr_b
