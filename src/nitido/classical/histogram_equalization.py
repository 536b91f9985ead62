"""Histogram equalization: every brightness becomes as frequent as any other (Hall 1974)."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import brightness, checked, finished, with_brightness
from nitido.classical._settings import check_number

_BINS = 1024


@dataclass(frozen=True)
class HistogramEqualization:
    """Spread the brightness evenly; the ratios of the color channels stay.

    Parameters
    ----------
    strength : float
        0..1: how much of the way is gone.

    Raises
    ------
    SettingError
        If `strength` is out of range.
    """

    strength: float = 1.0
    scale: ClassVar[int] = 1
    reach: ClassVar[None] = None

    def __post_init__(self) -> None:
        check_number("strength", self.strength, 0, 1)

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the equalized picture, float32 (H, W, C) in 0..1; one flat value stays."""
        pixels = finished(checked(lq))
        before = brightness(pixels)
        counts, edges = np.histogram(before, _BINS, (0, 1))
        below = np.append(0, np.cumsum(counts))
        first = counts[np.flatnonzero(counts)[0]]  # the darkest stay black
        if first == before.size:
            return pixels
        target = np.clip((below - first) / (before.size - first), 0, 1)
        after = np.interp(before, edges, target).astype(np.float32)
        after = before + np.float32(self.strength) * (after - before)
        return finished(with_brightness(pixels, before, after))


PUBLIC = HistogramEqualization
