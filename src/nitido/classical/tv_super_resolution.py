"""Regularized super-resolution: of all pictures that give the small one, one of little variation.

Total variation as the prior of an enlargement (Aly and Dubois 2005, "Image up-sampling using
total-variation regularization"): a step towards agreement with the input by back-projection and
a step of total variation denoising take turns.

**Departure from the paper:** Chambolle's projection makes the second step, and the weight of the
variation falls, so that the result agrees with the input in the end.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._library import library
from nitido.classical._scaling import Enlarges, back_projected
from nitido.classical._settings import check_number, check_whole
from nitido.picture import imresize

_FALL = 0.8  # of the weight, per step


@dataclass(frozen=True)
class TVSuperResolution(Enlarges):
    """Enlarge with few but steep edges.

    Parameters
    ----------
    scale : int
        How many times as large, 1..16.
    weight : float
        Of the variation at the beginning, 8-bit units, 0..255.
    steps : int
        Turns, 1..1000.

    Raises
    ------
    SettingError
        If a setting is out of range.
    """

    weight: float = 4.0
    steps: int = 12
    reach: ClassVar[None] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("weight", self.weight, 0, 255)
        check_whole("steps", self.steps, 1, 1000)

    def _enlarged(self, pixels: np.ndarray) -> np.ndarray:
        smooth = library("skimage.restoration").denoise_tv_chambolle
        restored = back_projected(imresize(pixels, self.scale), pixels, self.scale)
        weight = self.weight / 255
        for _ in range(self.steps):
            if weight > 0:
                restored = smooth(restored, weight, max_num_iter=30, channel_axis=-1)
            restored = back_projected(restored.astype(np.float32), pixels, self.scale)
            weight *= _FALL
        return restored


PUBLIC = TVSuperResolution
