"""Pictures at the door of a restorer: what may come in, and in which form results leave."""

import numpy as np

from nitido.errors import SettingError

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def checked(lq: np.ndarray) -> np.ndarray:
    """Return a picture as float32 (H, W, C), or refuse it; the values may leave 0..1.

    Raises
    ------
    SettingError
        If it has no pixels, neither 1 nor 3 channels, or values that are not finite.
    """
    if lq.ndim != 3 or 0 in lq.shape or lq.shape[2] not in (1, 3):
        raise SettingError(
            f"The picture has the shape {lq.shape}; (H, W, 1) gray or (H, W, 3) color is needed."
        )
    pixels = np.ascontiguousarray(lq, np.float32)
    if not np.isfinite(pixels).all():
        raise SettingError("The picture holds values that are not finite; replace them first.")
    return pixels


def finished(restored: np.ndarray) -> np.ndarray:
    """Return a result as float32 of its own memory, clipped to 0..1."""
    return np.asarray(np.clip(restored, 0, 1).astype(np.float32, order="C"))


def brightness(pixels: np.ndarray) -> np.ndarray:
    """Return the luma of gray or color, float32 (H, W), full range."""
    return np.asarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels @ _LUMA)


def with_brightness(pixels: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return `pixels` with another brightness, (H, W) each, and the ratios of the channels kept.

    Where a channel would leave 1, the color fades towards gray instead, so that brightness holds.
    """
    gain = after / np.maximum(before, np.float32(1e-4))
    result = np.where(before[..., None] > 1e-4, pixels * gain[..., None], after[..., None])
    highest = result.max(axis=2)
    room = np.maximum(1 - after, 0)
    keep = np.where(highest > 1, room / np.maximum(highest - after, 1e-6), 1)[..., None]
    return np.asarray(after[..., None] + keep * (result - after[..., None]), np.float32)
