"""Down-scaling by the mean of an area, as the larger pixels of a smaller sensor would see it."""

from dataclasses import dataclass

import numpy as np

from nitido.degradations._scaling import check_scale, cut, finish


@dataclass(frozen=True)
class Area:
    """Take the mean of every `scale` x `scale` pixels; odd rows and columns at the end are cut.

    It equals OpenCV's INTER_AREA, Pillow's BOX and PyTorch's ``area``.

    Parameters
    ----------
    scale : int
        2, 3, 4, ...
    round : bool
        Round to 8 bits, as LQ files are.

    Raises
    ------
    SettingError
        If `scale` is below 1, or a picture is smaller than it.
    """

    scale: int = 4
    round: bool = True

    def __post_init__(self) -> None:
        check_scale(self.scale)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H // scale, W // scale, C); only rounding clips it to 0..1."""
        picture = cut(gt, self.scale)
        rows = picture[:: self.scale].astype(np.float32)
        for i in range(1, self.scale):
            rows += picture[i :: self.scale]
        lq = rows[:, :: self.scale].copy()
        for i in range(1, self.scale):
            lq += rows[:, i :: self.scale]
        lq /= np.float32(self.scale**2)
        return finish(lq, self.round)


PUBLIC = Area
