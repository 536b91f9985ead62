"""Total variation denoising (Rudin, Osher and Fatemi 1992), solved as Chambolle 2004 does."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.classical._library import library
from nitido.classical._noise import noise_level
from nitido.classical._settings import check_number, check_sigma, check_whole

_LEAST, _MOST = 0.72, 1.2  # weight per noise level, at sigma 15 and less and at 50 and more


@dataclass(frozen=True)
class TotalVariation:
    """Look for the picture with the least variation that lies near the noisy one.

    Parameters
    ----------
    sigma : float, optional
        Noise level, 8-bit units; None estimates it.
    weight : float, optional
        Of the variation, in multiples of the noise level, 0..20; None rises from 0.72 at sigma 15
        to 1.2 at 50.
    steps : int
        Most iterations, 1..10000.

    Raises
    ------
    SettingError
        If a setting is out of range.
    """

    sigma: float | None = None
    weight: float | None = None
    steps: int = 200
    scale: ClassVar[int] = 1
    reach: ClassVar[None] = None

    def __post_init__(self) -> None:
        check_sigma(self.sigma)
        if self.weight is not None:
            check_number("weight", self.weight, 0, 20)
        check_whole("steps", self.steps, 1, 10_000)

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the denoised picture, float32 (H, W, C) in 0..1."""
        pixels = checked(lq)
        level = noise_level(pixels, self.sigma)
        weight = self.weight
        if weight is None:
            weight = float(np.interp(255 * level, (15, 50), (_LEAST, _MOST)))
        if weight * level == 0:
            return finished(pixels)
        chambolle = library("skimage.restoration").denoise_tv_chambolle
        return finished(chambolle(pixels, weight * level, max_num_iter=self.steps, channel_axis=-1))


PUBLIC = TotalVariation
