"""Low resolution, impulses and JPEG together: the damage of a study on memory networks.

The picture is made smaller and larger again by nearest neighbours, then salt and pepper falls on
it, then it is stored as JPEG, in this order.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._jpeg import check_channels, jpeg_round_trip
from nitido.degradations._levels import Level, check, check_whole, draw_integer
from nitido.degradations._spec import member


@dataclass(frozen=True)
class Combined:
    """Shrink and enlarge by nearest neighbours, add salt and pepper, store as JPEG.

    Parameters
    ----------
    factor : int
        How many times smaller the picture becomes in between; rows and columns beyond a multiple
        of it repeat the last ones.
    density : float or (float, float)
        Part of the pixels that become black or white, 0..1.
    quality : int or (int, int)
        libjpeg quality 1..100.

    Raises
    ------
    SettingError
        If a setting is out of range, or a picture is neither gray nor RGB.
    """

    factor: int = 3
    density: Level = 0.05
    quality: Level = 10
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check_whole("factor", self.factor)
        check("density", self.density, 0, 1)
        check("quality", self.quality, 1, 100)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, 1 or 3) with 8-bit values in 0..1."""
        check_channels(gt)
        rows, columns = (_middles(side, self.factor) for side in gt.shape[:2])
        coarse = gt[rows][:, columns]
        speckled = member({"name": "salt_and_pepper", "density": self.density})(coarse, rng)
        return jpeg_round_trip(speckled, draw_integer(self.quality, rng), "4:2:0")


def _middles(side: int, factor: int) -> np.ndarray:
    """Return for every place the middle of its block, where a small block at the end has one."""
    middles = np.arange(side) // factor * factor + factor // 2
    return np.minimum(middles, side - 1)


PUBLIC = Combined
