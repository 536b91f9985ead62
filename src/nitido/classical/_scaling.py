"""What super-resolution by the simple means of a computer shares."""

import numpy as np
from PIL import Image

from nitido.picture import imresize


def resampled(pixels: np.ndarray, scale: int, way: Image.Resampling) -> np.ndarray:
    """Enlarge (H, W, C) with a filter of Pillow, in floating point; beyond the border is nothing.

    Pillow leaves out what a filter would see beyond the border, and weighs the rest accordingly.
    """
    height, width = pixels.shape[:2]
    planes = [
        Image.fromarray(np.ascontiguousarray(pixels[..., channel])).resize(
            (width * scale, height * scale), way
        )
        for channel in range(pixels.shape[2])
    ]
    return np.stack([np.asarray(plane) for plane in planes], axis=2)


def back_projected(estimate: np.ndarray, lq: np.ndarray, scale: int) -> np.ndarray:
    """Correct an estimate by what it lacks when it is made small again (Irani and Peleg 1991)."""
    return np.asarray(estimate + imresize(lq - imresize(estimate, 1 / scale), scale))
