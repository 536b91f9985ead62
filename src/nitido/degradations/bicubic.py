"""Down-scaling as super-resolution papers do it: MATLAB's antialiased bicubic `imresize`."""

from dataclasses import dataclass

import numpy as np

from nitido.degradations._storage import to_8bit
from nitido.errors import SettingError
from nitido.picture import imresize


@dataclass(frozen=True)
class Bicubic:
    """Make the picture `scale` times smaller; odd rows and columns at the end are cut first.

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
        if not isinstance(self.scale, int) or self.scale < 1:
            raise SettingError(f"scale is {self.scale!r}; it must be a whole number from 1 up.")

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H // scale, W // scale, C) in 0..1 where rounded."""
        height, width = (side // self.scale * self.scale for side in gt.shape[:2])
        if not height or not width:
            raise SettingError(f"A picture of {gt.shape[1]} x {gt.shape[0]} has no {self.scale}th.")
        lq = imresize(gt[:height, :width], 1 / self.scale).astype(np.float32, copy=False)
        return to_8bit(lq) if self.round else lq


PUBLIC = Bicubic
