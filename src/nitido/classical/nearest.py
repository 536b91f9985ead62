"""Enlargement by nearest neighbor: every pixel becomes a square."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._scaling import Enlarges


@dataclass(frozen=True)
class Nearest(Enlarges):
    """Repeat every pixel.

    Parameters
    ----------
    scale : int
        How many times as large, 1..16.

    Raises
    ------
    SettingError
        If `scale` is out of range.
    """

    reach: ClassVar[int] = 0

    def _enlarged(self, pixels: np.ndarray) -> np.ndarray:
        return pixels.repeat(self.scale, axis=0).repeat(self.scale, axis=1)


PUBLIC = Nearest
