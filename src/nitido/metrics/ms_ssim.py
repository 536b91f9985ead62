"""Structural similarity over five scales.

Wang, Simoncelli, Bovik: "Multi-scale structural similarity for image quality assessment", Asilomar
Conference on Signals, Systems and Computers, 2003: contrast and structure are compared on every
scale, brightness on the coarsest; the picture is halved by the mean of 2 x 2 pixels. The windows
are those of `ssim`, wholly inside the picture. A scale whose mean is negative counts as 0.
"""

import numpy as np
from numpy.typing import NDArray

from nitido.errors import SettingError
from nitido.metrics._pair import Array, pair
from nitido.metrics._windows import SIDE, similarities

_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
_LEAST = (SIDE - 1) * 2 ** (len(_WEIGHTS) - 1) + 1


def ms_ssim(restored: Array, gt: Array, border: int = 0) -> float:
    """Return the multi-scale structural similarity, 0 to 1, for a range of 1 (255 where 8-bit).

    Parameters
    ----------
    restored, gt : ndarray
        Shape (H, W) or (H, W, C), floats 0..1 or unsigned integers of full range; the score of a
        color picture is the mean of its channels.
    border : int
        Pixels cut off every side first.

    Returns
    -------
    float
        1 where the two are equal.

    Raises
    ------
    SettingError
        If the two do not compare (another shape, another kind of values, too wide a border), or
        less than 161 pixels are left in height or width.
    """
    first, second = pair(restored, gt, border)
    if min(first.shape[:2]) < _LEAST:
        raise SettingError(
            f"A picture of {first.shape[1]} x {first.shape[0]} found after the border is cut; "
            f"MS-SSIM needs {_LEAST} x {_LEAST} pixels, so that five scales hold a window."
        )
    planes = range(first.shape[2])
    return float(np.mean([_of_plane(first[..., c], second[..., c]) for c in planes]))


def _of_plane(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    score = 1.0
    for scale, weight in enumerate(_WEIGHTS):
        whole, structure = similarities(first, second)
        last = scale == len(_WEIGHTS) - 1
        score *= max(whole if last else structure, 0.0) ** weight
        first, second = _halved(first), _halved(second)
    return score


def _halved(plane: NDArray[np.float64]) -> NDArray[np.float64]:
    height, width = (side // 2 * 2 for side in plane.shape)
    blocks = plane[:height, :width].reshape(height // 2, 2, width // 2, 2)
    return np.asarray(blocks.mean(axis=(1, 3)))


PUBLIC = ms_ssim
