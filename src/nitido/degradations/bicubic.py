"""Down-scaling as super-resolution papers do it: MATLAB's antialiased bicubic `imresize`."""

from dataclasses import dataclass

import numpy as np

from nitido.degradations._scaling import Shrinks
from nitido.picture import imresize


@dataclass(frozen=True)
class Bicubic(Shrinks):
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

    def _shrunk(self, gt: np.ndarray) -> np.ndarray:
        return imresize(gt, 1 / self.scale)


PUBLIC = Bicubic
