"""The median filter (Tukey 1977): robust against single wrong pixels, keeps straight edges."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.classical._library import library
from nitido.classical._noise import noise_level
from nitido.classical._settings import check_sigma, check_whole

_STRONG = 35.0  # sigma from which on a window of 5 x 5 is better than one of 3 x 3


@dataclass(frozen=True)
class Median:
    """Replace every value by the median of a square window, each channel on its own.

    Parameters
    ----------
    sigma : float, optional
        Noise level that decides the window, 8-bit units; None estimates it.
    radius : int, optional
        The window is 2 * radius + 1 pixels wide, 0..50, instead of what `sigma` asks for.

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
            check_whole("radius", self.radius, 0, 50)

    @property
    def reach(self) -> int | None:
        """LQ pixels to each side that decide about a pixel; None where noise is estimated."""
        if self.radius is not None:
            return self.radius
        return None if self.sigma is None else _radius(self.sigma)

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the medians, float32 (H, W, C) in 0..1."""
        pixels = checked(lq)
        radius = self.radius
        if radius is None:
            radius = _radius(255 * noise_level(pixels, self.sigma))
        side = 2 * radius + 1
        return finished(library("scipy.ndimage").median_filter(pixels, (side, side, 1)))


def _radius(sigma: float) -> int:
    return 2 if sigma > _STRONG else 1


PUBLIC = Median
