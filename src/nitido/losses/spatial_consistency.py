"""Spatial consistency: neighbours keep their contrast when a picture is made brighter.

Guo, Li, Guo, Loy, Hou, Kwong, Cong: "Zero-Reference Deep Curve Estimation for Low-Light Image
Enhancement" (Zero-DCE), CVPR 2020, arXiv 2001.06826, section 3.3. The authors weigh it 1.

**Departure from the paper:** contrasts are compared with their signs, as in the authors' published
code, so that an edge may not turn over; and, as there, the surroundings of a picture count as
regions that do not change, which ties the brightness of those at its border down.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nitido.losses._pair import difference, large_enough

_REGION = 4  # pixels; the paper found the size to matter little


class SpatialConsistency(nn.Module):
    """Mean squared change of the contrast between a region and its four neighbours, summed.

    A region is 4 x 4 pixels, its value the mean over pixels and channels. What is left beyond whole
    regions, to the right and below, is not looked at.
    """

    against = "lq"

    def forward(self, restored: Tensor, lq: Tensor) -> Tensor:
        """Return the mean over all regions; 0 where the two differ by nothing.

        Raises
        ------
        SettingError
            If the shapes differ, or there is no whole region.
        """
        large_enough(restored, _REGION)
        change = F.avg_pool2d(difference(restored, lq).mean(dim=1, keepdim=True), _REGION)
        height, width = change.shape[-2:]
        around = F.pad(change, (1, 1, 1, 1))
        neighbours = torch.stack(
            [
                around[..., top : top + height, left : left + width]
                for top, left in ((0, 1), (2, 1), (1, 0), (1, 2))
            ]
        )
        return (change - neighbours).square().sum(dim=0).mean()


PUBLIC = SpatialConsistency
