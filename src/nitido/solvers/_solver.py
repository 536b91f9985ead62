"""The protocol that solvers follow."""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from nitido.weights import Weights

OnProgress = Callable[[float], None]  # takes the part that is done, 0..1


def silent(done: float) -> None:
    """Tell nobody how far it is."""


class SolvingRestorer(Protocol):
    """A method that restores one picture in many steps and tells how far it is."""

    @property
    def scale(self) -> int:
        """How many times larger the result is than the input."""
        ...

    @property
    def reach(self) -> None:
        """None: the whole picture decides about every pixel."""
        ...

    @property
    def weights(self) -> Weights | None:
        """The trained network that it asks; None where the picture is all it has."""
        ...

    def __call__(self, lq: np.ndarray, *, report: OnProgress = silent) -> np.ndarray:
        """Restore a picture, float32 (H, W, C), C = 1 or 3, to 0..1, sides times `scale`."""
        ...
