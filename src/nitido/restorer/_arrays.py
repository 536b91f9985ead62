"""Arrays as people have them, to float32 (H, W, C) and back."""

from typing import Any

import numpy as np

from nitido.errors import SettingError

_PEAKS: dict[str, float] = {"uint8": 255.0, "uint16": 65535.0, "float32": 1.0, "float64": 1.0}


def as_picture(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray | None, float]:
    """Return pixels float32 (H, W, C), alpha as given or None, and the peak of the type."""
    if not isinstance(picture, np.ndarray) or picture.dtype.name not in _PEAKS:
        found = getattr(picture, "dtype", type(picture).__name__)
        raise SettingError(f"A picture is an array of uint8, uint16 or float; this is {found}.")
    if picture.ndim not in (2, 3) or 0 in picture.shape:
        raise SettingError(f"A picture is (H, W) or (H, W, C); this is {picture.shape}.")
    peak = _PEAKS[picture.dtype.name]
    pixels = picture[..., None] if picture.ndim == 2 else picture
    alpha = None
    if pixels.shape[2] in (2, 4):
        pixels, alpha = pixels[..., :-1], pixels[..., -1:]
    with np.errstate(over="ignore"):  # too large for float32 is refused below
        pixels = np.ascontiguousarray(pixels, np.float32) / np.float32(peak)
    if not np.isfinite(pixels).all():
        raise SettingError("The picture holds values that are not finite; replace them first.")
    return pixels, alpha, peak


def as_given(
    pixels: np.ndarray, alpha: np.ndarray | None, peak: float, picture: np.ndarray
) -> np.ndarray:
    """Return the result in the type and shape that came in."""
    result: Any = pixels
    if peak > 1:
        result = np.floor(np.clip(pixels, 0, 1) * np.float32(peak) + np.float32(0.5))
    if alpha is not None:
        result = np.concatenate([result.astype(picture.dtype), alpha], axis=2)
    result = result.astype(picture.dtype)  # once more: joining arrays changes the order of bytes
    return result[..., 0] if picture.ndim == 2 else np.asarray(result)
