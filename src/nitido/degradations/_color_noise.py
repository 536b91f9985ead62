"""White noise that is the same in all channels, its own in each, or mixed between them."""

import numpy as np


def per_channel(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Return unit noise, independent in every channel; float32 (H, W, C)."""
    return rng.standard_normal(shape, dtype=np.float32)


def gray(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Return unit noise, the same in all channels."""
    plane = rng.standard_normal((*shape[:2], 1), dtype=np.float32)
    return np.broadcast_to(plane, shape)


def mixed(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Return noise whose channels go together by chance; none is stronger than unit noise."""
    channels = shape[2]
    axes = np.linalg.qr(rng.standard_normal((channels, channels)))[0]
    root = np.sqrt(rng.random(channels))[:, None] * axes  # root.T @ root is the covariance
    noise = rng.standard_normal(shape, dtype=np.float32)
    return np.asarray(noise @ root.astype(np.float32))
