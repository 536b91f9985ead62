"""What rain, snow and haze share: scattered light, and things strewn over a picture."""

import numpy as np

from nitido.degradations._levels import Level


def scattered(gt: np.ndarray, transmission: np.ndarray | float, airlight: np.ndarray) -> np.ndarray:
    """Return what is left of a picture through a scattering medium: J t + A (1 - t).

    Parameters
    ----------
    gt : ndarray
        J, float32 (H, W, C).
    transmission : ndarray or float
        t, float32 (H, W, 1) or one number, 0..1.
    airlight : ndarray
        A, the color of the medium, (C,) or (1,), 0..1.
    """
    clear = np.asarray(transmission, np.float32)
    lq = gt * clear
    lq += np.asarray(airlight, np.float32) * (1 - clear)
    return np.asarray(lq, np.float32)


def strewn(
    height: int, width: int, margin: int, expected: float, rng: np.random.Generator
) -> np.ndarray:
    """Strew points evenly over a picture and `margin` pixels around it.

    `expected` of them lie in the picture on average; the number is Poisson distributed, so that
    patches of a large picture have as many as patches of their own.

    Returns
    -------
    ndarray
        float32 (2, N): how far down and across, from the corner of the margin.
    """
    sides = np.array([height, width]) + 2 * margin
    count = rng.poisson(expected * (sides[0] / height) * (sides[1] / width))
    return rng.random((2, count), dtype=np.float32) * sides[:, None].astype(np.float32)


def draw_each(level: Level, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return `count` levels, float32, each drawn evenly from the range."""
    low, high = level if isinstance(level, tuple) else (level, level)
    return rng.uniform(low, high, count).astype(np.float32)
