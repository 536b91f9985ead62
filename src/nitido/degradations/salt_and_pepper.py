"""Salt and pepper: pixels that are lost to white and black, of dead sensor cells or bit errors.

The standard impulse noise of the median filter's papers: P(0) = P(1) = density / 2.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._levels import Level, check, draw


@dataclass(frozen=True)
class SaltAndPepper:
    """Replace some pixels by black or white, either as likely.

    Parameters
    ----------
    density : float or (float, float)
        Part of the pixels that are replaced, 0..1. A pair is a range from which every picture draws
        its own.
    per_channel : bool
        Hit every channel on its own instead of whole pixels, so that colors come up.

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
        half = draw(self.density, rng) / 2
        height, width, channels = gt.shape
        fate = rng.random((height, width, channels if self.per_channel else 1), np.float32)
        lq = np.where(fate < half, np.float32(0), gt)
        return np.where(fate >= 1 - half, np.float32(1), lq)


PUBLIC = SaltAndPepper
