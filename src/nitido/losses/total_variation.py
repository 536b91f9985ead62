"""Total variation: how much a picture changes from pixel to pixel, whatever it should look like.

Rudin, Osher, Fatemi: "Nonlinear Total Variation Based Noise Removal Algorithms", Physica D 60,
1992.

**Departure from the paper:** steps down and to the right are measured apart, by their absolute
values, instead of together by their length; so the gradient is finite where the picture is flat.
"""

from torch import Tensor, nn

from nitido.losses._pair import large_enough


class TotalVariation(nn.Module):
    """Mean absolute step to the pixel below, plus that to the pixel on the right.

    It regularizes `restored` alone: its least is a flat picture, so it is made to be added to
    another loss with a small weight.
    """

    against = None

    def forward(self, restored: Tensor, gt: Tensor | None = None) -> Tensor:
        """Return the mean over all steps, in the units of the pictures.

        Parameters
        ----------
        restored : Tensor
            (N, C, H, W), at least 2 x 2 pixels.
        gt : Tensor, optional
            Not looked at.

        Raises
        ------
        SettingError
            If `restored` is smaller.
        """
        large_enough(restored, 2)
        return restored.diff(dim=-2).abs().mean() + restored.diff(dim=-1).abs().mean()


PUBLIC = TotalVariation
