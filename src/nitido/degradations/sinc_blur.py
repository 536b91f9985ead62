"""Ringing: a low-pass so sharp that edges overshoot and echo, as after over-sharp resizing.

The circular low-pass of Real-ESRGAN (Wang et al. 2021): at the distance r from its middle the
kernel is w J1(w r) / (2 pi r), where w is the cutoff, cut to a square and normalized.
"""

from dataclasses import dataclass
from math import pi
from typing import ClassVar

import numpy as np

from nitido.degradations._kernels import (
    Boundary,
    blurred,
    check_boundary,
    check_size,
    draw_size,
    sinc,
)
from nitido.degradations._levels import Level, check, draw


@dataclass(frozen=True)
class SincBlur:
    """Remove all detail finer than a cutoff, which leaves rings along the edges.

    Parameters
    ----------
    cutoff : float or (float, float)
        Highest frequency that is left, radians per pixel, 0.01..pi: a wave of 2 pi / cutoff
        pixels. A pair is a range from which every picture draws its own. Real-ESRGAN has
        pi / 3..pi; near pi nothing can be seen.
    size : int or (int, int)
        Side of the kernel in pixels, odd, 3..999; the rings reach half as far. A pair draws an
        odd number.
    boundary : {"reflect", "wrap"}
        Beyond the border the picture is mirrored at its last pixel, or begins again.

    Raises
    ------
    SettingError
        If a level is out of range, `size` is even or `boundary` is another word.
    """

    cutoff: Level = (pi / 4, 3 * pi / 4)
    size: Level = 21
    boundary: Boundary = "reflect"
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("cutoff", self.cutoff, 0.01, pi)
        check_size(self.size, 3)
        check_boundary(self.boundary)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C), clipped to 0..1 where the rings overshoot."""
        kernel = sinc(draw(self.cutoff, rng), draw_size(self.size, rng))
        return blurred(gt, kernel, self.boundary)


PUBLIC = SincBlur
