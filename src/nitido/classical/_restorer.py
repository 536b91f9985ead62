"""What every restorer of this room is."""

from typing import Protocol

import numpy as np


class ClassicalRestorer(Protocol):
    """What every file of this room offers."""

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
