"""How a damaged picture is stored: as it is, or clipped and rounded as an 8-bit file has it."""

import numpy as np


def store(lq: np.ndarray, clip: float, rng: np.random.Generator) -> np.ndarray:
    """Return `lq`; with probability `clip`, clipped to 0..1 and rounded to 8 bits."""
    return to_8bit(lq) if rng.random() < clip else lq


def to_8bit(picture: np.ndarray) -> np.ndarray:
    """Clip to 0..1 and round half up to the 256 levels of an 8-bit file, still float32."""
    levels = np.floor(np.clip(picture, 0, 1) * np.float32(255) + np.float32(0.5))
    return np.asarray(levels / np.float32(255), np.float32)
