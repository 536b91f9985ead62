"""Resizing row by row: the values of `imresize`, in memory that does not grow with the height."""

from collections.abc import Iterator

import numpy as np

from nitido.errors import SettingError
from nitido.picture._rows import Source, Stream, Taken
from nitido.picture._taps import along, taps

_PORTION = 2**20  # pixels, narrowed or made, that are held at once


def resized(source: Source, height: int, width: int) -> Stream:
    """Resize a picture to any size by antialiased bicubic interpolation while it is read.

    Parameters
    ----------
    source : Source
        Standing at its first row.
    height, width : int
        Of the result, pixels.

    Returns
    -------
    Stream
        The values that `imresize` gives, but for the rounding of float32 between the two axes.
        Alpha is resized with the picture and kept within 0..1.

    Raises
    ------
    SettingError
        If a side is below 1.
    """
    if min(height, width) < 1:
        raise SettingError(f"resized: the size is {width} x {height}; sides must be 1 or more.")
    return Stream(
        _made(source, height, width),
        height=height,
        width=width,
        channels=source.channels,
        has_alpha=source.has_alpha,
        depth=source.depth,
    )


def _made(source: Source, height: int, width: int) -> Iterator[Taken]:
    down, weights = taps(source.height, height, height / source.height, antialias=True)
    across = taps(source.width, width, width / source.width, antialias=True)
    lowest, highest = down.min(axis=0), down.max(axis=0)
    step = max(1, int(_PORTION / width / max(1, source.height / height)))
    bands = source.channels + source.has_alpha
    window = np.empty((0, width, bands), np.float32)
    top = 0  # the row of the source that the window begins with
    for first in range(0, height, step):
        last = min(first + step, height)
        spare = int(lowest[first:].min()) - top  # mirrored borders look back, so all that follow
        window, top = window[spare:], top + spare
        wanted = int(highest[first:last].max()) + 1 - top - len(window)
        if wanted > 0:
            window = np.concatenate((window, *_narrowed(source, wanted, across)))
        rows = along(window, 0, down[:, first:last] - top, weights[:, first:last])
        if source.has_alpha:
            yield rows[..., :-1].astype(np.float32), rows[..., -1].clip(0, 1).astype(np.float32)
        else:
            yield rows.astype(np.float32), None


def _narrowed(
    source: Source, wanted: int, across: tuple[np.ndarray, np.ndarray]
) -> Iterator[np.ndarray]:
    """Yield the next rows of a source, alpha as the last band, resized along their length."""
    step = max(1, _PORTION // source.width)
    for done in range(0, wanted, step):
        pixels, alpha = source.rows(min(step, wanted - done))
        both = pixels if alpha is None else np.concatenate((pixels, alpha[..., None]), axis=2)
        yield along(both, 1, *across).astype(np.float32)
