"""Charbonnier loss, an absolute error that is smooth at zero.

Charbonnier, Blanc-Féraud, Aubert, Barlaud: "Two Deterministic Half-Quadratic Regularization
Algorithms for Computed Imaging", ICIP 1994; for restoration networks Lai et al., "Deep Laplacian
Pyramid Networks for Fast and Accurate Super-Resolution", CVPR 2017, and MIRNet, equation 2.
"""

from torch import Tensor, nn

from nitido.errors import SettingError
from nitido.losses._pair import difference


class Charbonnier(nn.Module):
    """Mean of ``sqrt((restored - gt) ** 2 + eps ** 2)``.

    Parameters
    ----------
    eps : float
        Differences well below it count as squares, those above it as absolute values; in the
        units of the pictures.

    Raises
    ------
    SettingError
        If `eps` is not positive: the gradient would be undefined at zero.
    """

    def __init__(self, eps: float = 1e-3) -> None:
        super().__init__()
        if not eps > 0:
            raise SettingError(f"eps: {eps} found; give a number above 0.")
        self.eps = eps

    def forward(self, restored: Tensor, gt: Tensor) -> Tensor:
        """Return the mean over all values; `eps` where the two are equal."""
        return (difference(restored, gt).square() + self.eps**2).sqrt().mean()


PUBLIC = Charbonnier
