"""Down-scaling that keeps single pixels and drops the others, with all the aliasing that brings."""

from dataclasses import dataclass

import numpy as np

from nitido.degradations._scaling import Shrinks


@dataclass(frozen=True)
class Nearest(Shrinks):
    """Keep one pixel of every `scale` x `scale`; odd rows and columns at the end are cut first.

    It is the pixel at the middle, at an even scale the lower right one of the four there:
    ``gt[scale // 2 :: scale]``, as Pillow (and OpenCV's INTER_NEAREST_EXACT) choose. OpenCV's
    INTER_NEAREST and PyTorch's ``nearest`` take ``gt[::scale]``, which shifts the picture.

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
        middle = self.scale // 2
        return gt[middle :: self.scale, middle :: self.scale].copy()


PUBLIC = Nearest
