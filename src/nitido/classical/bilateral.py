"""The bilateral filter (Tomasi and Manduchi 1998): neighbors count if near and alike."""

from dataclasses import dataclass
from math import ceil
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.classical._library import library
from nitido.classical._noise import noise_level
from nitido.classical._settings import check_number, check_sigma

_REACH = 2.5  # widths


@dataclass(frozen=True)
class Bilateral:
    """Average neighbors, weighted by distance and by how alike their color is.

    Parameters
    ----------
    sigma : float, optional
        Noise level, 8-bit units; None estimates it.
    width : float
        Standard deviation of the distance, pixels, 0.1..50.
    alike : float
        Standard deviation of the difference in value, multiples of the noise level, 0.1..20.

    Raises
    ------
    SettingError
        If a setting is out of range.
    """

    sigma: float | None = None
    width: float = 1.8
    alike: float = 2.4
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check_sigma(self.sigma)
        check_number("width", self.width, 0.1, 50)
        check_number("alike", self.alike, 0.1, 20)

    @property
    def reach(self) -> int | None:
        """LQ pixels to each side that decide about a pixel; None where noise is estimated."""
        return None if self.sigma is None else self._radius

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the smoothed picture, float32 (H, W, C) in 0..1."""
        pixels = checked(lq)
        level = noise_level(pixels, self.sigma)
        if level == 0:
            return finished(pixels)
        # OpenCV adds up the differences of the channels.
        alike = self.alike * level * pixels.shape[2]
        pad = ((self._radius, self._radius), (self._radius, self._radius), (0, 0))
        framed = np.pad(pixels, pad, mode="symmetric")
        filtered = library("cv2").bilateralFilter(framed, 2 * self._radius + 1, alike, self.width)
        filtered = filtered.reshape(framed.shape)  # OpenCV drops the axis of a single channel
        inner = slice(self._radius, -self._radius)
        return finished(filtered[inner, inner])

    @property
    def _radius(self) -> int:
        return ceil(_REACH * self.width)


PUBLIC = Bilateral
