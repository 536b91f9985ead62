"""Damages of the field, one file each: ``degradation(gt, rng) -> lq``.

Every degradation is a frozen dataclass. It takes a clean picture, float32 (H, W, C) in 0..1, and
a `numpy.random.Generator`, leaves the input untouched and returns float32 (H / scale, W / scale,
C). The same seed gives the same result. A level is one number or a pair (low, high) from which
every picture draws its own.
"""

from typing import Protocol

import numpy as np


class Degradation(Protocol):
    """What every file of this room offers."""

    @property
    def scale(self) -> int:
        """How many times smaller the result is than the input."""
        ...

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Damage a picture, float32 (H, W, C) 0..1; the result may leave 0..1 where it says so."""
        ...
