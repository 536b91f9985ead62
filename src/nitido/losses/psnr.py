"""Logarithmic squared error: every picture counts in decibels, however damaged it is.

Chen, Lu, Zhang, Chu, Chen: "HINet: Half Instance Normalization Network for Image Restoration",
CVPR Workshops 2021. **Departure from the paper:** a floor, so that the loss is zero where the two
are equal and its gradient is finite everywhere.
"""

from torch import Tensor, nn

from nitido.errors import SettingError
from nitido.losses._pair import difference


class PSNR(nn.Module):
    """Mean over the batch of ``10 * log10(1 + mse / floor)``, `mse` of each picture.

    A picture whose error falls by a decibel lowers the loss by the same amount, be it weakly or
    heavily damaged; with `mse` the heavily damaged ones decide.

    Parameters
    ----------
    floor : float
        Mean squared error, in squared units of the pictures, far below which nothing is gained;
        1e-6 is a PSNR of 60 dB.

    Raises
    ------
    SettingError
        If `floor` is not positive.
    """

    def __init__(self, floor: float = 1e-6) -> None:
        super().__init__()
        if not floor > 0:
            raise SettingError(f"floor: {floor} found; give a number above 0.")
        self.floor = floor

    def forward(self, restored: Tensor, gt: Tensor) -> Tensor:
        """Return the mean over the batch, in decibels above the floor; 0 where both are equal."""
        mse = difference(restored, gt).square().flatten(1).mean(dim=1)
        return 10 * (1 + mse / self.floor).log10().mean()


PUBLIC = PSNR
