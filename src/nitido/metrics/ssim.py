"""Structural similarity, for a range of 1 (255 where the values are 8-bit).

Wang, Bovik, Sheikh, Simoncelli: "Image Quality Assessment: From Error Visibility to Structural
Similarity", IEEE Transactions on Image Processing 13(4), 2004: Gaussian window of 11 x 11 with
deviation 1.5, K1 = 0.01, K2 = 0.03, windows that lie wholly inside the picture.
"""

from functools import partial

import numpy as np

from nitido.metrics._metric import Metric, Values
from nitido.metrics._similarity import SIDE, similarities


@partial(Metric, title="SSIM", smallest=SIDE)
def ssim(restored: Values, gt: Values) -> float:
    """Return the similarity, -1 to 1, the mean of the channels; 1 where the two are equal."""
    channels = range(gt.shape[2])
    return float(np.mean([similarities(restored[..., c], gt[..., c])[0] for c in channels]))


PUBLIC = ssim
