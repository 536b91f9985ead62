"""Few evenly spaced levels instead of 256, with black and white among them."""

import numpy as np

from nitido.degradations._levels import Level, check
from nitido.errors import SettingError


def check_levels(levels: Level) -> None:
    """Refuse a number of levels that is not whole or leaves 2..256."""
    check("levels", levels, 2, 256)
    if any(count % 1 for count in (levels if isinstance(levels, tuple) else (levels,))):
        raise SettingError(f"levels is {levels!r}; a number of levels is whole.")


def reduced(picture: np.ndarray, levels: int, thresholds: np.ndarray | float) -> np.ndarray:
    """Return the picture with few levels, float32 in 0..1.

    A value between two levels takes the upper one if the part of the way that it has gone, plus its
    threshold (0..1), reaches 1. So 0.5 rounds to the nearest, and evenly spread thresholds keep the
    mean.
    """
    top = np.float32(levels - 1)
    chosen = np.floor(np.clip(picture, 0, 1) * top + np.asarray(thresholds, np.float32))
    chosen = np.minimum(chosen, top)  # a sum just below top + 1 may have been rounded up
    return np.asarray(chosen / top)
