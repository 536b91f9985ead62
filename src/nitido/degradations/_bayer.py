"""The color filters of a camera's sensor, and how colors are interpolated from them."""

import numpy as np

from nitido.degradations._kernels import correlated_by_axes


def demosaiced(raw: np.ndarray, phase: int, detail: float) -> np.ndarray:
    """Keep one color per pixel (Bayer, one of 4 phases) and interpolate the others.

    They are interpolated bilinearly and corrected by `detail` times what the pixel's own color has
    over its neighbours of that color; Malvar et al. 2004 correct by 0.5 to 0.75.
    """
    height, width = raw.shape[:2]
    row, column = divmod(phase, 2)
    kept = np.zeros((height, width, 3), bool)
    kept[row::2, column::2, 0] = True
    kept[1 - row :: 2, 1 - column :: 2, 2] = True
    kept[..., 1] = ~(kept[..., 0] | kept[..., 2])
    mosaic = np.pad(np.where(kept, raw, np.float32(0)), ((2, 2), (2, 2), (0, 0)), mode="reflect")
    one = mosaic.sum(axis=2)
    sides = one[:-4, 2:-2] + one[4:, 2:-2] + one[2:-2, :-4] + one[2:-2, 4:]
    color = np.float32(detail) * (one[2:-2, 2:-2] - sides / 4)[..., None] * ~kept
    inner = mosaic[1:-1, 1:-1]
    color[..., 0::2] += 4 * _smooth_3x3(inner[..., 0::2])
    green = inner[..., 1]
    color[..., 1] += green[1:-1, 1:-1]
    color[..., 1] += (green[:-2, 1:-1] + green[2:, 1:-1] + green[1:-1, :-2] + green[1:-1, 2:]) / 4
    return np.asarray(color)


def _smooth_3x3(padded: np.ndarray) -> np.ndarray:
    """Filter with the outer product of (1, 2, 1) / 4 with itself; the border is used up."""
    return correlated_by_axes(padded, (0.25, 0.5, 0.25), (0.25, 0.5, 0.25))
