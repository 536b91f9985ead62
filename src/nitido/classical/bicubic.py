"""Enlargement by bicubic interpolation exactly as MATLAB, the baseline of every paper.

The kernel is that of Keys 1981 with a = -1/2, see `nitido.picture.imresize`.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.classical._settings import check_scale
from nitido.picture import imresize


@dataclass(frozen=True)
class Bicubic:
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

    scale: int = 2
    reach: ClassVar[int] = 2

    def __post_init__(self) -> None:
        check_scale(self.scale)

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the enlarged picture, float32 (H * scale, W * scale, C) in 0..1."""
        return finished(imresize(checked(lq), self.scale))


PUBLIC = Bicubic
