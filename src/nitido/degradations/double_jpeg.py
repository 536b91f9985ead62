"""JPEG twice: a picture that was stored, cut or not, and stored again, as the net is full of.

Where the picture was cut in between, the blocks of the first time are no longer those of the
second, and both show. Jiang et al. 2021 ("Towards flexible blind JPEG artifacts removal") found
that networks trained on single JPEG fail there.
"""

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
class DoubleJpeg:
    """Store as JPEG and decode, twice.

    Parameters
    ----------
    first_quality, second_quality : int or (int, int)
        libjpeg quality 1..100 of either time; a pair is a range, both ends included.
    shifted : float
        Share of pictures that were cut in between, so that the blocks of the first time do not
        begin at the corner; those of the second always do.
    subsampling : {"4:2:0", "4:2:2", "4:4:4"} or tuple of them
        Resolution of the color planes; gray pictures have none. From several, either time draws its
        own.

    Raises
    ------
    SettingError
        If a quality leaves 1..100, `subsampling` has another word or `shifted` is no share, or if a
        picture has neither 1 nor 3 channels.
    """

    first_quality: Level = (10, 70)
    second_quality: Level = (20, 80)
    shifted: float = 0.5
    subsampling: Subsampling | tuple[Subsampling, ...] = ("4:2:0", "4:4:4")
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("first_quality", self.first_quality, 1, 100)
        check("second_quality", self.second_quality, 1, 100)
        check_share("shifted", self.shifted)
        check_subsampling(self.subsampling)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, 1 or 3) with 8-bit values in 0..1."""
        quality = draw_integer(self.first_quality, rng)
        subsampling = draw_subsampling(self.subsampling, rng)
        once = jpeg_round_trip(gt, quality, subsampling, draw_offset(self.shifted, rng))
        quality = draw_integer(self.second_quality, rng)
        return jpeg_round_trip(once, quality, draw_subsampling(self.subsampling, rng))


PUBLIC = DoubleJpeg
