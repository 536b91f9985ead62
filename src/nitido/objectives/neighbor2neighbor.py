"""Neighbor2Neighbor: learn from single noisy pictures, as two half-size copies differ in noise.

Huang, Li, Jia, Lu, Liu: "Neighbor2Neighbor: Self-Supervised Denoising from Single Noisy Images",
CVPR 2021, arXiv 2101.02824. Random neighbor subsampler: section 4.2; loss with its regularizer:
section 4.3, whose weight grows with training as in the authors' published code.

**Departure from the paper:** none known.
"""

import torch
from torch import Tensor, nn

from nitido.errors import SettingError
from nitido.objectives._types import Judge, Restore

# Of the four pixels of a cell, in reading order: which two neighbors are drawn, and in which order.
_PAIRS = torch.tensor([[0, 1], [1, 0], [0, 2], [2, 0], [1, 3], [3, 1], [2, 3], [3, 2]])


class Neighbor2Neighbor(nn.Module):
    """Restore one half-size copy towards the other, and stay close to what the whole would give.

    Parameters
    ----------
    weight : float
        Of the regularizer at the end of training; it grows from 0 in proportion.

    Raises
    ------
    SettingError
        If the weight is negative.
    """

    needs_gt = False

    def __init__(self, weight: float = 2.0) -> None:
        super().__init__()
        if weight < 0:
            raise SettingError(f"weight: {weight} found; give 0 or more.")
        self.weight = weight

    def forward(
        self, restore: Restore, judge: Judge, lq: Tensor, gt: Tensor, fraction: float
    ) -> tuple[Tensor, Tensor]:
        """Return the loss, and `restored` of the whole picture, without a gradient.

        Raises
        ------
        SettingError
            If a side is odd.
        """
        if lq.shape[2] % 2 or lq.shape[3] % 2:
            raise SettingError(
                f"Patches of {lq.shape[2]} x {lq.shape[3]} have no cells of 2 x 2; "
                "make data.patch even."
            )
        with torch.no_grad():
            whole = restore(lq)[-1]
        first, second = neighbors(torch.cat([lq, whole]), len(lq))
        (entry, whole_first), (target, whole_second) = first, second
        outputs = restore(entry)
        losses = [judge(output, target) for output in outputs]
        change = outputs[-1] - target - (whole_first - whole_second)
        regular = self.weight * fraction * change.square().mean()
        return torch.stack(losses).sum() + regular, whole


def neighbors(pictures: Tensor, count: int) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Draw two neighboring pixels of each cell of 2 x 2, the same ones in both halves of a batch.

    Parameters
    ----------
    pictures : Tensor
        (2 * count, C, H, W), sides even.
    count : int
        Pictures of a half.

    Returns
    -------
    first, second : pairs of Tensor
        The copies (count, C, H / 2, W / 2) made of the first and the second pixels; each for the
        first and the second half of the batch.
    """
    cells = nn.functional.pixel_unshuffle(pictures, 2)
    height, width = cells.shape[-2:]
    cells = cells.view(2 * count, -1, 4, height, width)
    drawn = _PAIRS[torch.randint(len(_PAIRS), (count, height, width))].to(pictures.device)
    place = drawn.movedim(-1, 1).repeat(2, 1, 1, 1)[:, None]
    both = cells.gather(2, place.expand(-1, cells.shape[1], -1, -1, -1))
    first, second = both[:, :, 0], both[:, :, 1]
    return (first[:count], first[count:]), (second[:count], second[count:])


PUBLIC = Neighbor2Neighbor
