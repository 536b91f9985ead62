"""Blur with kernels more pointed or flatter than a Gaussian, as real lenses have them.

With d the squared distance from the middle in standard deviations, the kernel is proportional to
exp(-d^beta / 2) (Liu et al. 2020, "Estimating generalized Gaussian blur kernels for out-of-focus
image deblurring"), or to 1 / (1 + d^beta) as a plateau. Real-ESRGAN (Wang et al. 2021) trains with
both.
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
    generalized_gaussian,
    plateau,
)
from nitido.degradations._levels import Level, check, draw, draw_log
from nitido.errors import SettingError


@dataclass(frozen=True)
class GeneralizedGaussianBlur:
    """Blur with a generalized Gaussian or a plateau.

    Parameters
    ----------
    sigma : float or (float, float)
        Width in pixels along the longer axis, 0..50; the standard deviation where `beta` is 1.
        A pair is a range from which every picture draws its own.
    ratio : float or (float, float)
        How many times longer than wide the kernel is, 1..100; 1 is round.
    angle : float or (float, float)
        Direction of the longer axis, degrees, counterclockwise from the horizontal.
    beta : float or (float, float)
        Shape, 0.1..20: below 1 pointed with long tails, 1 the Gaussian, above 1 ever more like a
        disc. A pair is drawn evenly on a logarithmic scale. Real-ESRGAN has 0.5..4, and 1..2 for
        the plateau.
    plateau : bool
        Use 1 / (1 + d^beta) instead of exp(-d^beta / 2).
    size : int or (int, int), optional
        Side of the kernel in pixels, odd, 1..999; a pair draws an odd number (Real-ESRGAN: 7..21).
        Without it the kernel ends four times `sigma` from its middle, however long its tails.
    boundary : {"reflect", "wrap"}
        Beyond the border the picture is mirrored at its last pixel, or begins again.

    Raises
    ------
    SettingError
        If a level is out of range, `plateau` is no bool, `size` is even or `boundary` is another
        word.
    """

    sigma: Level = (0.8, 3.0)
    ratio: Level = (1.0, 3.0)
    angle: Level = (0.0, 180.0)
    beta: Level = (0.5, 4.0)
    plateau: bool = False
    size: Level | None = None
    boundary: Boundary = "reflect"
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("sigma", self.sigma, 0, 50)
        check("ratio", self.ratio, 1, 100)
        check("angle", self.angle, -360, 360)
        check("beta", self.beta, 0.1, 20)
        if not isinstance(self.plateau, bool):
            raise SettingError(f"plateau is {self.plateau!r}; it must be true or false.")
        if self.size is not None:
            check_size(self.size)
        check_boundary(self.boundary)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C), clipped to 0..1."""
        sigma, ratio, angle = (draw(level, rng) for level in (self.sigma, self.ratio, self.angle))
        beta = draw_log(self.beta, rng)
        size = None if self.size is None else draw_size(self.size, rng)
        shape = plateau if self.plateau else generalized_gaussian
        return blurred(gt, shape(sigma, beta, ratio, angle, size), self.boundary)


PUBLIC = GeneralizedGaussianBlur
