"""Multi-scale retinex with color restoration (Jobson, Rahman and Woodell 1997).

What the eye sees of a surface is its brightness relative to the surroundings: the logarithm of
every channel minus that of its blur, averaged over a narrow, a middle and a wide surround. A factor
from the ratios of the channels brings back the color that this takes away.

**Departure from the paper:** gain and offset follow from the result's own percentiles, and three
running means stand in for a Gaussian.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.classical._library import library
from nitido.classical._settings import check_number
from nitido.errors import SettingError

_GRAY_LEVEL = 1 / 255  # added before logarithms are taken
_COLOR = 125.0  # the paper's alpha


@dataclass(frozen=True)
class Retinex:
    """Show every part of the picture relative to its surroundings.

    Parameters
    ----------
    widths : tuple of float
        Standard deviations of the surrounds, pixels, 1..10000 each; one to eight of them.
    cut : float
        Percentage of the values that become black, and of those that become white, 0..20.

    Raises
    ------
    SettingError
        If a setting is out of range.
    """

    widths: tuple[float, ...] = (15.0, 80.0, 250.0)
    cut: float = 1.0
    scale: ClassVar[int] = 1
    reach: ClassVar[None] = None

    def __post_init__(self) -> None:
        if not isinstance(self.widths, tuple) or not 1 <= len(self.widths) <= 8:
            raise SettingError(f"widths is {self.widths!r}; give one to eight numbers of pixels.")
        for width in self.widths:
            check_number("widths", width, 1, 10_000)
        check_number("cut", self.cut, 0, 20)

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the relative picture, float32 (H, W, C) in 0..1; one flat value stays."""
        pixels = finished(checked(lq))
        light = pixels + np.float32(_GRAY_LEVEL)
        result = np.zeros_like(pixels)
        for width in self.widths:
            result += (np.log(light) - np.log(_blurred(light, width))) / len(self.widths)
        if pixels.shape[2] == 3:
            result *= np.log(_COLOR * light / light.sum(axis=2, keepdims=True))
        low, high = np.percentile(result, (self.cut, 100 - self.cut))
        return finished((result - low) / (high - low)) if high - low > 1e-4 else pixels


def _blurred(light: np.ndarray, width: float) -> np.ndarray:
    """Return (H, W, C) blurred by three running means, a Gaussian in effect, at any width."""
    side = max(1, round(np.sqrt(4 * width**2 + 1)))
    mean = library("scipy.ndimage").uniform_filter
    for _ in range(3):
        light = mean(light, (side, side, 1))
    return light


PUBLIC = Retinex
