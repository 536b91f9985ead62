"""How noisy a picture is, for restorers that were not told."""

import numpy as np

# The high-pass of the Daubechies wavelet with two vanishing moments, of length 1.
_HIGH = np.array([-0.12940952255, -0.22414386804, 0.83651630374, -0.48296291314], np.float32)
_MEDIAN = 0.67448975  # of the absolute value of normal noise


def noise_level(pixels: np.ndarray, sigma: float | None) -> float:
    """Return the noise's standard deviation on the scale 0..1: as told (0..255), or estimated.

    The estimate is the median of the finest diagonal wavelet coefficients (Donoho and Johnstone
    1994), the mean of the channels. Pictures too small to have such coefficients have no noise.

    Parameters
    ----------
    pixels : ndarray
        (H, W, C), nominal 0..1.
    sigma : float, optional
        What was told, 8-bit units.
    """
    if sigma is not None:
        return sigma / 255
    if min(pixels.shape[:2]) < 2 * len(_HIGH):
        return 0.0
    detail = pixels
    for axis in (0, 1):
        length = pixels.shape[axis] - len(_HIGH) + 1
        parts = [
            weight * np.take(detail, range(start, start + length), axis=axis)
            for start, weight in enumerate(_HIGH.tolist())
        ]
        detail = np.sum(parts, axis=0)
    return float(np.mean(np.median(np.abs(detail), axis=(0, 1)) / _MEDIAN))
