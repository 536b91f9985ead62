"""Runtimes, one file each: a network at one fixed tile size as a plain function of arrays.

``engine(lq)`` takes float32 (N, C, h, w) of exactly the size it was built for and returns float32
(N, C, h * scale, w * scale). Weights whose card says ``takes_sigma`` take a second array,
float32 (N, 1, 1, 1); leaving it out lets the network judge for itself.
"""

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
