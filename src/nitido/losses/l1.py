"""Mean absolute error."""

from torch import Tensor, nn

from nitido.losses._pair import difference


class L1(nn.Module):
    """Mean of ``|restored - gt|``."""

    def forward(self, restored: Tensor, gt: Tensor) -> Tensor:
        """Return the mean over all values, in the units of the pictures."""
        return difference(restored, gt).abs().mean()


PUBLIC = L1
