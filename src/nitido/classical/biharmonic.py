"""Inpainting by the biharmonic equation: the smoothest surface through the border of a hole.

Damelin and Hoang 2018, "On surface completion and image inpainting by biharmonic functions", as
scikit-image does it. Good for small holes; large ones become soft.
"""

from dataclasses import dataclass

import numpy as np

from nitido.classical._holes import FillsHoles, Marked, MaskFile
from nitido.classical._library import library


@dataclass(frozen=True)
class Biharmonic(FillsHoles):
    """Fill holes smoothly.

    Parameters
    ----------
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

    mask: MaskFile = None
    marked: Marked = 0.0

    def _filled(self, pixels: np.ndarray, missing: np.ndarray) -> np.ndarray:
        inpaint = library("skimage.restoration").inpaint_biharmonic
        filled = inpaint(pixels, missing, split_into_regions=True, channel_axis=-1)
        return np.asarray(filled)


PUBLIC = Biharmonic
