"""Whether a picture is dithered: black and white alone, changing all the time."""

import numpy as np
from numpy.typing import NDArray


def estimate_dithering(pixels: NDArray[np.float32]) -> float:
    """Measure how often a picture of extremes changes from pixel to pixel.

    Parameters
    ----------
    pixels : ndarray
        Float32 (H, W, C), nominal 0..1; it is not changed.

    Returns
    -------
    float
        The share of neighbors, side by side or one above the other, that differ, 0..1; 0.0 where
        values other than 0 and 1 occur, so that the picture has not been dithered to two levels.
        Flat gray of 0.25 has 0.50 after error diffusion, a page of text after a threshold 0.08.
    """
    if not all(((row == 0) | (row == 1)).all() for row in pixels):  # row by row: most end at once
        return 0.0
    changes = [np.diff(pixels, axis=axis) != 0 for axis in (0, 1)]
    count = sum(change.size for change in changes)
    return float(sum(change.sum() for change in changes) / count) if count else 0.0
