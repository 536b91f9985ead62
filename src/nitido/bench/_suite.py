"""What a suite is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

Pair = tuple[str, np.ndarray, np.ndarray]  # name, lq, gt; float32 (H, W, C), lq may leave 0..1


@dataclass(frozen=True)
class Suite:
    """A named protocol: it fixes images, damage, seed and what is compared.

    Attributes
    ----------
    name : str
        ``SET/DAMAGE``.
    protocol : int
        Rises when the meaning of the number changes.
    pairs : callable
        From the root of the image sets to (name, lq, gt) of every image.
    """

    name: str
    protocol: int
    pairs: Callable[[Path | None], Iterator[Pair]]
