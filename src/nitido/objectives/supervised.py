"""Supervised learning: every output of the network is compared with the clean picture."""

import torch
from torch import Tensor, nn

from nitido.objectives._types import Judge, Restore


class Supervised(nn.Module):
    """The sum of the loss over all outputs.

    With damaged copies in place of clean targets (``data.targets: lq``) this is Noise2Noise.
    """

    needs_gt = True

    def forward(
        self, restore: Restore, judge: Judge, lq: Tensor, gt: Tensor, fraction: float
    ) -> tuple[Tensor, Tensor]:
        """Return the loss and the last output."""
        outputs = restore(lq)
        return torch.stack([judge(output, gt) for output in outputs]).sum(), outputs[-1]


PUBLIC = Supervised
