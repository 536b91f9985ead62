"""What all down-scaling by a whole number shares: its setting, the cut before, the rounding."""

import numpy as np

from nitido.degradations._storage import to_8bit
from nitido.errors import SettingError


def check_factor(name: str, factor: int) -> None:
    """Refuse what is no whole number from 1 up."""
    if not isinstance(factor, int) or factor < 1:
        raise SettingError(f"{name} is {factor!r}; it must be a whole number from 1 up.")


def check_scale(scale: int) -> None:
    """Refuse a scale that is no whole number from 1 up."""
    check_factor("scale", scale)


def cut(gt: np.ndarray, scale: int) -> np.ndarray:
    """Return a view without the odd rows and columns at the end, which have no full LQ pixel."""
    height, width = (side // scale * scale for side in gt.shape[:2])
    if not height or not width:
        raise SettingError(f"A picture of {gt.shape[1]} x {gt.shape[0]} has no {scale}th.")
    return gt[:height, :width]


def finish(lq: np.ndarray, round: bool) -> np.ndarray:
    """Return float32, rounded to the 256 levels of a file where asked for."""
    return to_8bit(lq) if round else lq.astype(np.float32, copy=False)
