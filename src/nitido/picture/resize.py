"""Bicubic resizing exactly as MATLAB's ``imresize``, and means over areas."""

import math
from typing import Any

import numpy as np

from nitido.errors import SettingError
from nitido.picture._taps import along, taps

Array = np.ndarray[Any, np.dtype[Any]]


def imresize(
    array: Array,
    scale: float | None = None,
    *,
    size: tuple[int, int] | None = None,
    antialias: bool = True,
) -> Array:
    """Resize by antialiased bicubic interpolation, bit for bit as MATLAB's ``imresize``.

    Parameters
    ----------
    array : ndarray
        (H, W) or (H, W, C). uint8 and uint16 are rounded half up after each axis, as MATLAB does;
        float values may have any range and may leave it.
    scale : float, optional
        Output size / input size; sides are rounded up.
    size : (int, int), optional
        Height and width of the output, instead of `scale`.
    antialias : bool
        Whether shrinking widens the kernel.

    Returns
    -------
    ndarray
        Resized, of the same type as `array`.

    Raises
    ------
    SettingError
        If not exactly one of `scale` and `size` is given, one is not above 0, or the array has
        another shape or type.
    """
    if array.ndim not in (2, 3) or 0 in array.shape:
        raise SettingError(f"imresize: the shape is {array.shape}; (H, W) or (H, W, C) is needed.")
    if array.dtype not in (np.uint8, np.uint16, np.float32, np.float64):
        raise SettingError(
            f"imresize: the type is {array.dtype}; uint8, uint16, float32 or float64 is needed."
        )
    scales, sizes = _targets(array.shape[:2], scale, size)
    out = array
    # MATLAB begins with the axis that shrinks most, and with rows where they are alike.
    for axis in sorted((0, 1), key=lambda i: scales[i]):
        out = _along(out, axis, scales[axis], sizes[axis], antialias)
    return out


def area_weights(length: int, areas: int) -> Array:
    """Return the share that every pixel of a side has in the means over equal areas.

    ``area_weights(H, h) @ pixels @ area_weights(W, w).T`` is a picture (H, W) made small, any size
    to any other; the one definition of what networks that see the whole picture made small are
    trained on and run on.

    Parameters
    ----------
    length : int
        Pixels of the side.
    areas : int
        How many equal areas it is cut into; a pixel on a border counts for both.

    Returns
    -------
    ndarray
        Float32 (areas, length); rows sum to 1.
    """
    edges = np.linspace(0, length, areas + 1)
    pixels = np.arange(length)
    covered = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return np.asarray(covered.clip(0) * (areas / length), np.float32)


def _targets(
    shape: tuple[int, ...], scale: float | None, size: tuple[int, int] | None
) -> tuple[tuple[float, float], tuple[int, int]]:
    if scale is not None and size is None:
        if not 0 < scale < math.inf:
            raise SettingError(f"imresize: scale is {scale}; it must be above 0.")
        return (scale, scale), (math.ceil(shape[0] * scale), math.ceil(shape[1] * scale))
    if size is not None and scale is None:
        if min(size) < 1:
            raise SettingError(f"imresize: size is {size}; both sides must be 1 or more.")
        return (size[0] / shape[0], size[1] / shape[1]), (int(size[0]), int(size[1]))
    raise SettingError("imresize: give either scale or size.")


def _along(array: Array, axis: int, scale: float, length: int, antialias: bool) -> Array:
    """Resize one axis; integers are rounded half up."""
    out = along(array, axis, *taps(array.shape[axis], length, scale, antialias))
    if array.dtype.kind == "u":
        np.floor(out + 0.5, out=out)
        np.clip(out, 0, np.iinfo(array.dtype).max, out=out)
    return out.astype(array.dtype)
