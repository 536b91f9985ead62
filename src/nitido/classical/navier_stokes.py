"""Inpainting as a fluid flows (Bertalmio, Bertozzi and Sapiro 2001), as OpenCV does it.

Lines of equal brightness are the streamlines of a fluid that runs into the hole.
"""

from dataclasses import dataclass
from typing import ClassVar

from nitido.classical._opencv import OpenCVInpainting


@dataclass(frozen=True)
class NavierStokes(OpenCVInpainting):
    """Continue lines of equal brightness into holes.

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

    _method: ClassVar[int] = 0  # cv2.INPAINT_NS


PUBLIC = NavierStokes
