"""PSNR that also counts the blocks that are left, in dB for a peak of 1 (255 where 8-bit).

Yim, Bovik: "Quality Assessment of Deblocked Images", IEEE Transactions on Image Processing 20(1),
2011: the squared error grows by a blocking effect factor, which is measured on the
restored picture alone, so the two pictures cannot be exchanged. Blocks are 8 x 8 and begin at the
corner; a border that is a multiple of 8 leaves them where they were.
"""

import math
from functools import partial

import numpy as np

from nitido.metrics._metric import Metric, Values

_BLOCK = 8


@partial(Metric, title="PSNR-B", smallest=_BLOCK + 1)
def psnr_b(restored: Values, gt: Values) -> float:
    """Return the PSNR-B in dB; infinite where the two are equal and no blocks stand out.

    Papers score the luma. Of more channels, the error and the blocking effect are each the mean.
    """
    blocking = [_blocking(restored[..., c]) for c in range(restored.shape[2])]
    error = float(np.mean(np.square(restored - gt)) + np.mean(blocking))
    return math.inf if error == 0 else -10 * math.log10(error)


def _blocking(plane: Values) -> float:
    """Return by how much squared steps between blocks exceed those inside, weighted; or 0."""
    between, inside = [], []
    for steps in (np.diff(plane, axis=0) ** 2, np.diff(plane.T, axis=0) ** 2):
        edge = np.arange(1, len(steps) + 1) % _BLOCK == 0
        between.append(steps[edge].ravel())
        inside.append(steps[~edge].ravel())
    excess = float(np.concatenate(between).mean() - np.concatenate(inside).mean())
    return max(excess, 0.0) * math.log(_BLOCK) / math.log(min(plane.shape))


PUBLIC = psnr_b
