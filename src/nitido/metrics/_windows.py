"""Similarity under a sliding Gaussian window, which SSIM and MS-SSIM share."""

import numpy as np
from numpy.typing import NDArray

SIDE = 11
_WINDOW: NDArray[np.float64] = np.exp(-((np.arange(SIDE) - SIDE // 2) ** 2) / (2 * 1.5**2))
_WINDOW /= _WINDOW.sum()
_C1, _C2 = 0.01**2, 0.03**2
_STRIP = 64  # rows at once: what is worked on stays in the processor's cache


def similarities(first: NDArray[np.float64], second: NDArray[np.float64]) -> tuple[float, float]:
    """Return the mean similarity of two planes (H, W), and that of contrast and structure alone."""
    rows, columns = (side - SIDE + 1 for side in first.shape)
    first, second = np.ascontiguousarray(first), np.ascontiguousarray(second)
    total = np.zeros(2)
    for top in range(0, rows, _STRIP):
        strip = slice(top, min(top + _STRIP, rows) + SIDE - 1)
        total += _sums(first[strip], second[strip])
    whole, structure = total / (rows * columns)
    return float(whole), float(structure)


def _sums(first: NDArray[np.float64], second: NDArray[np.float64]) -> tuple[float, float]:
    """Return both similarities, summed over all windows."""
    mean_1, mean_2 = _filtered(first), _filtered(second)
    product, power = mean_1 * mean_2, mean_1**2 + mean_2**2
    # Only the sum of the variances is needed, which saves one filtering of five.
    variances = _filtered(first**2 + second**2) - power
    covariance = _filtered(first * second) - product
    structure = (2 * covariance + _C2) / (variances + _C2)
    whole = structure * (2 * product + _C1) / (power + _C1)
    return float(whole.sum()), float(structure.sum())


def _filtered(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weighted mean in every whole window."""
    down = _weighted([values[i : len(values) - SIDE + 1 + i] for i in range(SIDE)])
    width = values.shape[1]
    return _weighted([down[:, i : width - SIDE + 1 + i] for i in range(SIDE)])


def _weighted(shifted: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the mean under the window, which is symmetric, of arrays in its order."""
    total: NDArray[np.float64] = _WINDOW[SIDE // 2] * shifted[SIDE // 2]
    for i in range(SIDE // 2):
        both = shifted[i] + shifted[SIDE - 1 - i]
        both *= _WINDOW[i]
        total += both
    return total
