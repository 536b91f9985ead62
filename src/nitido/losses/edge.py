"""Charbonnier loss of Laplacians: edges shall be where they are in the target.

Zamir, Arora, Khan, Hayat, Khan, Yang, Shao: "Multi-Stage Progressive Image Restoration" (MPRNet),
CVPR 2021, arXiv 2102.02808, section 3, where it is added, weighed 0.05, to `charbonnier`. The
Laplacian is that of Burt and Adelson: "The Laplacian Pyramid as a Compact Image Code", IEEE
Transactions on Communications 31(4), 1983: what a picture loses when it is halved and doubled.

**Departure from the paper:** the root is taken value by value, not once over all of them, as in the
authors' published code.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nitido.errors import SettingError
from nitido.losses._pair import difference
from nitido.losses._windows import filtered

_WINDOW = (0.05, 0.25, 0.4, 0.25, 0.05)


class Edge(nn.Module):
    """Mean of ``sqrt(laplacian(restored - gt) ** 2 + eps ** 2)``.

    Flat differences of brightness go unseen: it is made to be added to another loss.

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
        # The Laplacian of a difference is the difference of Laplacians, at half the work.
        return (_laplacian(difference(restored, gt)).square() + self.eps**2).sqrt().mean()


def _laplacian(pictures: Tensor) -> Tensor:
    """Return what pictures (N, C, H, W) lose when they are halved and doubled again."""
    smooth = _smoothed(pictures)
    kept = torch.zeros_like(smooth)
    kept[..., ::2, ::2] = 4 * smooth[..., ::2, ::2]
    return pictures - _smoothed(kept)


def _smoothed(pictures: Tensor) -> Tensor:
    return filtered(F.pad(pictures, (2, 2, 2, 2), mode="replicate"), _WINDOW)


PUBLIC = Edge
