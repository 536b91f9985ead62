"""The protocol that classical restorers follow."""

from typing import Protocol

import numpy as np


class ClassicalRestorer(Protocol):
    """A method that restores a picture without training, in one call."""

    @property
    def scale(self) -> int:
        """How many times larger the result is than the input."""
        ...

    @property
    def reach(self) -> int | None:
        """LQ pixels to each side that decide about a pixel; None is the whole picture."""
        ...

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Restore a picture, float32 (H, W, C), C = 1 or 3, to 0..1, sides times `scale`."""
        ...
