"""Cross entropy of gray levels: how surprising the true picture is to a network that gives odds.

Van den Oord, Kalchbrenner, Kavukcuoglu: "Pixel Recurrent Neural Networks", ICML 2016, arXiv
1601.06759: a softmax over the 256 values of an 8-bit picture. Summed over the two scores of the
network `pixelcnn` it is what Dahl, Norouzi, Shlens: "Pixel Recursive Super Resolution", ICCV 2017,
arXiv 1702.00783, train by.
"""

from torch import Tensor, nn
from torch.nn import functional as F

from nitido.errors import SettingError


class CrossEntropy(nn.Module):
    """Mean of ``-log p(gt)``, in nats per value; divide by log 2 for bits."""

    judges = "logits"

    def forward(self, logits: Tensor, gt: Tensor) -> Tensor:
        """Return the mean over all values; ``log(levels)`` where all levels are equally likely.

        Parameters
        ----------
        logits : Tensor
            Scores (N, levels, C, H, W); the softmax over `levels` gives the odds. Level i stands
            for the value ``i / (levels - 1)``.
        gt : Tensor
            (N, C, H, W); counts as its nearest level.

        Raises
        ------
        SettingError
            If `gt` does not have the shape of `logits` without the levels.
        """
        n, levels, *sides = logits.shape
        if (n, *sides) != tuple(gt.shape):
            raise SettingError(
                f"logits have shape {tuple(logits.shape)} and gt {tuple(gt.shape)}; "
                "a loss compares tensors of one shape but for the levels, the second dimension."
            )
        nearest = (gt.clamp(0, 1) * (levels - 1)).round().long()
        return F.cross_entropy(logits, nearest)


PUBLIC = CrossEntropy
