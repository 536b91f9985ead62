"""Weighted means under a sliding Gaussian window."""

import numpy as np

from nitido.metrics._metric import Values


def gaussian(side: int, sigma: float) -> Values:
    """Return one axis of a window with an odd side; it sums to 1."""
    weights = np.exp(-((np.arange(side) - side // 2) ** 2) / (2 * sigma**2))
    return np.asarray(weights / weights.sum())


def filtered(plane: Values, window: Values) -> Values:
    """Return the weighted mean in every window that lies wholly inside the plane (H, W)."""
    side = len(window)
    height, width = (length - side + 1 for length in plane.shape)
    down = _weighted([plane[i : height + i] for i in range(side)], window)
    return _weighted([down[:, i : width + i] for i in range(side)], window)


def _weighted(shifted: list[Values], window: Values) -> Values:
    """Return the mean under the window, which is symmetric, of arrays in its order."""
    middle = len(window) // 2
    total: Values = window[middle] * shifted[middle]
    for i in range(middle):
        both = shifted[i] + shifted[-1 - i]
        both *= window[i]
        total += both
    return total
