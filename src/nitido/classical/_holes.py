"""What inpainting shares: pixels are missing by a mask, a file or a color, and all others stay."""

from abc import ABC, abstractmethod
from os import PathLike
from pathlib import Path
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.errors import PictureError, SettingError
from nitido.picture import read

MaskFile = str | PathLike[str] | None
Mask = np.ndarray | MaskFile
Marked = float | tuple[float, float, float]

_HALF_STEP = 0.5 / 255  # a marked value may be off by the rounding to 8 bits


class FillsHoles(ABC):
    """Fills what is missing by the settings `mask` and `marked`; each method has its own way."""

    mask: MaskFile
    marked: Marked
    scale: ClassVar[int] = 1
    reach: ClassVar[None] = None

    def __post_init__(self) -> None:
        check_holes(self.mask, self.marked)

    @abstractmethod
    def _filled(self, pixels: np.ndarray, missing: np.ndarray) -> np.ndarray:
        """Return (H, W, C) with values where `missing`, bool (H, W), is True for some pixel."""

    def __call__(self, lq: np.ndarray, mask: Mask = None) -> np.ndarray:
        """Return the picture without holes, float32 (H, W, C) in 0..1; the rest stays as it is.

        `mask`, bool (H, W), True where a pixel is missing, takes the place of the settings.
        """
        pixels = finished(checked(lq))
        missing = find_holes(pixels, self.mask if mask is None else mask, self.marked)
        if not missing.any():
            return pixels
        return finished(np.where(missing[..., None], self._filled(pixels, missing), pixels))


def check_holes(mask: MaskFile, marked: Marked) -> None:
    """Refuse a mask that is no file, and what is neither a value nor a color."""
    if mask is not None and not isinstance(mask, str | PathLike):
        raise SettingError(f"mask is {mask!r}; give a picture file whose white is missing.")
    values = marked if isinstance(marked, tuple) else (marked,)
    numbers = all(isinstance(v, int | float) and 0 <= v <= 1 for v in values)
    if len(values) not in (1, 3) or not numbers:
        raise SettingError(f"marked is {marked!r}; it is a value in 0..1 or a color of three.")


def find_holes(pixels: np.ndarray, mask: Mask, marked: Marked) -> np.ndarray:
    """Return the missing pixels, bool (H, W).

    Parameters
    ----------
    pixels : ndarray
        (H, W, C), 0..1.
    mask : ndarray, path-like or None
        (H, W) or (H, W, 1), what is True or above one half is missing; or a picture file of such.
    marked : float or (float, float, float)
        Without a mask, the value that a pixel has in all channels, or the color, if it is missing.

    Raises
    ------
    SettingError
        If the mask cannot be read or has another size, or if every pixel is missing.
    """
    if mask is None:
        value = np.asarray(marked, np.float32)
        if value.size == 3 and pixels.shape[2] == 1:
            value = value.mean()
        missing = (np.abs(pixels - value) < _HALF_STEP).all(axis=2)
    else:
        missing = _loaded(mask) if isinstance(mask, str | PathLike) else np.asarray(mask)
        missing = missing[..., 0] if missing.ndim == 3 and missing.shape[2] == 1 else missing
        if missing.shape != pixels.shape[:2]:
            raise SettingError(
                f"The mask has the shape {missing.shape}, the picture {pixels.shape[:2]}; "
                "they must be the same."
            )
        missing = missing > 0.5
    if missing.all():
        raise SettingError("Every pixel is missing; there is nothing to fill the holes from.")
    return np.asarray(missing)


def _loaded(path: str | PathLike[str]) -> np.ndarray:
    try:
        return np.asarray(read(Path(path)).pixels.mean(axis=2))
    except PictureError as error:
        raise SettingError(f"mask: {error}") from error
