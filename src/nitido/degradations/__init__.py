"""Damages of the field, one file each: ``degradation(gt, rng) -> lq``.

Every degradation is a frozen dataclass. It takes a clean picture, float32 (H, W, C) in 0..1, and
a `numpy.random.Generator`, leaves the input untouched and returns float32 (H / scale, W / scale,
C). The same seed gives the same result. A level is one number or a pair (low, high) from which
every picture draws its own.
"""

from nitido.degradations._degradation import Degradation
from nitido.degradations._facts import FACTS, Fact

__all__ = ["FACTS", "Degradation", "Fact"]
