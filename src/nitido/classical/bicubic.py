"""Enlargement by bicubic interpolation exactly as MATLAB, the baseline of every paper.

The kernel is that of Keys 1981 with a = -1/2, see `nitido.picture.imresize`.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._scaling import Enlarges
from nitido.picture import imresize


@dataclass(frozen=True)
class Bicubic(Enlarges):
    """Weigh the four nearest pixels along each axis, as MATLAB's ``imresize`` does.

    Parameters
    ----------
    scale : int
        How many times as large, 1..16.

    Raises
    ------
    SettingError
        If `scale` is out of range.
    """

    reach: ClassVar[int] = 2

    def _enlarged(self, pixels: np.ndarray) -> np.ndarray:
        return imresize(pixels, self.scale)


PUBLIC = Bicubic
