"""The part of its scale that a picture makes use of."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Range:
    """What is shown to a network as 0 and as 1.

    Parameters
    ----------
    low, high : float
        In nominal units of the picture: 0..1 is the whole scale of an integer type; floats as they
        are.
    """

    low: float = 0.0
    high: float = 1.0

    def map(self, pixels: np.ndarray) -> np.ndarray:
        """Return float32 pixels on the scale on which `low` is 0 and `high` is 1."""
        if self == FULL:
            return pixels
        return np.asarray((pixels - self.low) / (self.high - self.low), np.float32)


FULL = Range()
