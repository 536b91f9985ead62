"""Color conversions as the papers of image restoration use them: MATLAB's BT.601."""

from typing import Any

import numpy as np

from nitido.errors import SettingError

Array = np.ndarray[Any, np.dtype[Any]]

# rgb2ycbcr of MATLAB: RGB 0..1 to studio range, Y 16..235, Cb and Cr 16..240.
_MATRIX = np.array(
    [[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]]
)
_OFFSET = np.array([16.0, 128.0, 128.0])
_GRAY = np.array([0.2989, 0.5870, 0.1140])


def luma(rgb: Array) -> Array:
    """Return BT.601 studio-range luma, the Y of the papers' tables.

    Parameters
    ----------
    rgb : ndarray
        (..., 3), nominal 0..1; other values pass through the same formula.

    Returns
    -------
    ndarray
        (...), on the scale 16..235 and not rounded; float64 for float64 input, else float32.

    Raises
    ------
    SettingError
        If the last axis is not 3.
    """
    _check(rgb)
    return _like(rgb, np.asarray(rgb, np.float64) @ _MATRIX[0] + _OFFSET[0])


def rgb2ycbcr(rgb: Array) -> Array:
    """Return Y, Cb and Cr on MATLAB's studio range, not rounded.

    Parameters
    ----------
    rgb : ndarray
        (..., 3), nominal 0..1.

    Returns
    -------
    ndarray
        (..., 3): Y 16..235, Cb and Cr 16..240; float64 for float64 input, else float32.

    Raises
    ------
    SettingError
        If the last axis is not 3.
    """
    _check(rgb)
    return _like(rgb, np.asarray(rgb, np.float64) @ _MATRIX.T + _OFFSET)


def ycbcr2rgb(ycbcr: Array) -> Array:
    """Return RGB 0..1 from Y 16..235, Cb and Cr 16..240; the inverse of `rgb2ycbcr`.

    Parameters
    ----------
    ycbcr : ndarray
        (..., 3), on the studio range.

    Returns
    -------
    ndarray
        (..., 3), nominal 0..1 and not clipped; float64 for float64 input, else float32.

    Raises
    ------
    SettingError
        If the last axis is not 3.
    """
    _check(ycbcr)
    inverse = np.linalg.inv(_MATRIX).T
    return _like(ycbcr, (np.asarray(ycbcr, np.float64) - _OFFSET) @ inverse)


def rgb2gray(rgb: Array) -> Array:
    """Return full-range gray with the weights 0.2989, 0.5870 and 0.1140 of MATLAB.

    Parameters
    ----------
    rgb : ndarray
        (..., 3), nominal 0..1.

    Returns
    -------
    ndarray
        (...), on the scale of the input; float64 for float64 input, else float32.

    Raises
    ------
    SettingError
        If the last axis is not 3.
    """
    _check(rgb)
    return _like(rgb, np.asarray(rgb, np.float64) @ _GRAY)


def _check(array: Array) -> None:
    if array.shape[-1:] != (3,):
        raise SettingError(f"Colors need 3 values on the last axis; the shape is {array.shape}.")


def _like(given: Array, result: Array) -> Array:
    """Return a float64 result in the precision of what was given."""
    return result if given.dtype == np.float64 else np.asarray(result, np.float32)
