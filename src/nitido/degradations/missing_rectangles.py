"""Missing rectangles, the large holes of inpainting papers."""

from dataclasses import dataclass

import numpy as np

from nitido.degradations._levels import Level, check, draw, draw_integer
from nitido.degradations._masks import Fill, LosesPixels


@dataclass(frozen=True)
class MissingRectangles(LosesPixels):
    """Lose rectangles, each wholly inside the picture; they may overlap.

    Parameters
    ----------
    count : int or (int, int)
        How many there are.
    side : float or (float, float)
        Height and width, each drawn on its own, as shares of the picture's shorter side, 0..1; one
        pixel at least.
    fill : float or "noise"
        Value in the holes, 0..1, or even random values.

    Raises
    ------
    SettingError
        If a level is out of range or `fill` is something else.
    """

    count: Level = (1, 5)
    side: Level = (0.1, 0.4)
    fill: Fill = 0.0

    def __post_init__(self) -> None:
        check("count", self.count, 0)
        check("side", self.side, 0, 1)
        super().__post_init__()

    def mask(self, height: int, width: int, rng: np.random.Generator) -> np.ndarray:
        """Draw the holes, bool (height, width), True where a pixel is missing."""
        missing = np.zeros((height, width), bool)
        shorter = min(height, width)
        for _ in range(draw_integer(self.count, rng)):
            down, across = (max(1, round(draw(self.side, rng) * shorter)) for _ in range(2))
            top = int(rng.integers(height - down + 1))
            left = int(rng.integers(width - across + 1))
            missing[top : top + down, left : left + across] = True
        return missing


PUBLIC = MissingRectangles
