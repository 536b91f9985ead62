"""Inverse halftoning: gray and color back from the dots of error diffusion or a dither pattern.

A smoothing filter averages the dots away and the edges with them. Here the smoothed picture only
tells which places look alike, and dots are averaged over those (non-local means of Buades, Coll and
Morel 2005 with a filtered guide); a second turn takes the result of the first for its guide.

Error diffusion pushes its error to high frequencies, so a narrow Gaussian comes first, which takes
most of it away.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.classical._library import library
from nitido.classical._settings import check_number, check_whole

_PATCH = 2  # pixels to each side that tell whether places look alike


@dataclass(frozen=True)
class InverseHalftoning:
    """Average dots over places that look alike.

    Parameters
    ----------
    width : float
        Of the Gaussian that makes the first guide, pixels, 0.3..20; about 1 for error diffusion,
        half the side of a dither pattern and more for ordered dithering.
    narrow : float
        Of the Gaussian that comes before the averaging, pixels, 0..20.
    search : int
        How far places are looked for, pixels, 1..50.
    alike : float
        Difference of the guide that still counts much in the first turn, 8-bit units, 0.1..255;
        in the second it is half of that.

    Raises
    ------
    SettingError
        If a setting is out of range.
    """

    width: float = 1.0
    narrow: float = 0.8
    search: int = 5
    alike: float = 11.0
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check_number("width", self.width, 0.3, 20)
        check_number("narrow", self.narrow, 0, 20)
        check_whole("search", self.search, 1, 50)
        check_number("alike", self.alike, 0.1, 255)

    @property
    def reach(self) -> int:
        """LQ pixels to each side that decide about a pixel."""
        return 2 * (self.search + _PATCH) + 2 * int(4 * max(self.width, self.narrow) + 1)

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return continuous tones, float32 (H, W, C) in 0..1."""
        pixels = checked(lq)
        blur = library("scipy.ndimage").gaussian_filter
        guide = blur(pixels, (self.width, self.width, 0))
        dots = blur(pixels, (self.narrow, self.narrow, 0))
        first = self._averaged(dots, guide, self.alike / 255)
        return finished(self._averaged(dots, first, self.alike / 510))

    def _averaged(self, dots: np.ndarray, guide: np.ndarray, alike: float) -> np.ndarray:
        """Return the mean of `dots` over places where `guide` looks alike, (H, W, C) all."""
        mean = library("scipy.ndimage").uniform_filter
        height, width = dots.shape[:2]
        pad = ((self.search, self.search), (self.search, self.search), (0, 0))
        dots, wide = np.pad(dots, pad, mode="symmetric"), np.pad(guide, pad, mode="symmetric")
        total, weights = np.zeros_like(guide), np.zeros((height, width, 1), np.float32)
        for down in range(2 * self.search + 1):
            for across in range(2 * self.search + 1):
                part = (slice(down, down + height), slice(across, across + width))
                unlike = mean(((guide - wide[part]) ** 2).mean(axis=2), 2 * _PATCH + 1)
                weight = np.exp(unlike * np.float32(-0.5 / alike**2))[..., None]
                total += weight * dots[part]
                weights += weight
        return np.asarray(total / weights)


PUBLIC = InverseHalftoning
