"""Dehazing by the dark channel prior (He, Sun and Tang 2009).

Outdoors and without haze, nearly every small window holds something that is dark in some channel.
What it lacks of that is haze, of the color of the haziest pixels. The estimate follows the edges of
the picture after a guided filter (He, Sun and Tang 2010), and the model O = J t + A (1 - t) is
turned round.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import brightness, checked, finished
from nitido.classical._library import library
from nitido.classical._settings import check_number, check_whole

_HAZIEST = 1e-3  # share of the pixels that the airlight is taken from
_FLAT = 1e-3  # variance below which the guided filter takes the mean


@dataclass(frozen=True)
class DarkChannel:
    """Take haze away.

    Parameters
    ----------
    radius : int
        Windows are 2 * radius + 1 pixels wide, 0..200.
    amount : float
        Share of the haze that is taken, 0..1; a little left looks natural.
    least : float
        Share of the light that is taken to come through anywhere, 0.01..1, against noise.

    Raises
    ------
    SettingError
        If a setting is out of range.
    """

    radius: int = 7
    amount: float = 0.95
    least: float = 0.1
    scale: ClassVar[int] = 1
    reach: ClassVar[None] = None

    def __post_init__(self) -> None:
        check_whole("radius", self.radius, 0, 200)
        check_number("amount", self.amount, 0, 1)
        check_number("least", self.least, 0.01, 1)

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the picture without haze, float32 (H, W, C) in 0..1."""
        pixels = finished(checked(lq))
        dark = self._dark(pixels)
        count = max(1, int(_HAZIEST * dark.size))
        haziest = np.argpartition(dark.ravel(), -count)[-count:]
        airlight = np.maximum(pixels.reshape(-1, pixels.shape[2])[haziest].mean(axis=0), 0.05)
        through = 1 - self.amount * self._dark(pixels / airlight)
        through = _guided(brightness(pixels), through, 4 * (2 * self.radius + 1))
        through = np.clip(through, self.least, 1)[..., None]
        return finished((pixels - airlight) / through + airlight)

    def _dark(self, pixels: np.ndarray) -> np.ndarray:
        """Return the lowest value of all channels around every pixel, (H, W)."""
        lowest = library("scipy.ndimage").minimum_filter
        return np.asarray(lowest(pixels.min(axis=2), 2 * self.radius + 1))


def _guided(guide: np.ndarray, plane: np.ndarray, radius: int) -> np.ndarray:
    """Return a plane that is a linear function of the guide in every window."""

    def mean(values: np.ndarray) -> np.ndarray:
        return np.asarray(library("scipy.ndimage").uniform_filter(values, 2 * radius + 1))

    guide, plane = guide.astype(np.float64), plane.astype(np.float64)
    middle, level = mean(guide), mean(plane)
    slope = (mean(guide * plane) - middle * level) / (mean(guide**2) - middle**2 + _FLAT)
    return np.asarray(mean(slope) * guide + mean(level - slope * middle))


PUBLIC = DarkChannel
