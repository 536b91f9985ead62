"""Peak signal-to-noise ratio."""

import math

import numpy as np

from nitido.metrics._pair import Array, pair


def psnr(restored: Array, gt: Array, border: int = 0) -> float:
    """Return the PSNR in dB for a peak of 1 (255 where the values are 8-bit).

    The squared error is averaged over all channels together before the logarithm.

    Parameters
    ----------
    restored, gt : ndarray
        Shape (H, W) or (H, W, C), floats 0..1 or unsigned integers of full range. Floats may leave
        0..1; they are not clamped.
    border : int
        Pixels cut off every side first.

    Returns
    -------
    float
        Infinite where the two are equal.

    Raises
    ------
    SettingError
        If the two do not compare: another shape, another kind of values, too wide a border.
    """
    first, second = pair(restored, gt, border)
    error = (first - second).ravel()
    mse = float(np.dot(error, error)) / error.size
    return math.inf if mse == 0 else -10 * math.log10(mse)


PUBLIC = psnr
