"""Scaling to any size, as the pipelines of blind super-resolution do it again and again."""

from typing import Literal

import numpy as np
from PIL import Image

Method = Literal["area", "bilinear", "bicubic"]
METHODS: tuple[Method, ...] = ("area", "bilinear", "bicubic")
_FILTERS = {
    "area": Image.Resampling.BOX,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}


def resized(picture: np.ndarray, size: tuple[int, int], method: Method) -> np.ndarray:
    """Return the picture at another size (height, width), float32 (h, w, C), clipped to 0..1.

    Pillow's filters: made smaller, a picture is smoothed first, whatever the method.
    """
    height, width = (max(1, side) for side in size)
    bands = [
        Image.fromarray(np.ascontiguousarray(picture[..., band], np.float32)).resize(
            (width, height), _FILTERS[method]
        )
        for band in range(picture.shape[2])
    ]
    stacked = np.stack([np.asarray(band) for band in bands], axis=2)
    return np.asarray(np.clip(stacked, 0, 1))


def draw_method(rng: np.random.Generator) -> Method:
    """Return one of the methods, each as likely."""
    return METHODS[int(rng.integers(len(METHODS)))]
