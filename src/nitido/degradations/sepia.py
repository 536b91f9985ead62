"""Sepia toning: the brown of old prints, by the matrix that every picture editor uses.

red = 0.393 R + 0.769 G + 0.189 B, green = 0.349 R + 0.686 G + 0.168 B, blue = 0.272 R + 0.534 G +
0.131 B, each at most 1.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._levels import Level, check, draw
from nitido.degradations._tints import check_gray_or_color
from nitido.picture import rgb2gray

_MATRIX = np.array(
    [[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]], np.float32
)


@dataclass(frozen=True)
class Sepia:
    """Tone a picture, gray or RGB.

    A gray picture stays gray: it gets the tone curve only, which is the gray of what it would be
    in color.

    Parameters
    ----------
    strength : float or (float, float)
        Share of the toned picture in the result, 0..1; the rest is as before.

    Raises
    ------
    SettingError
        If `strength` leaves 0..1, or a picture is neither gray nor RGB.
    """

    strength: Level = (0.5, 1.0)
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("strength", self.strength, 0, 1)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, 1 or 3) in 0..1."""
        check_gray_or_color(gt)
        strength = np.float32(draw(self.strength, rng))
        # The product of a view and of its copy may differ in the last digit.
        toned = np.ascontiguousarray(gt) @ _MATRIX.T if gt.shape[2] == 3 else gt * _MATRIX.sum(1)
        np.minimum(toned, 1, out=toned)
        if gt.shape[2] == 1:
            toned = rgb2gray(toned)[..., None]
        toned *= strength
        toned += (1 - strength) * gt
        return np.asarray(toned)


PUBLIC = Sepia
