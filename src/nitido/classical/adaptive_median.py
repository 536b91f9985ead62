"""Adaptive median for impulses: only black and white pixels are replaced, by sound neighbors.

The decision of switching median filters (Hwang and Haddad 1995, "Adaptive median filters", and the
decision-based ones after it): a value at either end of the range is taken for an impulse, and
becomes the median of the values around it that are not, in the smallest window that has any.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.classical._settings import check_number, check_whole

_AT_ONCE = 1 << 22  # values of the windows that are held in memory


@dataclass(frozen=True)
class AdaptiveMedian:
    """Remove salt and pepper and leave every other pixel as it is.

    A value without a sound one in the largest window stays: that is a white or black area.

    Parameters
    ----------
    radius : int
        Of the largest window, pixels, 1..50; windows grow through 1, 2, 3, 4 and then by half.
    margin : float
        How far from 0 and 255 a value still counts as an impulse, 8-bit units, 0..127; 0 is right
        for pictures that were not compressed.

    Raises
    ------
    SettingError
        If a setting is out of range.
    """

    radius: int = 6
    margin: float = 0.0
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check_whole("radius", self.radius, 1, 50)
        check_number("margin", self.margin, 0, 127)

    @property
    def reach(self) -> int:
        """LQ pixels to each side that decide about a pixel."""
        return self.radius

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the picture without impulses, float32 (H, W, C) in 0..1."""
        pixels = np.clip(checked(lq), 0, 1)
        margin = (self.margin + 0.5) / 255
        for channel in range(pixels.shape[2]):
            plane = pixels[..., channel]
            wrong = (plane < margin) | (plane > 1 - margin)
            pixels[..., channel] = _replaced(plane, wrong, self.radius)
        return finished(pixels)


def _replaced(plane: np.ndarray, wrong: np.ndarray, largest: int) -> np.ndarray:
    """Return a plane (H, W) with the median of the sound values around where it is `wrong`."""
    sound = np.pad(np.where(wrong, np.float32(np.nan), plane), largest, constant_values=np.nan)
    result = plane.copy()
    todo = np.argwhere(wrong)
    for radius in _radii(largest):
        if not len(todo):
            break
        side = 2 * radius + 1
        windows = np.lib.stride_tricks.sliding_window_view(sound, (side, side))
        left = []
        for part in np.array_split(todo, -(-len(todo) * side**2 // _AT_ONCE)):
            top, start = (part + largest - radius).T
            values = np.sort(windows[top, start].reshape(len(part), -1), axis=1)  # NaN comes last
            count = np.count_nonzero(~np.isnan(values), axis=1)
            found = count > 0
            values, count = values[found], count[found]
            row = np.arange(len(values))
            middle = (values[row, (count - 1) // 2] + values[row, count // 2]) / 2
            result[tuple(part[found].T)] = middle
            left.append(part[~found])
        todo = np.concatenate(left)
    return result


def _radii(largest: int) -> Iterator[int]:
    radius = 1
    while radius < largest:
        yield radius
        radius += max(1, radius // 2 if radius > 3 else 1)
    yield largest


PUBLIC = AdaptiveMedian
