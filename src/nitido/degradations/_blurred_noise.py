"""Normal noise that neighbors share: white noise, blurred and brought back to its level."""

from collections.abc import Sequence

import numpy as np

from nitido.degradations._kernels import correlated_by_axes, gaussian


def blurred_noise(
    shape: tuple[int, ...], taps: Sequence[float], rng: np.random.Generator
) -> np.ndarray:
    """Draw white normal noise, blurred by `taps` along both axes, float32 (H, W, C)."""
    height, width, channels = shape
    border = len(taps) - 1
    white = rng.standard_normal((height + border, width + border, channels), dtype=np.float32)
    return correlated_by_axes(white, taps, taps)


def unit_taps(taps: np.ndarray) -> list[float]:
    """Return taps whose squares sum to one, not the taps: white noise keeps its variance."""
    return [float(tap) for tap in taps / np.linalg.norm(taps)]


def gaussian_taps(sigma: float) -> list[float]:
    """Return a Gaussian of `sigma` pixels along one axis, as `unit_taps`."""
    square = gaussian(sigma)
    return unit_taps(square[len(square) // 2])
