"""Mean squared error."""

import numpy as np

from nitido.metrics._pair import Array, pair


def mse(restored: Array, gt: Array, border: int = 0) -> float:
    """Return the mean squared error over all values, for a range of 1; lower is better.

    Parameters
    ----------
    restored, gt : ndarray
        Shape (H, W) or (H, W, C), floats 0..1 or unsigned integers of full range.
    border : int
        Pixels cut off every side first.

    Raises
    ------
    SettingError
        If the two do not compare: another shape, another kind of values, too wide a border.
    """
    first, second = pair(restored, gt, border)
    return float(np.mean(np.square(first - second)))


PUBLIC = mse
