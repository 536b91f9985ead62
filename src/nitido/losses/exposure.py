"""Exposure: no region too dark, none too bright.

Guo, Li, Guo, Loy, Hou, Kwong, Cong: "Zero-Reference Deep Curve Estimation for Low-Light Image
Enhancement" (Zero-DCE), CVPR 2020, arXiv 2001.06826, section 3.3. The authors weigh it 10.

**Departure from the paper:** the square of the distance from the wanted level, where the text has
its absolute value, as in the authors' published code.
"""

from torch import Tensor, nn
from torch.nn import functional as F

from nitido.errors import SettingError
from nitido.losses._pair import large_enough

_REGION = 16  # pixels


class Exposure(nn.Module):
    """Mean squared distance of the brightness of regions from a level.

    A region is 16 x 16 pixels, its brightness the mean over pixels and channels. What is left
    beyond whole regions, to the right and below, is not looked at.

    Parameters
    ----------
    level : float
        The wanted brightness, 0..1.

    Raises
    ------
    SettingError
        If `level` lies outside 0..1.
    """

    against = None

    def __init__(self, level: float = 0.6) -> None:
        super().__init__()
        if not 0 <= level <= 1:
            raise SettingError(f"level: {level} found; give a brightness, 0 to 1.")
        self.level = level

    def forward(self, restored: Tensor, gt: Tensor | None = None) -> Tensor:
        """Return the mean over all regions, in squared units of the pictures.

        Parameters
        ----------
        restored : Tensor
            (N, C, H, W), at least 16 x 16 pixels.
        gt : Tensor, optional
            Not looked at.

        Raises
        ------
        SettingError
            If `restored` is smaller.
        """
        large_enough(restored, _REGION)
        brightness = F.avg_pool2d(restored.mean(dim=1, keepdim=True), _REGION)
        return (brightness - self.level).square().mean()


PUBLIC = Exposure
