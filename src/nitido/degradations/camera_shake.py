"""Blur of a camera that is held by hand: the picture smeared along a random path.

The path follows the idea of Boracchi and Foi 2012 ("Modeling the performance of image restoration
from motion blur"), which DeblurGAN made popular: a particle with inertia is pushed at random,
pulled back to where it began, and sometimes jerks. The kernel is how long it stays at each pixel.

**Departure from the paper:** the pushes scale with the time step, so the number of samples does not
change what paths look like; one `anxiety` scales all disturbances; the path is brought to a given
extent instead of having a given length; there is no dependence on the exposure time.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._kernels import Boundary, blurred, check_boundary, shake
from nitido.degradations._levels import Level, check, draw, draw_integer


@dataclass(frozen=True)
class CameraShake:
    """Blur along the random path of a shaking hand.

    Parameters
    ----------
    extent : float or (float, float)
        Longer side of the box around the path in pixels, 0..500. A pair is a range from which
        every picture draws its own.
    anxiety : float or (float, float)
        How much the hand trembles, 0..1: 0 is a straight, even stroke, 1 a tangled path.
    samples : int or (int, int)
        Points of the path, 2..10,000; 2 are a double exposure, many a smooth stroke.
    boundary : {"reflect", "wrap"}
        Beyond the border the picture is mirrored at its last pixel, or begins again.

    Raises
    ------
    SettingError
        If a level is out of range or `boundary` is another word.
    """

    extent: Level = (6.0, 24.0)
    anxiety: Level = (0.1, 1.0)
    samples: Level = 256
    boundary: Boundary = "reflect"
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("extent", self.extent, 0, 500)
        check("anxiety", self.anxiety, 0, 1)
        check("samples", self.samples, 2, 10_000)
        check_boundary(self.boundary)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C), clipped to 0..1; the picture as a whole does not shift."""
        extent, anxiety = draw(self.extent, rng), draw(self.anxiety, rng)
        kernel = shake(extent, anxiety, draw_integer(self.samples, rng), rng)
        return blurred(gt, kernel, self.boundary)


PUBLIC = CameraShake
