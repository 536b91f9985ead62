"""Motion blur of a camera or a scene that moves straight on while the shutter is open.

The kernel is an even stroke, drawn by sharing closely spaced points among their four pixels
bilinearly, so that any length and any angle is smooth. As in deblurring papers it acts on the
stored values, not on linear light.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._kernels import Boundary, blurred, check_boundary, motion
from nitido.degradations._levels import Level, check, draw


@dataclass(frozen=True)
class MotionBlur:
    """Blur along a straight line.

    Parameters
    ----------
    length : float or (float, float)
        Length of the stroke in pixels, 0..500. A pair is a range from which every picture draws
        its own.
    angle : float or (float, float)
        Direction in degrees, counterclockwise from the horizontal.
    boundary : {"reflect", "wrap"}
        Beyond the border the picture is mirrored at its last pixel, or begins again.

    Raises
    ------
    SettingError
        If a level is out of range or `boundary` is another word.
    """

    length: Level = (5.0, 25.0)
    angle: Level = (0.0, 180.0)
    boundary: Boundary = "reflect"
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("length", self.length, 0, 500)
        check("angle", self.angle, -360, 360)
        check_boundary(self.boundary)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C), clipped to 0..1."""
        kernel = motion(draw(self.length, rng), draw(self.angle, rng))
        return blurred(gt, kernel, self.boundary)


PUBLIC = MotionBlur
