"""Blur of a lens that is out of focus: every point becomes an even disc, the lens's opening.

This is geometrical optics without diffraction. Pixels on the rim have the share that lies inside.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._kernels import Boundary, blurred, check_boundary, disc
from nitido.degradations._levels import Level, check, draw


@dataclass(frozen=True)
class DefocusBlur:
    """Blur with a disc.

    Parameters
    ----------
    radius : float or (float, float)
        Radius of the disc in pixels, 0..200; up to 0.5 it stays within one pixel. A pair is a
        range from which every picture draws its own.
    boundary : {"reflect", "wrap"}
        Beyond the border the picture is mirrored at its last pixel, or begins again.

    Raises
    ------
    SettingError
        If `radius` is out of range or `boundary` is another word.
    """

    radius: Level = (1.5, 6.0)
    boundary: Boundary = "reflect"
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("radius", self.radius, 0, 200)
        check_boundary(self.boundary)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C), clipped to 0..1."""
        return blurred(gt, disc(draw(self.radius, rng)), self.boundary)


PUBLIC = DefocusBlur
