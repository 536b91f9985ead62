"""One round trip through libjpeg, shared by every damage that stores pictures as JPEG."""

from typing import Literal

import numpy as np

from nitido.degradations import _round_trip
from nitido.errors import SettingError

Subsampling = Literal["4:2:0", "4:2:2", "4:4:4"]


def check_channels(picture: np.ndarray) -> None:
    """Refuse what JPEG cannot hold."""
    _round_trip.check_channels(picture, "JPEG")


def check_subsampling(subsampling: Subsampling | tuple[Subsampling, ...]) -> None:
    """Refuse a word that libjpeg does not know, or none at all."""
    words = subsampling if isinstance(subsampling, tuple) else (subsampling,)
    if not words or any(word not in ("4:2:0", "4:2:2", "4:4:4") for word in words):
        raise SettingError(
            f"subsampling is {subsampling!r}; there are 4:2:0, 4:2:2 and 4:4:4; give one or a list."
        )


def draw_subsampling(
    subsampling: Subsampling | tuple[Subsampling, ...], rng: np.random.Generator
) -> Subsampling:
    """Return the word, or one of several, each as likely."""
    if isinstance(subsampling, tuple):
        return subsampling[int(rng.integers(len(subsampling)))]
    return subsampling


def draw_offset(shifted: float, rng: np.random.Generator) -> tuple[int, int]:
    """Return how many rows and columns of the first blocks are missing.

    None are (0, 0) but in a share `shifted` of the pictures. Nothing is drawn where `shifted` is 0.
    """
    if not shifted or rng.random() >= shifted:
        return 0, 0
    row, column = divmod(int(rng.integers(1, 64)), 8)
    return row, column


def jpeg_round_trip(
    picture: np.ndarray, quality: int, subsampling: Subsampling, offset: tuple[int, int] = (0, 0)
) -> np.ndarray:
    """Compress and decompress float32 (H, W, 1 or 3) in 0..1; the result is 8-bit valued.

    The blocks begin `offset` rows above and columns left of the corner; there the picture goes on
    mirrored.
    """
    options = {} if picture.shape[2] == 1 else {"subsampling": subsampling}
    if offset == (0, 0):
        return _round_trip.round_trip(picture, "JPEG", quality=quality, **options)
    rows, columns = offset
    padded = np.pad(picture, ((rows, 0), (columns, 0), (0, 0)), mode="symmetric")
    lq = _round_trip.round_trip(padded, "JPEG", quality=quality, **options)
    return np.ascontiguousarray(lq[rows:, columns:])
