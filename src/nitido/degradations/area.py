"""Down-scaling by the mean of an area, as the larger pixels of a smaller sensor would see it."""

from dataclasses import dataclass

import numpy as np

from nitido.degradations._scaling import Shrinks


@dataclass(frozen=True)
class Area(Shrinks):
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

    def _shrunk(self, gt: np.ndarray) -> np.ndarray:
        rows = gt[:: self.scale].astype(np.float32)
        for i in range(1, self.scale):
            rows += gt[i :: self.scale]
        lq = rows[:, :: self.scale].copy()
        for i in range(1, self.scale):
            lq += rows[:, i :: self.scale]
        return lq / np.float32(self.scale**2)


PUBLIC = Area
