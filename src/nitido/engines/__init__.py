"""Runtimes, one file each: a network at one fixed tile size as a plain function of arrays.

``engine(lq)`` takes float32 (N, C, h, w) of exactly the size it was built for and returns float32
(N, C, h * scale, w * scale). Weights whose card says ``takes_sigma`` take a second array,
float32 (N, 1, 1, 1); leaving it out lets the network judge for itself.
"""

from nitido.engines._engine import Engine, Precision

__all__ = ["Engine", "Precision"]
