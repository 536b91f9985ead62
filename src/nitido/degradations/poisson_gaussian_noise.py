"""Signal-dependent noise of a sensor: photon counting plus electronics.

The heteroscedastic model of Foi et al. 2008: the variance grows linearly with the signal.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._levels import Level, check, check_share
from nitido.degradations._sensor import read_out
from nitido.degradations._storage import store


@dataclass(frozen=True)
class PoissonGaussianNoise:
    """Replace the signal by photon counts and add Gaussian read noise.

    Parameters
    ----------
    peak : float or (float, float)
        Photons at white; fewer means noisier. The standard deviation at white is
        255 / sqrt(peak) in 8-bit units: 16 at 256 photons. A pair is a range, drawn evenly on a
        logarithmic scale.
    sigma : float or (float, float)
        Standard deviation of the read noise, 8-bit units (0..255).
    clip : float
        Share of pictures that are clipped to 0..1 and rounded to 8 bits.

    Raises
    ------
    SettingError
        If a level is out of range or `clip` is no share.
    """

    peak: Level = 256.0
    sigma: Level = 5.0
    clip: float = 0.0
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("peak", self.peak, 1e-3)
        check("sigma", self.sigma, 0)
        check_share("clip", self.clip)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C); unclipped it may leave 0..1."""
        lq = read_out(gt, self.peak, self.sigma, rng)
        return store(lq, self.clip, rng)


PUBLIC = PoissonGaussianNoise
