"""Structural similarity.

Wang, Bovik, Sheikh, Simoncelli: "Image Quality Assessment: From Error Visibility to Structural
Similarity", IEEE Transactions on Image Processing 13(4), 2004: Gaussian window of 11 x 11 with
deviation 1.5, K1 = 0.01, K2 = 0.03, windows that lie wholly inside the picture. The
score of a color picture is the mean of its channels.
"""

import numpy as np

from nitido.errors import SettingError
from nitido.metrics._pair import Array, pair
from nitido.metrics._windows import SIDE, similarities


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
    if min(height, width) < SIDE:
        raise SettingError(
            f"A picture of {width} x {height} found after the border is cut; "
            f"SSIM needs {SIDE} x {SIDE} pixels."
        )
    planes = [similarities(first[..., c], second[..., c])[0] for c in range(channels)]
    return float(np.mean(planes))


PUBLIC = ssim
