"""How much of a result is kept: a strength below 1 goes a part of the way to it."""

import numpy as np

from nitido.picture import imresize


def blended(tile: np.ndarray, restored: np.ndarray, strength: float, scale: int) -> np.ndarray:
    """Go a part of the way from a tile, or from its bicubic enlargement, to its result.

    Bicubic interpolation looks two pixels far, which lies within the overlap of every tile.

    Parameters
    ----------
    tile : ndarray
        Float32 (h, w, C).
    restored : ndarray
        Float32 (h * scale, w * scale, C).
    strength : float
        0..1: 0 is the tile, 1 the result; from 1 on the result is returned as it is.
    scale : int
        How many times larger the result is.
    """
    if strength >= 1:
        return restored
    start = tile if scale == 1 else imresize(tile, scale)
    return np.asarray(start + np.float32(strength) * (restored - start))
