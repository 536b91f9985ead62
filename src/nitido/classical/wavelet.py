"""Wavelet shrinkage: small coefficients are noise (Donoho and Johnstone 1994).

The threshold of every band comes from its own variance (BayesShrink, Chang, Yu and Vetterli 2000).
A grid of wavelets leaves marks where it lies, so the mean over several grids is taken (cycle
spinning, Coifman and Donoho 1995).
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.classical._library import library
from nitido.classical._noise import noise_level
from nitido.classical._settings import check_sigma, check_whole, check_word
from nitido.errors import SettingError

_MARGIN = 16  # mirrored pixels around the picture, so that shifts bring nothing strange in


@dataclass(frozen=True)
class Wavelet:
    """Shrink the wavelet coefficients of every channel.

    Parameters
    ----------
    sigma : float, optional
        Noise level, 8-bit units; None estimates it.
    wavelet : str
        Name of an orthogonal wavelet in PyWavelets.
    mode : {"soft", "hard"}
        Whether coefficients above the threshold are lowered by it, or kept.
    shifts : int
        Grids along each axis over which the mean is taken, 1..8; 1 is no cycle spinning.

    Raises
    ------
    SettingError
        If a setting is out of range or unknown.
    """

    sigma: float | None = None
    wavelet: str = "db2"
    mode: Literal["soft", "hard"] = "soft"
    shifts: int = 3
    scale: ClassVar[int] = 1
    reach: ClassVar[None] = None

    def __post_init__(self) -> None:
        check_sigma(self.sigma)
        if not isinstance(self.wavelet, str):
            raise SettingError(f"wavelet is {self.wavelet!r}; give a name, for example db2.")
        check_word("mode", self.mode, ("soft", "hard"))
        check_whole("shifts", self.shifts, 1, 8)

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the denoised picture, float32 (H, W, C) in 0..1.

        Raises
        ------
        SettingError
            If PyWavelets has no orthogonal wavelet of this name.
        """
        pixels = checked(lq)
        known = library("pywt").wavelist(kind="discrete")
        if self.wavelet not in known or not library("pywt").Wavelet(self.wavelet).orthogonal:
            raise SettingError(f"wavelet is {self.wavelet!r}; haar, db2, sym4, coif1 are known.")
        level = noise_level(pixels, self.sigma)
        if level == 0:
            return finished(pixels)
        denoise = library("skimage.restoration").denoise_wavelet
        height, width, channels = pixels.shape
        total = np.zeros(pixels.shape)
        for down in range(self.shifts):
            for across in range(self.shifts):
                pad = ((_MARGIN + down, _MARGIN), (_MARGIN + across, _MARGIN))
                for channel in range(channels):
                    framed = np.pad(pixels[..., channel], pad, mode="symmetric")
                    clean = denoise(framed, level, self.wavelet, self.mode, method="BayesShrink")
                    rows = slice(_MARGIN + down, _MARGIN + down + height)
                    columns = slice(_MARGIN + across, _MARGIN + across + width)
                    total[..., channel] += clean[rows, columns]
        return finished(total / self.shifts**2)


PUBLIC = Wavelet
