"""Statistics of natural pictures, patch by patch: what NIQE looks at.

Mittal, Soundararajan, Bovik: "Making a 'Completely Blind' Image Quality Analyzer", IEEE Signal
Processing Letters 20(3), 2013, section II. Pixels are normalized by the mean and deviation of their
surroundings; a generalized Gaussian with two sides, one shape and two widths, is fitted to them and
to the products of neighbours in four directions, at full and at half size.

**Departure from the paper:** products stay inside their patch, where the authors' program wraps
around; the shape is interpolated between the steps of its table; patches without any texture are
left out.
"""

import math

import numpy as np

from nitido.metrics._metric import Values
from nitido.metrics._windows import filtered, gaussian
from nitido.picture.resize import imresize

PATCH = 96
FEATURES = 36
_WINDOW = gaussian(7, 7 / 6)
_log_gamma = np.vectorize(math.lgamma, otypes=[np.float64])
_SHAPES = np.linspace(0.2, 10, 1961)
_RATIOS = np.exp(2 * _log_gamma(2 / _SHAPES) - _log_gamma(1 / _SHAPES) - _log_gamma(3 / _SHAPES))


def patches(gray: Values) -> tuple[Values, Values]:
    """Return the features (N, 36) of the patches that hold texture, and their sharpness (N,).

    Parameters
    ----------
    gray : ndarray
        (H, W), on the scale 0..255. What is left beyond whole patches of 96 x 96, to the right and
        below, is not looked at.
    """
    height, width = (side // PATCH * PATCH for side in gray.shape)
    large = gray[:height, :width]
    coefficients, deviation = _normalized(large)
    sharpness = _cut(deviation, PATCH).mean(axis=1).mean(axis=1)
    half = _normalized(imresize(large, 0.5))[0]
    with np.errstate(divide="ignore", invalid="ignore"):  # flat patches
        scales = [_features(_cut(coefficients, PATCH)), _features(_cut(half, PATCH // 2))]
    features = np.concatenate(scales, axis=1)
    textured = np.isfinite(features).all(axis=1)
    return features[textured], sharpness[textured]


def _normalized(gray: Values) -> tuple[Values, Values]:
    """Return the pixels less their local mean, over their local deviation; and the deviation."""
    padded = np.pad(gray, len(_WINDOW) // 2, mode="edge")
    mean = filtered(padded, _WINDOW)
    deviation = np.sqrt(np.maximum(filtered(padded**2, _WINDOW) - mean**2, 0))
    return (gray - mean) / (deviation + 1), deviation


def _cut(plane: Values, side: int) -> Values:
    """Return the patches of a plane, (N, side, side)."""
    height, width = plane.shape
    rows = plane.reshape(height // side, side, width // side, side)
    return rows.swapaxes(1, 2).reshape(-1, side, side)


def _features(values: Values) -> Values:
    """Return what is fitted to patches (N, side, side) of one size, (N, 18)."""
    shape, left, right = asymmetric_gaussian(values)
    columns = [shape, (left + right) / 2]
    products = [
        values[:, :, :-1] * values[:, :, 1:],
        values[:, :-1] * values[:, 1:],
        values[:, :-1, :-1] * values[:, 1:, 1:],
        values[:, :-1, 1:] * values[:, 1:, :-1],
    ]
    for product in products:
        shape, left, right = asymmetric_gaussian(product)
        mean = (right - left) * np.exp(_log_gamma(2 / shape) - _log_gamma(1 / shape))
        columns += [shape, mean, left, right]
    return np.stack(columns, axis=1)


def asymmetric_gaussian(values: Values) -> tuple[Values, Values, Values]:
    """Return shape, left and right scale (N,) of the values (N, ...) by matching their moments.

    The density falls as exp(-(|value| / scale) ** shape) to each side of 0; shapes are 0.2 to 10.
    """
    samples = values.reshape(len(values), -1)
    left, right = (
        np.sqrt(np.square(side).sum(axis=1) / np.count_nonzero(side, axis=1))
        for side in (np.minimum(samples, 0), np.maximum(samples, 0))
    )
    ratio = np.abs(samples).mean(axis=1) ** 2 / np.square(samples).mean(axis=1)
    skew = left / right
    ratio *= (skew**3 + 1) * (skew + 1) / (skew**2 + 1) ** 2
    shape = np.interp(ratio, _RATIOS, _SHAPES)
    scale = np.exp((_log_gamma(1 / shape) - _log_gamma(3 / shape)) / 2)
    return shape, left * scale, right * scale
