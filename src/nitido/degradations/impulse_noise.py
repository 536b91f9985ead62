"""Random-valued impulses: pixels that are lost to any value.

Harder than salt and pepper, because an impulse may look much like what was there.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._levels import Level, check, draw


@dataclass(frozen=True)
class ImpulseNoise:
    """Replace some pixels by values drawn evenly from 0..1.

    Parameters
    ----------
    density : float or (float, float)
        Part of the pixels that are replaced, 0..1. A pair is a range from which every picture draws
        its own.
    per_channel : bool
        Hit every channel on its own. Otherwise whole pixels are hit, and each gets a random color.

    Raises
    ------
    SettingError
        If `density` leaves 0..1.
    """

    density: Level = (0.02, 0.3)
    per_channel: bool = False
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("density", self.density, 0, 1)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C) in 0..1."""
        density = draw(self.density, rng)
        height, width, channels = gt.shape
        fate = rng.random((height, width, channels if self.per_channel else 1), np.float32)
        return np.where(fate < density, rng.random(gt.shape, np.float32), gt)


PUBLIC = ImpulseNoise
