"""What super-resolution by the simple means of a computer shares."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from PIL import Image

from nitido.classical._arrays import checked, finished
from nitido.classical._settings import check_whole
from nitido.picture import imresize


@dataclass(frozen=True)
class Enlarges(ABC):
    """Makes pictures `scale` times as large; each method has its own way."""

    scale: int = 2

    def __post_init__(self) -> None:
        check_whole("scale", self.scale, 1, 16)

    @abstractmethod
    def _enlarged(self, pixels: np.ndarray) -> np.ndarray:
        """Return (H * scale, W * scale, C) of float32 (H, W, C); it may leave 0..1."""

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the enlarged picture, float32 (H * scale, W * scale, C) in 0..1."""
        return finished(self._enlarged(checked(lq)))


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
