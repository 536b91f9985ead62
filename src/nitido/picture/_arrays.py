"""Arrays as people have them, to float32 (H, W, C) and back."""

from typing import Any

import numpy as np

from nitido.errors import SettingError

_PEAKS: dict[str, float] = {"uint8": 255.0, "uint16": 65535.0, "float32": 1.0, "float64": 1.0}
_MOST_COLORS = 4  # channels; more in the last place are bands, more in the first are rows


def from_array(array: np.ndarray) -> tuple[np.ndarray, np.ndarray | None, int]:
    """Take an array for a picture.

    Parameters
    ----------
    array : ndarray
        (H, W) or (H, W, C) of uint8, uint16, float32 or float64; floats are nominal 0..1. Two and
        four channels are gray and RGB with alpha.

    Returns
    -------
    pixels : ndarray
        Float32 (H, W, C) without alpha.
    alpha : ndarray or None
        Float32 (H, W), 0..1.
    depth : int
        8, 16, or 32 for float.

    Raises
    ------
    SettingError
        If the array is no picture: of another type or shape, with its channels first, or with
        values that are not finite.
    """
    if not isinstance(array, np.ndarray) or array.dtype.name not in _PEAKS:
        found = getattr(array, "dtype", type(array).__name__)
        raise SettingError(f"A picture is an array of uint8, uint16 or float; this is {found}.")
    if array.ndim not in (2, 3) or 0 in array.shape:
        raise SettingError(f"A picture is (H, W) or (H, W, C); this is {array.shape}.")
    if array.ndim == 3 and array.shape[0] <= _MOST_COLORS < array.shape[2]:
        raise SettingError(
            f"A picture is (H, W, C); this is {array.shape}, with its channels first. "
            "Turn it by array.transpose(1, 2, 0)."
        )
    joined = array[..., None] if array.ndim == 2 else array
    with np.errstate(over="ignore"):  # too large for float32 is refused below
        joined = np.ascontiguousarray(joined, np.float32) / np.float32(_PEAKS[array.dtype.name])
    if not np.isfinite(joined).all():
        raise SettingError("The picture holds values that are not finite; replace them first.")
    depth = {"uint8": 8, "uint16": 16}.get(array.dtype.name, 32)
    if joined.shape[2] not in (2, 4):
        return joined, None, depth
    return np.ascontiguousarray(joined[..., :-1]), np.ascontiguousarray(joined[..., -1]), depth


def like_array(pixels: np.ndarray, alpha: np.ndarray | None, array: np.ndarray) -> np.ndarray:
    """Return a picture in the type and the number of dimensions of the array that it came from.

    Parameters
    ----------
    pixels : ndarray
        Float32 (H, W, C), nominal 0..1; clipped and rounded half up for integers.
    alpha : ndarray or None
        Float32 (H, W).
    array : ndarray
        What `from_array` was given.
    """
    joined = pixels if alpha is None else np.concatenate((pixels, alpha[..., None]), axis=2)
    peak = _PEAKS[array.dtype.name]
    result: Any = joined
    if peak > 1:
        result = np.floor(np.clip(joined, 0, 1) * np.float32(peak) + np.float32(0.5))
    result = result.astype(array.dtype)
    return result[..., 0] if array.ndim == 2 else np.asarray(result)
