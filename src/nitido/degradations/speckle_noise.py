"""Multiplicative noise: the speckle of radar, ultrasound and laser light.

lq = gt * (1 + n). In photographs (BSRGAN, Zhang et al. 2021) n is normal. In radar pictures, which
hold intensities, 1 + n is the mean of L looks at the same place, Gamma(L, 1 / L); one look is
exponential, with as much noise as signal (Goodman 1976, "Some fundamental properties of speckle").
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._levels import Level, check, check_share, check_whole, draw
from nitido.degradations._storage import store


@dataclass(frozen=True)
class SpeckleNoise:
    """Multiply every value by one plus independent noise.

    Parameters
    ----------
    sigma : float or (float, float)
        Standard deviation at white, 8-bit units (0..255); black has no noise. A pair is a range
        from which every picture draws its own level.
    looks : int, optional
        Radar's speckle of so many looks instead, whose standard deviation at white is
        255 / sqrt(looks): 1 is the most noise; 4 and 10 are usual, too. `sigma` then has no part.
    clip : float
        Share of pictures that are clipped to 0..1 and rounded to 8 bits.

    Raises
    ------
    SettingError
        If `sigma` is negative or reversed, `looks` no whole number from 1 up, or `clip` no share.
    """

    sigma: Level = (10.0, 60.0)
    looks: int | None = None
    clip: float = 0.0
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("sigma", self.sigma, 0)
        if self.looks is not None:
            check_whole("looks", self.looks)
        check_share("clip", self.clip)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C); unclipped it may leave 0..1."""
        if self.looks is None:
            sigma = np.float32(draw(self.sigma, rng) / 255)
            factor = 1 + sigma * rng.standard_normal(gt.shape, dtype=np.float32)
        else:
            factor = rng.standard_gamma(self.looks, gt.shape, dtype=np.float32)
            factor /= np.float32(self.looks)
        return store(gt * factor, self.clip, rng)


PUBLIC = SpeckleNoise
