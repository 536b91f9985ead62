"""JPEG deblocking by compressing again, with the blocks somewhere else.

Nosratinia 2001, "Enhancement of JPEG-compressed images by re-application of JPEG": the picture is
shifted in all 64 ways, compressed with the tables it was compressed with, and shifted back. The
borders of blocks are elsewhere in each version, so that their mean has none.

The quality, where it is not told, is the coarsest whose quantization leaves the coefficients of the
picture's own blocks where they are (Fan and de Queiroz 2003).
"""

import io
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from PIL import Image

from nitido.classical._arrays import brightness, checked, finished
from nitido.classical._settings import check_whole
from nitido.picture import to_counts

_BLOCK = 8
_BY_CHANCE = 0.25  # mean distance of a number from the nearest whole one
_SOUND = 0.35  # share of that which the coefficients of a compressed picture stay below
_COARSE = 3  # quantization steps from which on rounding to 8 bits does not hide them
_ALIKE = 4  # qualities
_FEWEST = 30  # coefficients that a judgement needs
_BASE = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ]
)  # ITU-T T.81, table K.1: the luminance at quality 50


@dataclass(frozen=True)
class ShiftedJpeg:
    """Take the mean of the picture compressed again at all shifts of its blocks.

    Parameters
    ----------
    quality : int, optional
        With which the picture was compressed, 1..100; None finds out, and leaves a picture alone
        in whose blocks it sees no compression.

    Raises
    ------
    SettingError
        If `quality` is out of range.
    """

    quality: int | None = None
    scale: ClassVar[int] = 1
    reach: ClassVar[None] = None

    def __post_init__(self) -> None:
        if self.quality is not None:
            check_whole("quality", self.quality, 1, 100)

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the picture without blocks, float32 (H, W, C) in 0..1."""
        pixels = finished(checked(lq))
        quality = _quality(brightness(pixels)) if self.quality is None else self.quality
        if quality is None:
            return pixels
        height, width = pixels.shape[:2]
        total = np.zeros(pixels.shape)
        margin = 2 * _BLOCK  # chroma is stored at half size, so that its blocks are twice as large
        framed = np.pad(pixels, ((margin, margin), (margin, margin), (0, 0)), mode="symmetric")
        values = to_counts(framed)
        for down in range(_BLOCK):
            for across in range(_BLOCK):
                # Every shift of the luma's blocks once, and those of chroma spread evenly.
                top, left = down + _BLOCK * (across % 2), across + _BLOCK * (down % 2)
                again = _compressed(values[top:, left:], quality)
                total += again[margin - top :, margin - left :][:height, :width]
        return finished(total / (255 * _BLOCK**2))


def _compressed(values: np.ndarray, quality: int) -> np.ndarray:
    """Return uint8 (H, W, C) after JPEG."""
    image = Image.fromarray(values[..., 0] if values.shape[2] == 1 else values)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    with Image.open(buffer) as stored:
        return np.asarray(stored).reshape(values.shape)


def _quality(luma: np.ndarray) -> int | None:
    """Return the quality at which a plane (H, W) 0..1 was compressed; None for none."""
    height, width = (side // _BLOCK * _BLOCK for side in luma.shape)
    if not height or not width:
        return None
    blocks = (luma[:height, :width] * 255 - 128).reshape(height // 8, 8, width // 8, 8)
    waves = _cosines()
    found = np.einsum("ui,aibj,vj->abuv", waves, blocks, waves, optimize=True).reshape(-1, 8, 8)
    wrong = {}
    for quality in range(1, 99):
        table = _table(quality)
        # A coefficient of which nothing is left says nothing: any coarser table would do the same.
        used = (np.abs(found) > table / 2) & (table >= _COARSE)
        if np.count_nonzero(used) >= _FEWEST:
            off = np.abs(found / table - np.round(found / table))[used]
            wrong[quality] = float(off.mean()) / _BY_CHANCE
    fitting = [quality for quality, share in wrong.items() if share < _SOUND]
    if not fitting:
        return None
    # Tables of neighboring qualities are alike, so several fit: the best of the coarsest ones.
    return min((q for q in fitting if q <= fitting[0] + _ALIKE), key=wrong.__getitem__)


def _table(quality: int) -> np.ndarray:
    """Return the luminance table of a quality, as libjpeg scales it."""
    percent = 5000 // quality if quality < 50 else 200 - 2 * quality
    return np.asarray(np.clip((_BASE * percent + 50) // 100, 1, 255))


def _cosines() -> np.ndarray:
    """Return the orthonormal DCT of length 8, (frequency, place)."""
    frequency, place = np.mgrid[:8, :8]
    waves = np.cos((2 * place + 1) * frequency * np.pi / 16) / 2
    waves[0] /= np.sqrt(2)
    return np.asarray(waves)


PUBLIC = ShiftedJpeg
