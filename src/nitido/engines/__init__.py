"""Runtimes, one file each: a network as a plain function of arrays.

``engine(lq, told)`` takes float32 (N, C, h, w) and returns float32 (N, C, h * scale, w * scale),
an array that belongs to the caller. `told` names the inputs that the card announces, each an array
(N, 1, 1, 1) or, for a plane, (N, channels, h, w); what the network can judge for itself may be left
out. Any number of threads may call one engine.
"""

from nitido.engines._engine import Device, Engine, Precision, blank

__all__ = ["Device", "Engine", "Precision", "blank"]
