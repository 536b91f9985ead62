"""Structural similarity.

Wang, Bovik, Sheikh, Simoncelli: "Image Quality Assessment: From Error Visibility to Structural
Similarity", IEEE Transactions on Image Processing 13(4), 2004: Gaussian window of 11 x 11 with
deviation 1.5, K1 = 0.01, K2 = 0.03, windows that lie wholly inside the picture. The
score of a color picture is the mean of its channels.
"""

import numpy as np
from numpy.typing import NDArray

from nitido.errors import SettingError
from nitido.metrics._pair import Array, pair

_SIDE = 11
_WINDOW: NDArray[np.float64] = np.exp(-((np.arange(_SIDE) - _SIDE // 2) ** 2) / (2 * 1.5**2))
_WINDOW /= _WINDOW.sum()
_C1, _C2 = 0.01**2, 0.03**2
_STRIP = 64  # rows at once: what is worked on stays in the processor's cache


def ssim(restored: Array, gt: Array, border: int = 0) -> float:
    """Return the mean structural similarity, -1 to 1, for a range of 1 (255 where 8-bit).

    Parameters
    ----------
    restored, gt : ndarray
        Shape (H, W) or (H, W, C), floats 0..1 or unsigned integers of full range.
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
        less than 11 pixels are left in height or width.
    """
    first, second = pair(restored, gt, border)
    height, width, channels = first.shape
    rows, columns = height - _SIDE + 1, width - _SIDE + 1
    if rows < 1 or columns < 1:
        raise SettingError(
            f"A picture of {width} x {height} found after the border is cut; "
            f"SSIM needs {_SIDE} x {_SIDE} pixels."
        )
    total = 0.0
    for channel in range(channels):
        plane_1 = np.ascontiguousarray(first[..., channel])
        plane_2 = np.ascontiguousarray(second[..., channel])
        for top in range(0, rows, _STRIP):
            strip = slice(top, min(top + _STRIP, rows) + _SIDE - 1)
            total += _similarity(plane_1[strip], plane_2[strip])
    return float(total / (rows * columns * channels))


def _similarity(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Return the sum of the similarities of all windows of one channel."""
    mean_1, mean_2 = _filtered(first), _filtered(second)
    product, power = mean_1 * mean_2, mean_1**2 + mean_2**2
    # Only the sum of the variances is needed, which saves one filtering of five.
    variances = _filtered(first**2 + second**2) - power
    covariance = _filtered(first * second) - product
    similarity = (2 * product + _C1) * (2 * covariance + _C2)
    similarity /= (power + _C1) * (variances + _C2)
    return float(similarity.sum())


def _filtered(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weighted mean in every whole window."""
    down = _weighted([values[i : len(values) - _SIDE + 1 + i] for i in range(_SIDE)])
    width = values.shape[1]
    return _weighted([down[:, i : width - _SIDE + 1 + i] for i in range(_SIDE)])


def _weighted(shifted: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the mean under the window, which is symmetric, of arrays in its order."""
    total: NDArray[np.float64] = _WINDOW[_SIDE // 2] * shifted[_SIDE // 2]
    for i in range(_SIDE // 2):
        both = shifted[i] + shifted[_SIDE - 1 - i]
        both *= _WINDOW[i]
        total += both
    return total


PUBLIC = ssim
