"""Inpainting by fast marching (Telea 2004), as OpenCV does it.

Holes are filled from their border inwards by weighted means that continue the gradient.
"""

from dataclasses import dataclass
from typing import ClassVar

from nitido.classical._opencv import OpenCVInpainting


@dataclass(frozen=True)
class Telea(OpenCVInpainting):
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

    _method: ClassVar[int] = 1  # cv2.INPAINT_TELEA


PUBLIC = Telea
