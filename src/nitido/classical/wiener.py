"""The adaptive Wiener filter (Lee 1980): smooth where the window holds only noise.

Every pixel becomes m + (v - n) / v * (value - m) with the mean m and variance v of its window and
the variance n of the noise. SciPy's `signal.wiener` is the same filter, but takes everything
beyond the border for black.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.classical._library import library
from nitido.classical._noise import noise_level
from nitido.classical._settings import check_sigma, check_whole

_STRONG = 20.0  # sigma from which on a window of 5 x 5 is better than one of 3 x 3


@dataclass(frozen=True)
class Wiener:
    """Smooth every channel by the statistics of a square window.

    Parameters
    ----------
    sigma : float, optional
        Noise level, 8-bit units; None estimates it.
    radius : int, optional
        The window is 2 * radius + 1 pixels wide, 1..50; None takes 1, and 2 for strong noise.

    Raises
    ------
    SettingError
        If a setting is out of range.
    """

    sigma: float | None = None
    radius: int | None = None
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check_sigma(self.sigma)
        if self.radius is not None:
            check_whole("radius", self.radius, 1, 50)

    @property
    def reach(self) -> int | None:
        """LQ pixels to each side that decide about a pixel; None where noise is estimated."""
        return None if self.sigma is None else self._radius(self.sigma)

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the smoothed picture, float32 (H, W, C) in 0..1."""
        pixels = checked(lq).astype(np.float64)  # the variance is a small difference
        level = noise_level(pixels, self.sigma)
        mean_of = library("scipy.ndimage").uniform_filter
        side = 2 * self._radius(255 * level) + 1
        mean = mean_of(pixels, (side, side, 1))
        variance = np.maximum(mean_of(pixels**2, (side, side, 1)) - mean**2, 1e-12)
        signal = np.maximum(variance - level**2, 0) / variance
        return finished(mean + signal * (pixels - mean))

    def _radius(self, sigma: float) -> int:
        if self.radius is not None:
            return self.radius
        return 2 if sigma > _STRONG else 1


PUBLIC = Wiener
