"""Illumination smoothness: what brightens a pixel brightens its neighbours alike.

Guo, Li, Guo, Loy, Hou, Kwong, Cong: "Zero-Reference Deep Curve Estimation for Low-Light Image
Enhancement" (Zero-DCE), CVPR 2020, arXiv 2001.06826, section 3.3. The authors weigh it 200.

**Departure from the paper:** steps down and to the right are squared apart, where the text squares
the sum of their absolute values, and all maps are summed and counted twice, as in the authors'
published code, which the weight belongs to.
"""

from torch import Tensor, nn

from nitido.losses._pair import large_enough


class IlluminationSmoothness(nn.Module):
    """Twice the sum over all maps of the mean squared step down, plus that to the right."""

    judges = "curves"
    against = None

    def forward(self, curves: Tensor, gt: Tensor | None = None) -> Tensor:
        """Return the mean over the batch; 0 where every map is flat.

        Parameters
        ----------
        curves : Tensor
            (N, C, H, W), -1..1, at least 2 x 2 pixels: the maps that the network bends the
            picture's values by, not the picture.
        gt : Tensor, optional
            Not looked at.

        Raises
        ------
        SettingError
            If `curves` is smaller.
        """
        large_enough(curves, 2)
        down, right = (curves.diff(dim=axis).square().mean(dim=(0, 2, 3)) for axis in (-2, -1))
        return 2 * (down + right).sum()


PUBLIC = IlluminationSmoothness
