"""Smooth random fields, for whatever changes slowly over a picture: haze, veils, stains, fading."""

import numpy as np

# White noise interpolated by cubic B-splines crosses its median once per 2.66 grid steps:
# pi * sqrt(integral of the spline squared / integral of its slope squared) = pi * sqrt(151 / 210).
_STEPS_PER_FEATURE = np.pi * np.sqrt(151 / 210)


def smooth_field(height: int, width: int, cell: float, rng: np.random.Generator) -> np.ndarray:
    """Draw a smooth random field whose features are about `cell` pixels wide.

    A grid of normal values is interpolated by cubic B-splines and passed through the normal
    distribution function. So every value is evenly distributed: a threshold of 0.8 takes a fifth
    of the area on average, anywhere in the picture. It never repeats.

    Parameters
    ----------
    height, width : int
        Size of the field in pixels, 1 x 1 or more.
    cell : float
        Mean width in pixels of what lies above or below one half; from about 3 up (finer features
        are not made). It may be larger than the field, which then hardly changes.
    rng : numpy.random.Generator
        The source of chance.

    Returns
    -------
    numpy.ndarray
        float32 (height, width) in 0..1.
    """
    step = max(cell / _STEPS_PER_FEATURE, 1.0)
    first_row, row_taps = _spline_taps(height, step, rng)
    first_column, column_taps = _spline_taps(width, step, rng)
    grid = rng.standard_normal((first_row[-1] + 4, first_column[-1] + 4), dtype=np.float32)
    rows = sum(tap * grid[:, first_column + i] for i, tap in enumerate(column_taps))
    field = np.zeros((height, width), np.float32)
    for i, tap in enumerate(row_taps):
        field += tap[:, None] * rows[first_row + i]
    return _normal_distribution(field)


def smooth_curve(length: int, cell: float, rng: np.random.Generator) -> np.ndarray:
    """Draw a smooth random curve, float32 (length,) in 0..1, with features `cell` pixels long."""
    return smooth_field(1, length, cell, rng).ravel()


def _spline_taps(
    length: int, step: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return each pixel's first grid point (length,) and its four weights (4, length).

    The grid begins at a random offset, so that no pixel is special. The squares of the weights sum
    to one, which makes the variance the same between grid points as at them.
    """
    position = rng.random() + np.arange(length) / step
    first = position.astype(np.intp)
    t = position - first
    taps = np.stack(
        ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, 3 * (1 - t) ** 3 - 6 * (1 - t) ** 2 + 4, t**3)
    )
    return first, (taps / np.sqrt(np.sum(taps**2, axis=0))).astype(np.float32)


def _normal_distribution(values: np.ndarray) -> np.ndarray:
    """Return the share of a standard normal below each value, to 0.0002; works in place."""
    bend = np.square(values)
    bend *= np.float32(0.044715)
    bend += 1
    values *= bend
    values *= np.float32(np.sqrt(2 / np.pi))
    np.tanh(values, out=values)
    values += 1
    values *= np.float32(0.5)
    return values
