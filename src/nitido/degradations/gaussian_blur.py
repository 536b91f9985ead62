"""Gaussian blur, round or stretched: the blur model of most super-resolution papers.

The kernel is proportional to exp(-u' S^-1 u / 2), sampled at the middles of the pixels, with
S = R diag(sigma^2, (sigma / ratio)^2) R' as in BSRGAN (Zhang et al. 2021).
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._kernels import (
    Boundary,
    blurred,
    check_boundary,
    check_size,
    draw_size,
    gaussian,
)
from nitido.degradations._levels import Level, check, draw


@dataclass(frozen=True)
class GaussianBlur:
    """Blur with a Gaussian.

    Parameters
    ----------
    sigma : float or (float, float)
        Standard deviation in pixels, 0..100; of a stretched kernel, along its longer axis. A pair
        is a range from which every picture draws its own.
    ratio : float or (float, float)
        How many times longer than wide the kernel is, 1..100; 1 is round.
    angle : float or (float, float)
        Direction of the longer axis, degrees, counterclockwise from the horizontal.
    size : int or (int, int), optional
        Side of the kernel in pixels, odd, 1..999, where a protocol cuts it; a pair draws an odd
        number. Without it the kernel reaches four standard deviations to each side.
    boundary : {"reflect", "wrap"}
        Beyond the border the picture is mirrored at its last pixel, or begins again.

    Raises
    ------
    SettingError
        If a level is out of range, `size` is even or `boundary` is another word.
    """

    sigma: Level = (0.8, 3.0)
    ratio: Level = 1.0
    angle: Level = (0.0, 180.0)
    size: Level | None = None
    boundary: Boundary = "reflect"
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("sigma", self.sigma, 0, 100)
        check("ratio", self.ratio, 1, 100)
        check("angle", self.angle, -360, 360)
        if self.size is not None:
            check_size(self.size)
        check_boundary(self.boundary)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C), clipped to 0..1."""
        sigma, ratio, angle = (draw(level, rng) for level in (self.sigma, self.ratio, self.angle))
        size = None if self.size is None else draw_size(self.size, rng)
        return blurred(gt, gaussian(sigma, ratio, angle, size), self.boundary)


PUBLIC = GaussianBlur
