"""Too few levels: the bands of pictures with 1 to 6 bits per channel."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._levels import Level, check, draw_integer
from nitido.degradations._palette import check_levels, reduced


@dataclass(frozen=True)
class Quantization:
    """Round every value to the nearest of a few evenly spaced levels.

    lq = round((n - 1) * gt) / (n - 1) with n = 2 ** bits levels, black and white among them.

    Parameters
    ----------
    bits : int or (int, int)
        Bits per channel, 1..6; a pair is a range, both ends included.
    levels : int or (int, int), optional
        Number of levels per channel, 2..256, instead of `bits`.
    dither : bool
        Add even noise of half a step either way before rounding: grain instead of bands.

    Raises
    ------
    SettingError
        If `bits` or `levels` is out of range.
    """

    bits: Level = (2, 4)
    levels: Level | None = None
    dither: bool = False
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("bits", self.bits, 1, 6)
        if self.levels is not None:
            check_levels(self.levels)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C) in 0..1."""
        if self.levels is None:
            levels = 2 ** draw_integer(self.bits, rng)
        else:
            levels = draw_integer(self.levels, rng)
        return reduced(gt, levels, rng.random(gt.shape, np.float32) if self.dither else 0.5)


PUBLIC = Quantization
