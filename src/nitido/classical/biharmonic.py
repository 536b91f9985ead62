"""Inpainting by the biharmonic equation: the smoothest surface through the border of a hole.

Damelin and Hoang 2018, "On surface completion and image inpainting by biharmonic functions", as
scikit-image does it. Good for small holes; large ones become soft.
"""

from dataclasses import dataclass
from os import PathLike
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.classical._holes import Marked, Mask, check_holes, holes
from nitido.classical._library import library


@dataclass(frozen=True)
class Biharmonic:
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

    mask: str | PathLike[str] | None = None
    marked: Marked = 0.0
    scale: ClassVar[int] = 1
    reach: ClassVar[None] = None

    def __post_init__(self) -> None:
        check_holes(self.mask, self.marked)

    def __call__(self, lq: np.ndarray, mask: Mask = None) -> np.ndarray:
        """Return the picture without holes, float32 (H, W, C) in 0..1; the rest stays as it is.

        `mask`, bool (H, W), True where a pixel is missing, takes the place of the settings.
        """
        pixels = finished(checked(lq))
        missing = holes(pixels, self.mask if mask is None else mask, self.marked)
        if not missing.any():
            return pixels
        inpaint = library("skimage.restoration").inpaint_biharmonic
        filled = inpaint(pixels, missing, split_into_regions=True, channel_axis=-1)
        return finished(np.where(missing[..., None], filled, pixels))


PUBLIC = Biharmonic
