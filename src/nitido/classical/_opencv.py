"""OpenCV's inpainting for pictures of 16 bits."""

import numpy as np

from nitido.classical._library import library

_PEAK = 65535


def inpainted(pixels: np.ndarray, missing: np.ndarray, radius: float, method: int) -> np.ndarray:
    """Return (H, W, C) with what OpenCV puts where `missing`, bool (H, W), is True.

    It takes 16-bit values of one channel at a time (Telea's method goes wrong on floating point
    in 0..1), and never fills the outermost pixels, so there is a frame.
    """
    inpaint = library("cv2").inpaint
    framed = np.pad(pixels, ((1, 1), (1, 1), (0, 0)), mode="edge")
    values = np.floor(framed * _PEAK + 0.5).astype(np.uint16)
    where = np.pad(missing, 1, mode="edge").astype(np.uint8)
    planes = [
        inpaint(np.ascontiguousarray(values[..., channel]), where, radius, method)[1:-1, 1:-1]
        for channel in range(pixels.shape[2])
    ]
    return np.stack(planes, axis=2) / np.float32(_PEAK)
