"""A picture taken with too little light, not brightened: dark, low in contrast, noisy.

The synthetic sets of low-light papers darken with a gamma and a gain, clip(gain * GT ** gamma),
and add the noise of the few photons that are left: signal-dependent, as in
`poisson_gaussian_noise`, drawn on the dark picture.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._levels import Level, check, check_share, draw
from nitido.degradations._sensor import read_out
from nitido.degradations._storage import store


@dataclass(frozen=True)
class LowLight:
    """Take the light away: gamma, gain, a color cast, then noise.

    Parameters
    ----------
    gamma : float or (float, float)
        Exponent, 0.1 or more; above 1 dark parts lose more than bright ones.
    gain : float or (float, float)
        What white becomes, 0..1.
    cast : float or (float, float)
        By how much the gain of single channels may leave the mean, as a share of it, 0..1; a gray
        picture has no cast.
    peak : float or (float, float)
        Photons at white, of the dark picture's scale; a pair is drawn evenly on a logarithmic
        scale. See `poisson_gaussian_noise`.
    sigma : float or (float, float)
        Standard deviation of the read noise, 8-bit units (0..255).
    clip : float
        Share of pictures that are clipped to 0..1 and rounded to 8 bits. Rounding so dark a picture
        loses much, so it is part of the damage: 1 by default.

    Raises
    ------
    SettingError
        If a level is out of range or `clip` is no share.
    """

    gamma: Level = (1.5, 3.5)
    gain: Level = (0.1, 0.5)
    cast: Level = (0.0, 0.1)
    peak: Level = (200.0, 5000.0)
    sigma: Level = (0.5, 4.0)
    clip: float = 1.0
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("gamma", self.gamma, 0.1)
        check("gain", self.gain, 0, 1)
        check("cast", self.cast, 0, 1)
        check("peak", self.peak, 1e-3)
        check("sigma", self.sigma, 0)
        check_share("clip", self.clip)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C); unclipped it may leave 0..1."""
        colors = rng.uniform(-1, 1, int(gt.shape[2]))
        colors -= colors.mean()
        strongest = np.abs(colors).max()
        if strongest > 0:
            colors /= strongest
        gains = draw(self.gain, rng) * (1 + draw(self.cast, rng) * colors)
        dark = np.power(np.clip(gt, 0, 1), np.float32(draw(self.gamma, rng)))
        dark *= gains.astype(np.float32)
        np.minimum(dark, 1, out=dark)
        return store(read_out(dark, self.peak, self.sigma, rng), self.clip, rng)


PUBLIC = LowLight
