"""Contrast limited adaptive histogram equalization (Zuiderveld 1994), as OpenCV does it."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import brightness, checked, finished, with_brightness
from nitido.classical._library import library
from nitido.classical._settings import check_number, check_whole
from nitido.picture import to_counts

_PEAK = 65535


@dataclass(frozen=True)
class Clahe:
    """Equalize the brightness of every part of the picture, without blowing noise up.

    Parameters
    ----------
    limit : float
        Slope of the curves at most, 1..100; 1 changes little.
    parts : int
        The picture is cut into so many parts along each side, 1..64.

    Raises
    ------
    SettingError
        If a setting is out of range.
    """

    limit: float = 2.0
    parts: int = 8
    scale: ClassVar[int] = 1
    reach: ClassVar[None] = None

    def __post_init__(self) -> None:
        check_number("limit", self.limit, 1, 100)
        check_whole("parts", self.parts, 1, 64)

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the picture with more local contrast, float32 (H, W, C) in 0..1."""
        pixels = finished(checked(lq))
        before = brightness(pixels)
        if before.min() == before.max():
            return pixels
        # Parts smaller than this have no histogram worth the name.
        across, down = (max(1, min(self.parts, side // 8)) for side in before.shape[::-1])
        values = to_counts(before, 16)
        after = library("cv2").createCLAHE(self.limit, (across, down)).apply(values)
        return finished(with_brightness(pixels, before, np.asarray(after / _PEAK, np.float32)))


PUBLIC = Clahe
