"""How a damaged picture is stored: as it is, or clipped and rounded as an 8-bit file has it."""

import numpy as np

from nitido.picture import to_8bit


def store(lq: np.ndarray, clip: float, rng: np.random.Generator) -> np.ndarray:
    """Return `lq`; with probability `clip`, clipped to 0..1 and rounded to 8 bits."""
    return to_8bit(lq) if rng.random() < clip else lq
