"""Shot noise: light arrives in photons, and their number is a matter of chance.

lq = Poisson(peak * gt) / peak, so the variance grows with the signal: gt / peak. Without the read
noise of poisson_gaussian_noise, and optionally the same in all channels, as BSRGAN (Zhang et al.
2021, "Designing a practical degradation model for deep blind image super-resolution") has it in
half of its pictures.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._levels import Level, check, check_share, draw_log
from nitido.degradations._storage import store
from nitido.picture import rgb2gray


@dataclass(frozen=True)
class PoissonNoise:
    """Replace the signal by photon counts.

    Parameters
    ----------
    peak : float or (float, float)
        Photons at white; fewer means noisier. The standard deviation at white is
        255 / sqrt(peak) in 8-bit units: 16 at 256 photons. A pair is a range, drawn evenly on a
        logarithmic scale.
    gray : float
        Share of pictures that have noise of brightness only: the photons of the gray picture are
        counted, and what is too many or too few of them is added to all channels.
    clip : float
        Share of pictures that are clipped to 0..1 and rounded to 8 bits.

    Raises
    ------
    SettingError
        If `peak` is out of range, or `gray` or `clip` is no share.
    """

    peak: Level = (50.0, 1000.0)
    gray: float = 0.0
    clip: float = 0.0
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("peak", self.peak, 1e-3, 1e9)
        check_share("gray", self.gray)
        check_share("clip", self.clip)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C); unclipped it may leave 0..1."""
        peak = np.float32(draw_log(self.peak, rng))
        light = np.clip(gt, 0, None)
        if rng.random() < self.gray:
            light = _brightness(light)
        counts = rng.poisson(light * peak).astype(np.float32)
        return store(gt + (counts / peak - light), self.clip, rng)


def _brightness(light: np.ndarray) -> np.ndarray:
    """Return one channel (H, W, 1): of color its gray, of anything else the mean."""
    if light.shape[2] == 3:
        return rgb2gray(light)[..., None]
    return np.asarray(light.mean(axis=2, keepdims=True))


PUBLIC = PoissonNoise
