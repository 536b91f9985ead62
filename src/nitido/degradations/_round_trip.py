"""One round trip through a lossy file, as Pillow writes and reads it."""

import io
from typing import Any

import numpy as np
from PIL import Image

from nitido.errors import SettingError
from nitido.picture import to_counts


def check_channels(picture: np.ndarray, kind: str) -> None:
    """Refuse what is neither gray nor color."""
    if picture.shape[2] not in (1, 3):
        raise SettingError(f"{kind} holds 1 or 3 channels; this picture has {picture.shape[2]}.")


def round_trip(picture: np.ndarray, kind: str, **options: Any) -> np.ndarray:  # noqa: ANN401
    """Encode and decode float32 (H, W, 1 or 3) in 0..1; the result is 8-bit valued.

    `options` are those of Pillow's writer of this kind.
    """
    check_channels(picture, kind)
    gray = picture.shape[2] == 1
    levels = to_counts(picture)
    image = Image.fromarray(levels[..., 0] if gray else levels)
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    with Image.open(buffer) as stored:
        # Some kinds know no gray and give it back as three channels.
        decoded = np.asarray(stored.convert("L") if gray else stored, np.float32)
    return (decoded[..., None] if gray else decoded) / np.float32(255)
