"""Iterative back-projection (Irani and Peleg 1991, "Improving resolution by image registration").

A picture that is a good enlargement gives the small one when it is made small again. What it lacks
is enlarged and added, again and again.
"""

from dataclasses import dataclass

import numpy as np

from nitido.classical._scaling import Enlarges, back_projected
from nitido.classical._settings import check_whole
from nitido.picture import imresize

_REACH = 4  # LQ pixels that one step sees more: the small picture's filter and the large one's


@dataclass(frozen=True)
class BackProjection(Enlarges):
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

    steps: int = 10

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole("steps", self.steps, 0, 1000)

    @property
    def reach(self) -> int:
        """LQ pixels to each side that decide about a pixel."""
        return 2 + _REACH * self.steps

    def _enlarged(self, pixels: np.ndarray) -> np.ndarray:
        restored = imresize(pixels, self.scale)
        for _ in range(self.steps):
            restored = back_projected(restored, pixels, self.scale)
        return restored


PUBLIC = BackProjection
