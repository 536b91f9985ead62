"""Too few pixels, enlarged: MATLAB's bicubic `imresize` down and up again, at the size of GT.

What networks for super-resolution that do not enlarge themselves are trained on and given (SRCNN,
VDSR, DRCN, DRRN, MemNet).
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._levels import Level, check, check_whole, draw_integer
from nitido.picture import imresize, to_8bit


@dataclass(frozen=True)
class Enlarged:
    """Make the picture some times smaller and as large as before.

    Parameters
    ----------
    factor : int or (int, int)
        How many times smaller it becomes in between, 1 or more; a pair is a range, both ends
        included. Sides that are no multiples of it are rounded up in between.
    round : bool
        Round to 8 bits in between, as LQ files are.

    Raises
    ------
    SettingError
        If `factor` is below 1 or no whole number.
    """

    factor: Level = 3
    round: bool = True
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("factor", self.factor, 1)
        for end in self.factor if isinstance(self.factor, tuple) else (self.factor,):
            check_whole("factor", end)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C); it may leave 0..1 beside edges."""
        factor = draw_integer(self.factor, rng)
        height, width = gt.shape[:2]
        small = imresize(gt, size=(-(-height // factor), -(-width // factor)))
        small = to_8bit(small) if self.round else small
        return imresize(small, size=(height, width)).astype(np.float32, copy=False)


PUBLIC = Enlarged
