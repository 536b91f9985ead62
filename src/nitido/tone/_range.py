"""The part of its scale that a picture makes use of."""

from dataclasses import dataclass

import numpy as np

SLACK = 1.0
"""How far beyond its ends, in spans of the range, a network is still shown values as they are.

Noise that was not cut off needs the room: of sigma 50 around white one value in three million goes
farther. The shipped denoiser can do with it: a picture of sigma 12 that was moved up by 1 came out
with an error of 4.8/255 instead of 4.3; one with a hot pixel in 2,000 with 4.7 where these were at
2, with 6.5 at 4 and with 13.3 at 16.
"""


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

    @property
    def span(self) -> float:
        """How much is shown as 1."""
        return self.high - self.low

    @property
    def limits(self) -> tuple[float, float]:
        """The lowest and the highest value that a network is shown as they are."""
        return self.low - SLACK * self.span, self.high + SLACK * self.span

    def map(self, pixels: np.ndarray) -> np.ndarray:
        """Return float32 pixels on the scale on which `low` is 0 and `high` is 1."""
        if self == FULL:
            return pixels
        return np.asarray((pixels - np.float32(self.low)) / np.float32(self.span), np.float32)

    def unmap(self, shown: np.ndarray) -> np.ndarray:
        """Return float32 pixels in the values of the picture, of such as `map` gives."""
        if self == FULL:
            return shown
        return np.asarray(shown * np.float32(self.span) + np.float32(self.low), np.float32)

    def words(self, depth: int) -> str:
        """Say what it is in a file's own values: counts of 16 bits, floats as they are."""
        if depth == 32:
            return f"{self.low:.6g} to {self.high:.6g}"
        peak = 2**depth - 1
        return f"{round(self.low * peak)} to {round(self.high * peak)} of 0 to {peak}"


FULL = Range()
