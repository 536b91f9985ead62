"""Structural similarity over five scales, for a range of 1 (255 where the values are 8-bit).

Wang, Simoncelli, Bovik: "Multi-scale structural similarity for image quality assessment", Asilomar
Conference on Signals, Systems and Computers, 2003: contrast and structure are compared on every
scale, brightness on the coarsest. The windows are those of `ssim`; each scale halves the picture by
the mean of 2 x 2 pixels, the last row or column of an odd side taken twice.
"""

import math
from functools import partial

import numpy as np

from nitido.metrics._metric import Metric, Values
from nitido.metrics._similarity import SIDE, similarities

_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
_SMALLEST = (SIDE - 1) * 2 ** (len(_WEIGHTS) - 1) + 1  # leaves one window on the coarsest scale


@partial(Metric, title="MS-SSIM", smallest=_SMALLEST)
def ms_ssim(restored: Values, gt: Values) -> float:
    """Return the similarity, 0 to 1, the mean of the channels; 1 where the two are equal.

    A scale whose mean is negative counts as 0, as it has no power with a broken exponent.
    """
    channels = range(gt.shape[2])
    return float(np.mean([_of_plane(restored[..., c], gt[..., c]) for c in channels]))


def _of_plane(first: Values, second: Values) -> float:
    scores = []
    for _ in _WEIGHTS[:-1]:
        scores.append(similarities(first, second)[1])
        first, second = _halved(first), _halved(second)
    scores.append(similarities(first, second)[0])
    powers = (max(s, 0.0) ** weight for s, weight in zip(scores, _WEIGHTS, strict=True))
    return float(math.prod(powers))


def _halved(plane: Values) -> Values:
    even = np.pad(plane, [(0, side % 2) for side in plane.shape], mode="edge")
    return (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4


PUBLIC = ms_ssim
