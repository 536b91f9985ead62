"""Holes as settings of a solver: a mask in memory or in a file, or a color that marks them."""

import numpy as np

from nitido import classical
from nitido.classical import Marked, Mask


def check_holes(mask: Mask, marked: Marked | None) -> None:
    """Refuse a mask that is neither a file nor an array, and what is neither value nor color."""
    file = None if isinstance(mask, np.ndarray) else mask
    classical.check_holes(file, 0 if marked is None else marked)


def find_holes(pixels: np.ndarray, mask: Mask, marked: Marked | None) -> np.ndarray | None:
    """Return the missing pixels, bool (H, W); None where neither setting speaks of any.

    Raises
    ------
    SettingError
        If the mask cannot be read or has another size, or if every pixel is missing.
    """
    if mask is None and marked is None:
        return None
    return classical.find_holes(pixels.clip(0, 1), mask, 0 if marked is None else marked)
