"""Similarity under a sliding window, which SSIM and MS-SSIM share."""

import numpy as np

from nitido.metrics._metric import Values
from nitido.metrics._windows import filtered, gaussian

SIDE = 11
_WINDOW = gaussian(SIDE, 1.5)
_C1, _C2 = 0.01**2, 0.03**2
_STRIP = 64  # rows at once: what is worked on stays in the processor's cache


def similarities(first: Values, second: Values) -> tuple[float, float]:
    """Return the mean similarity of two planes (H, W), and that of contrast and structure alone."""
    rows, columns = (side - SIDE + 1 for side in first.shape)
    first, second = np.ascontiguousarray(first), np.ascontiguousarray(second)
    total = np.zeros(2)
    for top in range(0, rows, _STRIP):
        strip = slice(top, min(top + _STRIP, rows) + SIDE - 1)
        total += _sums(first[strip], second[strip])
    whole, structure = total / (rows * columns)
    return float(whole), float(structure)


def _sums(first: Values, second: Values) -> tuple[float, float]:
    """Return both similarities, summed over all windows."""
    mean_1, mean_2 = filtered(first, _WINDOW), filtered(second, _WINDOW)
    product, power = mean_1 * mean_2, mean_1**2 + mean_2**2
    # Only the sum of the variances is needed, which saves one filtering of five.
    variances = filtered(first**2 + second**2, _WINDOW) - power
    covariance = filtered(first * second, _WINDOW) - product
    structure = (2 * covariance + _C2) / (variances + _C2)
    whole = structure * (2 * product + _C1) / (power + _C1)
    return float(whole.sum()), float(structure.sum())
