"""OpenCV's inpainting for pictures of 16 bits."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._holes import FillsHoles, Marked, MaskFile
from nitido.classical._library import library
from nitido.classical._settings import check_number
from nitido.picture import to_counts

_PEAK = 65535


@dataclass(frozen=True)
class OpenCVInpainting(FillsHoles):
    """Fills holes by the method of OpenCV that has the number `_method`."""

    radius: float = 3.0
    mask: MaskFile = None
    marked: Marked = 0.0
    _method: ClassVar[int]

    def __post_init__(self) -> None:
        check_number("radius", self.radius, 1, 100)
        super().__post_init__()

    def _filled(self, pixels: np.ndarray, missing: np.ndarray) -> np.ndarray:
        # OpenCV takes 16-bit values of one channel at a time (Telea's method goes wrong on floating
        # point in 0..1), and never fills the outermost pixels, so there is a frame.
        inpaint = library("cv2").inpaint
        framed = np.pad(pixels, ((1, 1), (1, 1), (0, 0)), mode="edge")
        values = to_counts(framed, 16)
        where = np.pad(missing, 1, mode="edge").astype(np.uint8)
        planes = [
            inpaint(np.ascontiguousarray(plane), where, self.radius, self._method)[1:-1, 1:-1]
            for plane in np.moveaxis(values, 2, 0)
        ]
        return np.stack(planes, axis=2) / np.float32(_PEAK)
