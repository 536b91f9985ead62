"""Missing pixels, each on its own, as papers on inpainting test (IRCNN, Deep Image Prior)."""

from dataclasses import dataclass

import numpy as np

from nitido.degradations._levels import Level, check, draw
from nitido.degradations._masks import Fill, LosesPixels


@dataclass(frozen=True)
class MissingPixels(LosesPixels):
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

    def __post_init__(self) -> None:
        check("share", self.share, 0, 1)
        super().__post_init__()

    def mask(self, height: int, width: int, rng: np.random.Generator) -> np.ndarray:
        """Draw the holes, bool (height, width), True where a pixel is missing."""
        return rng.random((height, width), dtype=np.float32) < np.float32(draw(self.share, rng))


PUBLIC = MissingPixels
