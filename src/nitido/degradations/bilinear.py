"""Down-scaling by bilinear interpolation without antialiasing, as OpenCV and PyTorch do it."""

from dataclasses import dataclass

import numpy as np

from nitido.degradations._scaling import Shrinks


@dataclass(frozen=True)
class Bilinear(Shrinks):
    """Interpolate between the four pixels nearest to the middle of every `scale` x `scale`.

    Odd rows and columns at the end are cut first. At an odd scale the middle is a pixel, which is
    kept; at an even scale it is the corner of four, whose mean is taken. The others are dropped, so
    fine patterns turn into false ones. It equals OpenCV's INTER_LINEAR and PyTorch's
    ``bilinear`` with ``align_corners=False``; Pillow and MATLAB antialias instead.

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
        before, after = (self.scale - 1) // 2, self.scale // 2
        rows = (gt[before :: self.scale] + gt[after :: self.scale]) / 2
        return np.asarray((rows[:, before :: self.scale] + rows[:, after :: self.scale]) / 2)


PUBLIC = Bilinear
