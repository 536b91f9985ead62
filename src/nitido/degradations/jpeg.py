"""JPEG compression by libjpeg, the damage of the deblocking papers."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._jpeg import (
    Subsampling,
    check_subsampling,
    draw_offset,
    draw_subsampling,
    jpeg_round_trip,
)
from nitido.degradations._levels import Level, check, check_share, draw_integer


@dataclass(frozen=True)
class Jpeg:
    """Store as JPEG and decode again.

    Parameters
    ----------
    quality : int or (int, int)
        libjpeg quality 1..100; a pair is a range, both ends included.
    subsampling : {"4:2:0", "4:2:2", "4:4:4"} or tuple of them
        Resolution of the color planes; gray pictures have none. From several, every picture draws
        its own.
    shifted : float
        Share of pictures whose blocks of 8 x 8 pixels do not begin at the corner, as in a picture
        that was cut after it had been stored.

    Raises
    ------
    SettingError
        If `quality` leaves 1..100, `subsampling` has another word or `shifted` is no share, or if a
        picture has neither 1 nor 3 channels.
    """

    quality: Level = 10
    subsampling: Subsampling | tuple[Subsampling, ...] = "4:2:0"
    shifted: float = 0.0
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("quality", self.quality, 1, 100)
        check_subsampling(self.subsampling)
        check_share("shifted", self.shifted)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, 1 or 3) with 8-bit values in 0..1."""
        quality = draw_integer(self.quality, rng)
        subsampling = draw_subsampling(self.subsampling, rng)
        return jpeg_round_trip(gt, quality, subsampling, draw_offset(self.shifted, rng))


PUBLIC = Jpeg
