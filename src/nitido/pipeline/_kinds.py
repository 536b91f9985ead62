"""Pictures of any kind in, and the result as the same kind out."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from nitido.diagnosis import jpeg_quality
from nitido.errors import SettingError
from nitido.picture import (
    ArraySource,
    Encoded,
    Picture,
    Policy,
    from_array,
    like_array,
    read,
)

Back = Callable[[np.ndarray, np.ndarray | None], Any]

_DIRECT = ("L", "LA", "RGB", "RGBA", "F")  # modes of Pillow that are taken as they are
_SIXTEEN = ("I;16", "I;16B", "I;16L")


@dataclass(frozen=True)
class Given:
    """A picture that somebody gave.

    Parameters
    ----------
    source : ArraySource
        Its rows.
    header : int or None
        Quality by the tables of a JPEG file, 1..100.
    back : callable
        Makes the result, pixels float32 (H, W, C) and alpha (H, W) or None, the kind that came in.
    """

    source: ArraySource
    header: int | None
    back: Back


def take(given: Any, policy: Policy) -> Given:  # noqa: ANN401
    """Take a path, the bytes of a file, an array, a `Picture` or an image of Pillow.

    Raises
    ------
    PictureError
        If the file cannot be used.
    SettingError
        If it is none of these, or no picture.
    """
    if isinstance(given, str | os.PathLike):
        path = Path(given)
        return _of_picture(read(path, policy), jpeg_quality(path))
    if isinstance(given, bytes | bytearray | memoryview):
        data = bytes(given)
        return _of_picture(read(Encoded("the picture", data), policy), jpeg_quality(data))
    if isinstance(given, Picture):
        return _of_picture(given, None)
    if isinstance(given, Image.Image):
        return _of_image(given)
    if isinstance(given, np.ndarray):
        source = ArraySource(*from_array(given))
        return Given(source, None, lambda pixels, alpha: like_array(pixels, alpha, given))
    raise SettingError(
        "A picture is a path, the bytes of a file, an array, a Picture or an image of Pillow; "
        f"this is {type(given).__name__}."
    )


def _of_picture(picture: Picture, header: int | None) -> Given:
    source = ArraySource(picture.pixels, picture.alpha, picture.depth)
    return Given(source, header, lambda pixels, alpha: replace(picture, pixels=pixels, alpha=alpha))


def _of_image(image: Image.Image) -> Given:
    """Take an image of Pillow; modes with fewer or other colors come back as L, RGB or RGBA."""
    array = _array(image)

    def back(pixels: np.ndarray, alpha: np.ndarray | None) -> Image.Image:
        result = Image.fromarray(like_array(pixels, alpha, array))
        result.info = dict(image.info)
        return result

    return Given(ArraySource(*from_array(array)), None, back)


def _array(image: Image.Image) -> np.ndarray:
    mode = image.mode
    if mode in _SIXTEEN:
        return np.asarray(image, np.uint16)
    if mode == "I":  # 32 bits, as which Pillow opens some files of 16
        counts = np.asarray(image)
        if counts.min() < 0 or counts.max() > 65535:
            raise SettingError(
                "The image has the mode I and values beyond 0..65535; scale them to uint16."
            )
        return counts.astype(np.uint16)
    if mode not in _DIRECT:
        seen_through = image.has_transparency_data
        image = image.convert("L" if mode == "1" else "RGBA" if seen_through else "RGB")
    return np.asarray(image)
