"""Gaussian noise that neighboring pixels share, as demosaicing, scaling and compression leave it.

White noise is blurred and brought back to its level. Methods that take noise for independent from
pixel to pixel (Noise2Void, Krull et al. 2019, and its kin) keep such noise as if it were picture.
"""

from dataclasses import dataclass
from math import log, sqrt
from typing import ClassVar, Literal

import numpy as np

from nitido.degradations._blurred_noise import blurred_noise, gaussian_taps, unit_taps
from nitido.degradations._levels import Level, check, check_share, draw, draw_integer
from nitido.degradations._storage import store
from nitido.errors import SettingError

_WIDTH_PER_SIGMA = 2 * sqrt(2 * log(2))  # of a Gaussian, at half of its height


@dataclass(frozen=True)
class CorrelatedNoise:
    """Add normal noise with one standard deviation everywhere, correlated over some pixels.

    Parameters
    ----------
    sigma : float or (float, float)
        Standard deviation of the blurred noise, 8-bit units (0..255). A pair is a range from which
        every picture draws its own level.
    width : float or (float, float)
        Width of the blur in pixels, 1..99: of the box, rounded to whole pixels, or of the Gaussian
        at half of its height. A box of 1 leaves the noise white.
    kernel : {"box", "gaussian"}
        Shape of the blur.
    clip : float
        Share of pictures that are clipped to 0..1 and rounded to 8 bits.

    Raises
    ------
    SettingError
        If a level is out of range, `kernel` is another word or `clip` is no share.
    """

    sigma: Level = (5.0, 30.0)
    width: Level = (2.0, 4.0)
    kernel: Literal["box", "gaussian"] = "box"
    clip: float = 0.0
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("sigma", self.sigma, 0)
        check("width", self.width, 1, 99)
        if self.kernel not in ("box", "gaussian"):
            raise SettingError(f"kernel is {self.kernel!r}; there are box and gaussian.")
        check_share("clip", self.clip)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C); unclipped it may leave 0..1."""
        sigma = np.float32(draw(self.sigma, rng) / 255)
        noise = blurred_noise(gt.shape, self._taps(rng), rng)
        noise *= sigma
        noise += gt
        return store(noise, self.clip, rng)

    def _taps(self, rng: np.random.Generator) -> list[float]:
        """Return the blur along one axis; its squares sum to 1, which keeps the variance."""
        if self.kernel == "box":
            return unit_taps(np.ones(draw_integer(self.width, rng)))
        return gaussian_taps(draw(self.width, rng) / _WIDTH_PER_SIGMA)


PUBLIC = CorrelatedNoise
