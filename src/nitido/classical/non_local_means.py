"""Non-local means (Buades, Coll and Morel 2005): average pixels whose surroundings look alike."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.classical._library import library
from nitido.classical._noise import noise_level
from nitido.classical._settings import check_number, check_odd, check_sigma, check_whole


@dataclass(frozen=True)
class NonLocalMeans:
    """Average pixels weighted by how alike the patches around them are.

    Parameters
    ----------
    sigma : float, optional
        Noise level, 8-bit units; None estimates it.
    strength : float
        Width of the weights in multiples of `sigma`, 0.1..5; more smooths more.
    patch : int
        Side of the patches in pixels, odd, 1..21.
    search : int
        How far away patches are looked for, pixels, 1..50.

    Raises
    ------
    SettingError
        If a setting is out of range, or `patch` is even.
    """

    sigma: float | None = None
    strength: float = 0.6
    patch: int = 5
    search: int = 9
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check_sigma(self.sigma)
        check_number("strength", self.strength, 0.1, 5)
        check_odd("patch", self.patch, 1, 21)
        check_whole("search", self.search, 1, 50)

    @property
    def reach(self) -> int | None:
        """LQ pixels to each side that decide about a pixel; None where noise is estimated."""
        return None if self.sigma is None else self.search + self.patch

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the denoised picture, float32 (H, W, C) in 0..1."""
        pixels = checked(lq)
        level = noise_level(pixels, self.sigma)
        if level == 0:
            return finished(pixels)
        # The running sums of the fast mode begin outside, so that no tile begins with its border.
        margin = self.search + self.patch
        framed = np.pad(pixels, ((margin, margin), (margin, margin), (0, 0)), mode="symmetric")
        denoised = library("skimage.restoration").denoise_nl_means(
            framed,
            patch_size=self.patch,
            patch_distance=self.search,
            h=self.strength * level,
            sigma=level,
            fast_mode=True,
            channel_axis=-1,
        )
        denoised = denoised.reshape(framed.shape)  # scikit-image drops the axis of one channel
        return finished(denoised[margin:-margin, margin:-margin])


PUBLIC = NonLocalMeans
