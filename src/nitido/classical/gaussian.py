"""Gaussian smoothing, the oldest way to lower noise; edges blur with it."""

from dataclasses import dataclass
from math import ceil, sqrt
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.classical._library import library
from nitido.classical._noise import noise_level
from nitido.classical._settings import check_number, check_sigma

_REACH = 4  # standard deviations
_WIDTH = 0.2  # pixels of width per root of sigma: 0.77, 1.0 and 1.4 at sigma 15, 25 and 50


@dataclass(frozen=True)
class Gaussian:
    """Convolve with a round Gaussian.

    Parameters
    ----------
    sigma : float, optional
        Noise level that decides the width, 8-bit units; None estimates it.
    width : float, optional
        Standard deviation of the filter in pixels, 0..100, instead of what `sigma` asks for.

    Raises
    ------
    SettingError
        If a setting is out of range.
    """

    sigma: float | None = None
    width: float | None = None
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check_sigma(self.sigma)
        if self.width is not None:
            check_number("width", self.width, 0, 100)

    @property
    def reach(self) -> int | None:
        """LQ pixels to each side that decide about a pixel; None where noise is estimated."""
        if self.width is None and self.sigma is None:
            return None
        return ceil(_REACH * self._width(0.0 if self.sigma is None else self.sigma)) + 1

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the smoothed picture, float32 (H, W, C) in 0..1."""
        pixels = checked(lq)
        width = self._width(255 * noise_level(pixels, self.sigma) if self.width is None else 0.0)
        smooth = library("scipy.ndimage").gaussian_filter
        return finished(smooth(pixels, (width, width, 0), truncate=_REACH, mode="reflect"))

    def _width(self, sigma: float) -> float:
        return _WIDTH * sqrt(sigma) if self.width is None else self.width


PUBLIC = Gaussian
