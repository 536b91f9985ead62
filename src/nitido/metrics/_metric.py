"""What a metric is, and how every metric takes in its pictures."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nitido.errors import SettingError

Array = NDArray[np.floating[Any]] | NDArray[np.unsignedinteger[Any]]
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Metric:
    """A score of a picture, on its own or against its ground truth.

    Attributes
    ----------
    formula : callable
        From float64 (H, W, C), all finite, 0..1 by convention, to the score: of `restored`, and of
        `gt` too where there is a reference.
    title : str
        The name in sentences and tables.
    lower_is_better : bool
        Whether the score falls as pictures get better.
    reference : bool
        Whether the picture is compared with its ground truth.
    smallest : int
        Pixels needed in height and in width.
    channels : (int, ...)
        Numbers of channels that the formula is made for; empty where any will do.
    """

    formula: Callable[..., float]
    title: str
    lower_is_better: bool = False
    reference: bool = True
    smallest: int = 1
    channels: tuple[int, ...] = ()

    def __call__(self, restored: Array, gt: Array | None = None, border: int = 0) -> float:
        """Return the score; NaN where a value is not finite.

        Parameters
        ----------
        restored : ndarray
            Shape (H, W) or (H, W, C): floats, 0..1 by convention, or unsigned integers, 0 to the
            largest of their type. It is not rounded, resized or turned to luma; a protocol that
            wants that does it before.
        gt : ndarray, optional
            The same shape; the type may differ. Without a reference it is not looked at.
        border : int
            Pixels cut off every side first.

        Raises
        ------
        SettingError
            If `gt` is missing or has another shape, or `values` refuses a picture.
        """
        pictures = [self.values(restored, border)]
        if self.reference:
            if gt is None:
                raise SettingError(f"{self.title} compares two pictures; give gt as well.")
            if gt.shape != restored.shape:
                raise SettingError(
                    f"restored has shape {restored.shape} and gt {gt.shape}; "
                    f"{self.title} compares pictures of one shape."
                )
            pictures.append(self.values(gt, border))
        if not all(np.isfinite(picture).all() for picture in pictures):
            return math.nan
        return self.formula(*pictures)

    def values(self, picture: Array, border: int = 0) -> Values:
        """Return a picture as the formula takes it: float64 (H, W, C), without its border.

        Raises
        ------
        SettingError
            If the array is no picture, its type is neither float nor unsigned, `border` is
            negative, or it has fewer pixels or other channels than the metric needs.
        """
        if picture.ndim not in (2, 3):
            raise SettingError(f"A picture is (H, W) or (H, W, C); the shape is {picture.shape}.")
        if picture.dtype.kind not in "fu":
            raise SettingError(
                f"A picture of type {picture.dtype} found; give floats 0..1 or unsigned integers."
            )
        if border < 0:
            raise SettingError(f"border is {border}; give 0 or more.")
        whole = picture[..., None] if picture.ndim == 2 else picture
        height, width, channels = whole.shape
        if min(height, width) - 2 * border < self.smallest:
            raise SettingError(
                f"{self.title} needs {self.smallest} x {self.smallest} pixels or more; the picture "
                f"is {width} x {height} with a border of {border} to cut off."
            )
        if channels not in (self.channels or range(1, channels + 1)):
            takes = " or ".join(map(str, self.channels)) or "1 or more"
            raise SettingError(f"{self.title} takes {takes} channels; the picture has {channels}.")
        inside = whole[border : height - border, border : width - border]
        values = inside.astype(np.float64, copy=False)
        return values / np.iinfo(inside.dtype.name).max if inside.dtype.kind == "u" else values
