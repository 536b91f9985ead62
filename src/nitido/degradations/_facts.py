"""What a damage can say of itself as numbers that a network learns to read off the picture.

Every fact has one number. Positive: it is there, and so strong. 0: it is not there. Negative: it is
there, but so weakly that nobody should be blamed for missing it, nor for finding it. NaN: nobody
knows, since something stronger covers it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Fact:
    """One thing that may be wrong with a picture, and the scale on which a network reads it.

    Parameters
    ----------
    name : str
        In one word.
    unit : str
        Of its level.
    encode, decode : callable
        From a level to a positive number of about 1 and back.
    """

    name: str
    unit: str
    encode: Callable[[float], float]
    decode: Callable[[float], float]


FACTS = (
    Fact("noise", "RMS, 8-bit units", lambda s: np.log1p(s) / 4, lambda t: np.expm1(4 * t)),
    Fact("white", "share of the noise", lambda w: w, lambda t: t),
    Fact("jpeg", "quality, 1..100", lambda q: (101 - q) / 100, lambda t: 101 - 100 * t),
    Fact("impulses", "share of values", lambda p: np.sqrt(p), lambda t: t * t),
    Fact("dithering", "share of values", lambda p: p, lambda t: t),
    Fact("halftone", "period, pixels", lambda p: np.log2(p) / 4, lambda t: 2 ** (4 * t)),
    Fact("blur", "sigma, pixels", lambda s: np.log1p(s) / 2, lambda t: np.expm1(2 * t)),
    Fact("enlarged", "factor", lambda f: np.log2(f) / 2, lambda t: 2 ** (2 * t)),
)
"""In the order in which a network gives them."""
