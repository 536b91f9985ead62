"""What every engine is."""

from typing import Literal, Protocol

import numpy as np

Precision = Literal["auto", "fp32", "bf16"]


class Engine(Protocol):
    """What every file of this room offers: built from weights, a tile size and a precision."""

    precision: Literal["fp32", "bf16"]
    """The arithmetic in use."""

    def __call__(self, lq: np.ndarray, sigma: np.ndarray | None = None) -> np.ndarray:
        """Run the network on one batch of tiles."""
        ...
