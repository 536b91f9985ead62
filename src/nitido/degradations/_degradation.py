"""The protocol that degradations follow."""

from typing import Protocol

import numpy as np


class Degradation(Protocol):
    """A damage: a function from a sound picture and chance to a damaged one."""

    @property
    def scale(self) -> int:
        """How many times smaller the result is than the input."""
        ...

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Damage a picture, float32 (H, W, C) 0..1; the result may leave 0..1 where it says so."""
        ...
