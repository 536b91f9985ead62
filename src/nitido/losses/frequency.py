"""Mean absolute difference of Fourier transforms: every frequency counts, however rare.

Cho, Ji, Hong, Jung, Ko: "Rethinking Coarse-to-Fine Approach in Single Image Deblurring"
(MIMO-UNet), ICCV 2021, arXiv 2108.05054, section 3.4, where it is added, weighed 0.1, to the mean
absolute error of patches of 256 x 256. As in the authors' published code the mean is over real and
imaginary parts.
"""

import torch
from torch import Tensor, nn

from nitido.losses._pair import difference


class Frequency(nn.Module):
    """Mean absolute value of both parts of the Fourier transform of ``restored - gt``.

    The transform is a plain sum over the picture, so the loss of random errors grows with the
    square root of the number of pixels; that of errors which are the same everywhere does not.
    """

    def forward(self, restored: Tensor, gt: Tensor) -> Tensor:
        """Return the mean over all frequencies, in the units of the pictures."""
        # The transform of a difference is the difference of transforms, at half the work.
        spectrum = torch.fft.fft2(difference(restored, gt))
        return torch.view_as_real(spectrum).abs().mean()


PUBLIC = Frequency
