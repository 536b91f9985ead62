"""Mean squared error, what PSNR measures."""

from torch import Tensor, nn

from nitido.losses._pair import difference


class MSE(nn.Module):
    """Mean of ``(restored - gt) ** 2``."""

    def forward(self, restored: Tensor, gt: Tensor) -> Tensor:
        """Return the mean over all values, in squared units of the pictures."""
        return difference(restored, gt).square().mean()


PUBLIC = MSE
