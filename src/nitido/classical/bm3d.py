"""BM3D (Dabov, Foi, Katkovnik and Egiazarian 2007): patches that look alike, shrunk together.

It is the package `bm3d` of its authors, whose licence allows non-commercial use only. So nothing
else brings it: install the extra `bm3d` if its terms suit you.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.classical._library import library
from nitido.classical._noise import noise_level
from nitido.classical._settings import check_sigma

_LEAST = 8  # pixels, the side of its blocks


@dataclass(frozen=True)
class BM3D:
    """Denoise with the package of BM3D's authors (non-commercial licence).

    Parameters
    ----------
    sigma : float, optional
        Noise level, 8-bit units; None estimates it.

    Raises
    ------
    SettingError
        If `sigma` is out of range.
    """

    sigma: float | None = None
    scale: ClassVar[int] = 1
    reach: ClassVar[None] = None

    def __post_init__(self) -> None:
        check_sigma(self.sigma)

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the denoised picture, float32 (H, W, C) in 0..1.

        Raises
        ------
        MissingExtraError
            If the package is not installed.
        """
        pixels = checked(lq)
        package = library("bm3d", "bm3d")
        level = noise_level(pixels, self.sigma)
        if level == 0:
            return finished(pixels)
        spare = [(0, max(0, _LEAST - side)) for side in pixels.shape[:2]]
        framed = np.pad(pixels, (*spare, (0, 0)), mode="symmetric").astype(np.float64)
        denoise = package.bm3d if pixels.shape[2] == 1 else package.bm3d_rgb
        denoised = np.asarray(denoise(framed, level)).reshape(framed.shape)
        return finished(denoised[: pixels.shape[0], : pixels.shape[1]])


PUBLIC = BM3D
