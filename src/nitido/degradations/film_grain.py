"""Grain of photographic film: blotches of silver or dye, larger than a pixel, strongest in grays.

White noise n is blurred by a Gaussian, which gives the grains their size, brought back to the
standard deviation asked for and weighted by the brightness b: LQ = GT + 2 sqrt(b (1 - b)) n. The
weight is that of opaque grains thrown at random on an area of which the share b stays clear (the
Boolean model of film): none in pure black and white, 1 in the middle.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._blurred_noise import blurred_noise, gaussian_taps
from nitido.degradations._levels import Level, check, check_share, draw
from nitido.degradations._storage import store


@dataclass(frozen=True)
class FilmGrain:
    """Add film grain.

    Parameters
    ----------
    sigma : float or (float, float)
        Standard deviation at middle gray in 8-bit units (0..255).
    size : float or (float, float)
        Standard deviation, in pixels, of the blur that makes the grains; 0 gives white noise. Up
        to 50.
    color : float or (float, float)
        Share of the variance that is drawn for each channel on its own, 0..1: 0 is the grain of
        black-and-white film, the same in all channels.
    clip : float
        Share of pictures that are clipped to 0..1 and rounded to 8 bits.

    Raises
    ------
    SettingError
        If a level is out of range or `clip` is no share.
    """

    sigma: Level = (5.0, 20.0)
    size: Level = (0.4, 1.2)
    color: Level = (0.0, 0.6)
    clip: float = 0.0
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("sigma", self.sigma, 0)
        check("size", self.size, 0, 50)
        check("color", self.color, 0, 1)
        check_share("clip", self.clip)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C); unclipped it may leave 0..1."""
        height, width, channels = gt.shape
        sigma = draw(self.sigma, rng) / 255
        taps = gaussian_taps(draw(self.size, rng))
        color = draw(self.color, rng) if channels > 1 else 0.0
        lq = blurred_noise((height, width, 1), taps, rng)
        lq *= np.float32(np.sqrt(1 - color))
        if color:
            lq = lq + np.float32(np.sqrt(color)) * blurred_noise(gt.shape, taps, rng)
        brightness = np.clip(np.mean(gt, axis=2, keepdims=True), 0, 1)
        lq *= np.float32(2 * sigma) * np.sqrt(brightness * (1 - brightness))
        return store(gt + lq, self.clip, rng)


PUBLIC = FilmGrain
