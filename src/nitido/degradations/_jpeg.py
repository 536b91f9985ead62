"""One round trip through libjpeg, shared by every damage that stores pictures as JPEG."""

import io

import numpy as np
from PIL import Image

from nitido.errors import SettingError


def check_channels(picture: np.ndarray) -> None:
    """Refuse what JPEG cannot hold."""
    if picture.shape[2] not in (1, 3):
        raise SettingError(f"JPEG holds 1 or 3 channels; this picture has {picture.shape[2]}.")


def jpeg_round_trip(picture: np.ndarray, quality: int, subsampling: str) -> np.ndarray:
    """Compress and decompress float32 (H, W, 1 or 3) in 0..1; the result is 8-bit valued."""
    check_channels(picture)
    channels = picture.shape[2]
    levels = np.floor(np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
    image = Image.fromarray(levels[..., 0] if channels == 1 else levels)
    buffer = io.BytesIO()
    options = {} if channels == 1 else {"subsampling": subsampling}
    image.save(buffer, "JPEG", quality=quality, **options)
    with Image.open(buffer) as stored:
        decoded = np.asarray(stored, np.float32)
    return (decoded if channels == 3 else decoded[..., None]) / np.float32(255)
