"""Enlargement by nearest neighbor: every pixel becomes a square."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.classical._settings import check_scale


@dataclass(frozen=True)
class Nearest:
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

    scale: int = 2
    reach: ClassVar[int] = 0

    def __post_init__(self) -> None:
        check_scale(self.scale)

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the enlarged picture, float32 (H * scale, W * scale, C) in 0..1."""
        return finished(checked(lq).repeat(self.scale, axis=0).repeat(self.scale, axis=1))


PUBLIC = Nearest
