"""Iterative back-projection (Irani and Peleg 1991, "Improving resolution by image registration").

A picture that is a good enlargement gives the small one when it is made small again. What it lacks
is enlarged and added, again and again.
"""

from dataclasses import dataclass

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.classical._scaling import back_projected
from nitido.classical._settings import check_scale, check_whole
from nitido.picture import imresize

_REACH = 4  # LQ pixels that one step sees more: the small picture's filter and the large one's


@dataclass(frozen=True)
class BackProjection:
    """Enlarge so that MATLAB's bicubic reduction gives the input again.

    Parameters
    ----------
    scale : int
        How many times as large, 1..16.
    steps : int
        Corrections, 0..1000; 0 is bicubic.

    Raises
    ------
    SettingError
        If a setting is out of range.
    """

    scale: int = 2
    steps: int = 10

    def __post_init__(self) -> None:
        check_scale(self.scale)
        check_whole("steps", self.steps, 0, 1000)

    @property
    def reach(self) -> int:
        """LQ pixels to each side that decide about a pixel."""
        return 2 + _REACH * self.steps

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the enlarged picture, float32 (H * scale, W * scale, C) in 0..1."""
        pixels = checked(lq)
        restored = imresize(pixels, self.scale)
        for _ in range(self.steps):
            restored = back_projected(restored, pixels, self.scale)
        return finished(restored)


PUBLIC = BackProjection
