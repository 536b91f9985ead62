"""The picture that every other room works with."""

from dataclasses import dataclass, field

import numpy as np

from nitido.errors import SettingError
from nitido.picture._metadata import Metadata

Rows = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
DEPTHS = (8, 16, 32)


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture with everything its file carried, upright.

    Parameters
    ----------
    pixels : ndarray
        float32 (H, W, C), display-referred, nominal 0..1; C is 1 (gray), 3 (RGB) or more bands.
        Values of a float file may leave 0..1.
    alpha : ndarray, optional
        float32 (H, W), 0 transparent to 1 opaque, straight (not multiplied into the pixels).
    depth : int
        Bits per value of the file: 8, 16, or 32 for float.
    metadata : Metadata
        ICC, EXIF, XMP and resolution.
    format : str
        Format of the file it came from: ``jpeg``, ``png``, ``tiff``, ``webp``, ``avif``,
        ``bmp`` or ``gif``.
    notes : tuple of str
        What reading changed, in human words: ``CMYK was converted to sRGB``.

    Raises
    ------
    SettingError
        If an array has another shape or type, or the depth is none of 8, 16 and 32.
    """

    pixels: Rows
    alpha: Rows | None = None
    depth: int = 8
    metadata: Metadata = field(default_factory=Metadata)
    format: str = "png"
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        pixels, alpha = self.pixels, self.alpha
        if pixels.ndim != 3 or pixels.dtype != np.float32 or 0 in pixels.shape:
            raise SettingError(
                f"Picture: pixels are {pixels.dtype} {pixels.shape}; float32 (H, W, C) is needed."
            )
        if alpha is not None and (alpha.shape != pixels.shape[:2] or alpha.dtype != np.float32):
            raise SettingError(
                f"Picture: alpha is {alpha.dtype} {alpha.shape}; "
                f"float32 {pixels.shape[:2]} is needed."
            )
        if self.depth not in DEPTHS:
            raise SettingError(f"Picture: depth is {self.depth}; it must be 8, 16 or 32.")

    @property
    def height(self) -> int:
        """Number of rows."""
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        """Number of columns."""
        return int(self.pixels.shape[1])

    @property
    def channels(self) -> int:
        """Number of bands without alpha."""
        return int(self.pixels.shape[2])

    @property
    def gray(self) -> bool:
        """Whether there is exactly one band."""
        return self.channels == 1
