"""Additive white Gaussian noise, the standard test bed of denoising papers."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._levels import Level, check, check_share, draw
from nitido.degradations._storage import store


@dataclass(frozen=True)
class GaussianNoise:
    """Add independent normal noise to every value.

    Parameters
    ----------
    sigma : float or (float, float)
        Standard deviation in 8-bit units (0..255), as papers write it: 15, 25, 50. A pair is a
        range from which every picture draws its own level (blind denoising, DnCNN section III-E).
    clip : float
        Share of pictures that are clipped to 0..1 and rounded to 8 bits, as real files are. The
        papers' protocol is 0: the noise stays Gaussian.

    Raises
    ------
    SettingError
        If a level is negative, a range is reversed or `clip` is no share.
    """

    sigma: Level = 25.0
    clip: float = 0.0
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("sigma", self.sigma, 0)
        check_share("clip", self.clip)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C); unclipped it may leave 0..1."""
        sigma = np.float32(draw(self.sigma, rng) / 255)
        lq = gt + sigma * rng.standard_normal(gt.shape, dtype=np.float32)
        return store(lq, self.clip, rng)


PUBLIC = GaussianNoise
