"""Noise2Void: learn from single noisy pictures by guessing hidden pixels from their surroundings.

Krull, Buchholz, Jug: "Noise2Void - Learning Denoising from Single Noisy Images", CVPR 2019, arXiv
1811.10980, section 3.4. Where noise is independent from pixel to pixel, a network that cannot see a
pixel can at best guess its clean value.

**Departure from the paper:** none known.
"""

import torch
from torch import Tensor, nn

from nitido.errors import SettingError
from nitido.objectives._types import Judge, Restore


class Noise2Void(nn.Module):
    """Hide pixels behind one of their neighbors, and ask for what was there.

    Parameters
    ----------
    share : float
        Of the pixels that are hidden, 0..1. They are spread evenly: one, at random, in each square
        of about 1 / share pixels.
    radius : int
        Neighbors are drawn from a square of 2 * radius + 1 pixels around the hidden one; it may be
        drawn itself.

    Raises
    ------
    SettingError
        If a number is out of its range.
    """

    needs_gt = False

    def __init__(self, share: float = 0.015, radius: int = 5) -> None:
        super().__init__()
        if not 0 < share <= 0.25:
            raise SettingError(f"share: {share} found; give a number above 0, at most 0.25.")
        if radius < 1:
            raise SettingError(f"radius: {radius} found; give a whole number of at least 1.")
        self.share = share
        self.radius = radius

    def forward(
        self, restore: Restore, judge: Judge, lq: Tensor, gt: Tensor, fraction: float
    ) -> tuple[Tensor, Tensor]:
        """Return the loss at the hidden pixels, and what the network made of the rest."""
        seen, hidden = self.hide(lq)
        outputs = restore(seen)
        # Elsewhere the two are equal and cost nothing; the mean is over the hidden ones.
        losses = [judge(torch.where(hidden, output, lq), lq) for output in outputs]
        return torch.stack(losses).sum() / hidden.float().mean(), outputs[-1]

    def hide(self, lq: Tensor) -> tuple[Tensor, Tensor]:
        """Return the picture with pixels replaced, (N, C, H, W), and where, (N, 1, H, W)."""
        n, _, height, width = lq.shape
        side = max(2, round(self.share**-0.5))
        tops = torch.arange(0, height, side)
        lefts = torch.arange(0, width, side)
        cells = (n, len(tops), len(lefts))
        rows = (tops[:, None] + torch.randint(side, cells)).clamp(max=height - 1).flatten(1)
        columns = (lefts + torch.randint(side, cells)).clamp(max=width - 1).flatten(1)
        reach = (-self.radius, self.radius + 1)
        from_rows = (rows + torch.randint(*reach, rows.shape)).clamp(0, height - 1)
        from_columns = (columns + torch.randint(*reach, rows.shape)).clamp(0, width - 1)
        place = (rows * width + columns).to(lq.device)
        source = (from_rows * width + from_columns).to(lq.device)
        flat = lq.flatten(2)
        bands = (-1, lq.shape[1], -1)
        values = flat.gather(2, source[:, None].expand(*bands))
        seen = flat.scatter(2, place[:, None].expand(*bands), values).view_as(lq)
        hidden = torch.zeros(n, height * width, dtype=torch.bool, device=lq.device)
        return seen, hidden.scatter(1, place, value=True).view(n, 1, height, width)


PUBLIC = Noise2Void
