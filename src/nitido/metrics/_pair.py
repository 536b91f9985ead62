"""How every metric takes in its two pictures."""

import numpy as np
from numpy.typing import NDArray

from nitido.errors import SettingError

Array = NDArray[np.float32] | NDArray[np.float64] | NDArray[np.uint8] | NDArray[np.uint16]


def pair(
    restored: Array, gt: Array, border: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both pictures as float64 (H, W, C), 0..1, with `border` pixels cut off every side.

    Raises
    ------
    SettingError
        If the shapes differ or are no picture's, a type is neither float nor unsigned, or `border`
        is negative or leaves nothing.
    """
    if restored.shape != gt.shape or restored.ndim not in (2, 3):
        raise SettingError(
            f"restored has shape {restored.shape} and gt {gt.shape}; "
            "a metric compares pictures of one shape, (H, W) or (H, W, C)."
        )
    if border < 0 or min(restored.shape[:2]) <= 2 * border:
        raise SettingError(
            f"border: {border} found for a picture of {restored.shape[1]} x {restored.shape[0]}; "
            "give 0 or more, and less than half the shorter side."
        )
    return _unit(restored, border), _unit(gt, border)


def _unit(picture: Array, border: int) -> NDArray[np.float64]:
    """Return one picture in 0..1, cut."""
    height, width = picture.shape[:2]
    cut = picture[border : height - border, border : width - border].reshape(
        height - 2 * border, width - 2 * border, -1
    )
    if cut.dtype.kind not in "fu":
        raise SettingError(
            f"A picture of type {picture.dtype} found; give floats 0..1 or unsigned integers."
        )
    values = cut.astype(np.float64, copy=False)
    return values / np.iinfo(cut.dtype.name).max if cut.dtype.kind == "u" else values
