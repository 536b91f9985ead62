"""Peak signal-to-noise ratio, in dB for a peak of 1 (255 where the values are 8-bit)."""

import math
from functools import partial

import numpy as np

from nitido.metrics._metric import Metric, Values


@partial(Metric, title="PSNR")
def psnr(restored: Values, gt: Values) -> float:
    """Return the PSNR in dB; infinite where the two are equal.

    The squared error is averaged over all channels together before the logarithm. Values beyond
    0..1 are not clamped.
    """
    error = restored - gt
    mse = float(np.mean(np.square(error, out=error)))
    return math.inf if mse == 0 else -10 * math.log10(mse)


PUBLIC = psnr
