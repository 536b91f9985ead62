"""Rounding as files round."""

import numpy as np


def to_8bit(picture: np.ndarray) -> np.ndarray:
    """Clip to 0..1 and round half up to the 256 levels of an 8-bit file, still float32."""
    levels = np.floor(np.clip(picture, 0, 1) * np.float32(255) + np.float32(0.5))
    return np.asarray(levels / np.float32(255), np.float32)
