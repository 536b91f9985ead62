"""Rounding as files round."""

import numpy as np


def to_counts(picture: np.ndarray, depth: int = 8) -> np.ndarray:
    """Clip to 0..1 and round half up to the counts of a file, uint8 or, of 16 bits, uint16."""
    levels = np.floor(np.clip(picture, 0, 1) * (2**depth - 1) + 0.5)
    counts: np.ndarray = levels.astype(np.uint8 if depth == 8 else np.uint16)
    return counts


def to_8bit(picture: np.ndarray) -> np.ndarray:
    """Clip to 0..1 and round half up to the 256 levels of an 8-bit file, still float32."""
    levels = np.floor(np.clip(picture, 0, 1) * np.float32(255) + np.float32(0.5))
    return np.asarray(levels / np.float32(255), np.float32)
