"""Inpainting by fast marching (Telea 2004), as OpenCV does it.

Holes are filled from their border inwards by weighted means that continue the gradient.
"""

from dataclasses import dataclass
from os import PathLike
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.classical._holes import Marked, Mask, check_holes, holes
from nitido.classical._opencv import inpainted
from nitido.classical._settings import check_number

_METHOD = 1  # cv2.INPAINT_TELEA


@dataclass(frozen=True)
class Telea:
    """Fill holes from their border inwards.

    Parameters
    ----------
    radius : float
        Of the neighborhood that decides about a pixel, pixels, 1..100.
    mask : path-like, optional
        A picture file as large as the picture; what is above one half is missing.
    marked : float or (float, float, float)
        Without a mask: the value, 0..1, that missing pixels have in all channels, or their color.
        The damages `missing_*` mark with 0, black.

    Raises
    ------
    SettingError
        If a setting is out of range, the mask does not fit, or everything is missing.
    """

    radius: float = 3.0
    mask: str | PathLike[str] | None = None
    marked: Marked = 0.0
    scale: ClassVar[int] = 1
    reach: ClassVar[None] = None

    def __post_init__(self) -> None:
        check_number("radius", self.radius, 1, 100)
        check_holes(self.mask, self.marked)

    def __call__(self, lq: np.ndarray, mask: Mask = None) -> np.ndarray:
        """Return the picture without holes, float32 (H, W, C) in 0..1; the rest stays as it is.

        `mask`, bool (H, W), True where a pixel is missing, takes the place of the settings.
        """
        pixels = finished(checked(lq))
        missing = holes(pixels, self.mask if mask is None else mask, self.marked)
        if not missing.any():
            return pixels
        filled = inpainted(pixels, missing, self.radius, _METHOD)
        return finished(np.where(missing[..., None], filled, pixels))


PUBLIC = Telea
