"""JPEG compression by libjpeg, the damage of the deblocking papers."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from nitido.degradations._jpeg import jpeg_round_trip
from nitido.degradations._levels import Level, check, draw_integer
from nitido.errors import SettingError


@dataclass(frozen=True)
class Jpeg:
    """Store as JPEG and decode again.

    Parameters
    ----------
    quality : int or (int, int)
        libjpeg quality 1..100; a pair is a range, both ends included.
    subsampling : {"4:2:0", "4:2:2", "4:4:4"}
        Resolution of the color planes; gray pictures have none.

    Raises
    ------
    SettingError
        If `quality` leaves 1..100 or `subsampling` is another word.
    """

    quality: Level = 10
    subsampling: Literal["4:2:0", "4:2:2", "4:4:4"] = "4:2:0"
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("quality", self.quality, 1, 100)
        if self.subsampling not in ("4:2:0", "4:2:2", "4:4:4"):
            raise SettingError(
                f"subsampling is {self.subsampling!r}; there are 4:2:0, 4:2:2 and 4:4:4."
            )

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, 1 or 3) with 8-bit values in 0..1."""
        return jpeg_round_trip(gt, draw_integer(self.quality, rng), self.subsampling)


PUBLIC = Jpeg
