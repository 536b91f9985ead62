"""Colors of what covers a picture, and what they are on a gray one."""

import numpy as np

from nitido.errors import SettingError
from nitido.picture import rgb2gray

Color = tuple[float, float, float]


def check_color(name: str, color: Color) -> None:
    """Refuse what is not three values in 0..1."""
    numbers = isinstance(color, tuple) and all(isinstance(value, int | float) for value in color)
    if not numbers or len(color) != 3 or not all(0 <= value <= 1 for value in color):
        raise SettingError(f"{name} is {color!r}; give red, green and blue, each in 0..1.")


def check_gray_or_color(gt: np.ndarray) -> None:
    """Refuse a picture whose channels are neither gray nor RGB."""
    if gt.shape[2] not in (1, 3):
        raise SettingError(f"Gray has 1 channel, RGB has 3; this picture has {gt.shape[2]}.")


def tint(color: Color, gt: np.ndarray) -> np.ndarray:
    """Return an RGB color for the channels of `gt`, float32 (3,), or its gray (1,)."""
    check_gray_or_color(gt)
    values = np.asarray(color, np.float32)
    return values if gt.shape[2] == 3 else rgb2gray(values)[None]
