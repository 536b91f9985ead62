"""Structural dissimilarity: what SSIM lacks to 1.

Wang, Bovik, Sheikh, Simoncelli: "Image Quality Assessment: From Error Visibility to Structural
Similarity", IEEE Transactions on Image Processing 13(4), 2004: Gaussian window of 11 x 11 with
deviation 1.5, K1 = 0.01, K2 = 0.03, windows that lie wholly inside the picture, here for a range
of 1. As a loss: Zhao, Gallo, Frosio, Kautz: "Loss Functions for Image Restoration with Neural
Networks", IEEE Transactions on Computational Imaging 3(1), 2017, arXiv 1511.08861.
"""

import math

import torch
from torch import Tensor, nn

from nitido.losses._pair import large_enough, same_shape
from nitido.losses._windows import filtered

_SIDE, _SIGMA = 11, 1.5
_C1, _C2 = 0.01**2, 0.03**2
_BELL = [math.exp(-((i - _SIDE // 2) ** 2) / (2 * _SIGMA**2)) for i in range(_SIDE)]
_WINDOW = [value / sum(_BELL) for value in _BELL]


class SSIM(nn.Module):
    """Mean of ``1 - SSIM`` over all windows, channels and pictures."""

    def forward(self, restored: Tensor, gt: Tensor) -> Tensor:
        """Return the mean, 0..2; 0 where the two are equal.

        Raises
        ------
        SettingError
            If the shapes differ, or a side is shorter than the window.
        """
        same_shape(restored, gt)
        large_enough(restored, _SIDE)
        # A shift leaves variances alone, but not the rounding of the two large numbers they are
        # the difference of.
        shift = gt.detach().mean(dim=(-2, -1), keepdim=True)
        first, second = restored - shift, gt - shift
        mean_1, mean_2, power, product = filtered(
            torch.stack([first, second, first.square() + second.square(), first * second]), _WINDOW
        )
        variances = power - mean_1.square() - mean_2.square()
        covariance = product - mean_1 * mean_2
        structure = (2 * covariance + _C2) / (variances + _C2)
        mean_1, mean_2 = mean_1 + shift, mean_2 + shift
        brightness = (2 * mean_1 * mean_2 + _C1) / (mean_1.square() + mean_2.square() + _C1)
        similarity: Tensor = structure * brightness
        return 1 - similarity.mean()


PUBLIC = SSIM
