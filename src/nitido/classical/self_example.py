"""Example-based super-resolution whose examples are the picture itself, one scale down.

Freeman, Jones and Pasztor 2002 add to every smooth patch of an enlargement the details of the
example that is most like it; Glasner, Bagon and Irani 2009 take the examples from smaller versions
of the picture, and Freedman and Fattal 2011 look for them near the same place only. Here the
smooth version of the input and what it lacks are the examples; several alike ones are averaged
with weights, and back-projection makes the result agree with the input.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import brightness
from nitido.classical._scaling import Enlarges, back_projected
from nitido.classical._settings import check_number, check_whole
from nitido.picture import imresize

_HALF = 2  # patches are 5 x 5 pixels
_PROJECTIONS = 8
_PRIOR = 0.2  # weight of having no details at all


@dataclass(frozen=True)
class SelfExample(Enlarges):
    """Enlarge with details that the picture shows elsewhere.

    Parameters
    ----------
    scale : int
        How many times as large, 1..16.
    search : int
        How far from the same place examples are looked for, LQ pixels, 0..20.
    alike : float
        Root mean square difference between patches that still counts much, 8-bit units, 0.1..255.

    Raises
    ------
    SettingError
        If a setting is out of range.
    """

    search: int = 5
    alike: float = 5.0
    reach: ClassVar[None] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole("search", self.search, 0, 20)
        check_number("alike", self.alike, 0.1, 255)

    def _enlarged(self, pixels: np.ndarray) -> np.ndarray:
        large = imresize(pixels, self.scale)
        if self.scale > 1:
            height, width = pixels.shape[:2]
            small = imresize(brightness(pixels), 1 / self.scale)
            smooth = imresize(small, size=(height, width))
            details = brightness(pixels) - smooth
            large = large + self._details(brightness(large), smooth, details)[..., None]
        for _ in range(_PROJECTIONS):
            large = back_projected(large, pixels, self.scale)
        return large

    def _details(self, large: np.ndarray, smooth: np.ndarray, details: np.ndarray) -> np.ndarray:
        """Return the details, (H * scale, W * scale), of the examples most like each patch."""
        scale, reach = self.scale, self.search + _HALF
        height, width = smooth.shape
        smooth = np.pad(smooth, reach, mode="symmetric")
        details = np.pad(details, reach, mode="symmetric")
        framed = np.pad(large, _HALF, mode="symmetric")
        width_of_weights = np.float32(2 * (self.alike / 255) ** 2 * (2 * _HALF + 1) ** 2)
        result = np.empty_like(large)
        for down in range(scale):
            for across in range(scale):
                # The pixels of one phase: scale * (row, column) + (down, across).
                patch = [
                    framed[down + row :, across + column :][
                        : scale * height : scale, : scale * width : scale
                    ]
                    for row in range(2 * _HALF + 1)
                    for column in range(2 * _HALF + 1)
                ]
                total = np.zeros((height, width), np.float32)
                weights = np.full((height, width), _PRIOR, np.float32)
                for row in range(2 * self.search + 1):
                    for column in range(2 * self.search + 1):
                        unlike = _unlike(patch, smooth[row:, column:], height, width)
                        weight = np.exp(-unlike / width_of_weights)
                        weights += weight
                        found = details[row + _HALF :, column + _HALF :][:height, :width]
                        total += weight * found
                result[down::scale, across::scale] = total / weights
        return result


def _unlike(patch: list[np.ndarray], smooth: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return the squared difference between every patch and the example at its place."""
    total = np.zeros((height, width), np.float32)
    places = ((row, column) for row in range(2 * _HALF + 1) for column in range(2 * _HALF + 1))
    for values, (row, column) in zip(patch, places, strict=True):
        total += (values - smooth[row : row + height, column : column + width]) ** 2
    return total


PUBLIC = SelfExample
