"""Ordered dithering: few levels, with a fixed pattern that imitates those between.

Bayer 1973 ("An optimum method for two-level rendition of continuous-tone pictures"): a pixel is
rounded up or down by a threshold of a small matrix that is repeated over the picture. The
thresholds of a matrix are evenly spread, and near ones differ as much as they can.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._levels import Level, draw_integer
from nitido.degradations._palette import check_levels, reduced
from nitido.errors import SettingError


@dataclass(frozen=True)
class OrderedDither:
    """Reduce every channel to a few levels by Bayer's matrix, which begins at the corner.

    Parameters
    ----------
    size : {2, 4, 8}
        Side of the matrix in pixels; it imitates ``size ** 2 - 1`` levels between two.
    levels : int or (int, int)
        Number of levels per channel, 2..256; a pair is a range, both ends included.

    Raises
    ------
    SettingError
        If there is no such matrix or `levels` is out of range.
    """

    size: int = 4
    levels: Level = 2
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        if self.size not in (2, 4, 8):
            raise SettingError(f"size is {self.size!r}; there are matrices of 2, 4 and 8 pixels.")
        check_levels(self.levels)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C) in 0..1."""
        rows, columns = (np.arange(side) % self.size for side in gt.shape[:2])
        thresholds = (_bayer(self.size) + 0.5) / self.size**2
        return reduced(gt, draw_integer(self.levels, rng), thresholds[rows][:, columns, None])


def _bayer(size: int) -> np.ndarray:
    """Return Bayer's matrix: the numbers from 0 to size ** 2 - 1, near ones far apart."""
    if size == 1:
        return np.zeros((1, 1))
    half = 4 * _bayer(size // 2)
    return np.block([[half, half + 2], [half + 3, half + 1]])


PUBLIC = OrderedDither
