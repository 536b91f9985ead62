"""Lossy WebP compression by libwebp, JPEG's successor on the web.

It predicts every block from its neighbors and smooths the seams, so it smears fine detail where
JPEG shows blocks and ringing. Color always has half the resolution.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._levels import Level, check, draw_integer
from nitido.degradations._round_trip import round_trip
from nitido.errors import SettingError

_LONGEST = 16383  # 14 bits for either side


@dataclass(frozen=True)
class Webp:
    """Store as lossy WebP and decode again.

    Parameters
    ----------
    quality : int or (int, int)
        libwebp quality 1..100; a pair is a range, both ends included.

    Raises
    ------
    SettingError
        If `quality` leaves 1..100, or if a picture has neither 1 nor 3 channels or a side of more
        than 16383 pixels.
    """

    quality: Level = (5, 50)
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("quality", self.quality, 1, 100)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, 1 or 3) with 8-bit values in 0..1."""
        height, width = gt.shape[:2]
        if max(height, width) > _LONGEST:
            raise SettingError(
                f"WebP holds sides up to {_LONGEST} pixels; this picture has {width} x {height}."
            )
        return round_trip(gt, "WEBP", quality=draw_integer(self.quality, rng))


PUBLIC = Webp
