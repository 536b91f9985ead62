"""Missing pixels, each on its own, as papers on inpainting test (IRCNN, Deep Image Prior)."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._levels import Level, check, draw
from nitido.degradations._masks import Fill, check_fill, fill_holes


@dataclass(frozen=True)
class MissingPixels:
    """Lose pixels at random, in all channels at once.

    Parameters
    ----------
    share : float or (float, float)
        Probability of every pixel to be lost, 0..1; papers use 0.5, 0.75, 0.8 and 0.9.
    fill : float or "noise"
        Value in the holes, 0..1, or even random values.

    Raises
    ------
    SettingError
        If `share` leaves 0..1 or `fill` is something else.
    """

    share: Level = (0.5, 0.9)
    fill: Fill = 0.0
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("share", self.share, 0, 1)
        check_fill(self.fill)

    def mask(self, height: int, width: int, rng: np.random.Generator) -> np.ndarray:
        """Draw the holes, bool (height, width), True where a pixel is missing."""
        return rng.random((height, width), dtype=np.float32) < np.float32(draw(self.share, rng))

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C) in 0..1."""
        missing = self.mask(gt.shape[0], gt.shape[1], rng)
        return fill_holes(gt, missing, self.fill, rng)


PUBLIC = MissingPixels
