"""The network whose structure is the prior: an hourglass with narrow skips at every scale."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Upsampling = Literal["bilinear", "nearest"]

_SLOPE = 0.2


class SkipNetwork(nn.Module):
    """Make a picture of a code, as the supplementary material of the paper draws it.

    Parameters
    ----------
    entering, leaving : int
        Channels of the code and of the picture.
    features : sequence of int
        Width of every scale, the finest first.
    skips : sequence of int
        Width of the skip of every scale; 0 is none.
    kernel : int
        Side of the convolutions on the way down, odd.
    upsampling : {"bilinear", "nearest"}
        How a scale becomes twice as large.
    mixing : bool
        Whether a 1 x 1 convolution follows at every scale on the way up.
    """

    def __init__(
        self,
        entering: int,
        leaving: int,
        features: Sequence[int],
        skips: Sequence[int],
        kernel: int = 3,
        upsampling: Upsampling = "bilinear",
        mixing: bool = True,
    ) -> None:
        super().__init__()
        self.kernel, self.scales = kernel, len(features)
        self.hourglass = _Scale(entering, features, skips, kernel, upsampling, mixing)
        self.last = nn.Conv2d(features[0], leaving, 1)

    def canvas(self, height: int, width: int) -> tuple[int, int]:
        """Return the sides of the smallest code for which a picture of this size can be cut out.

        The coarsest scale must be larger than what convolutions mirror there.
        """
        cell = 2**self.scales
        least = self.kernel // 2 + 1
        tall, wide = (cell * max(-(-side // cell), least) for side in (height, width))
        return tall, wide

    def forward(self, code: Tensor) -> Tensor:
        """Return a picture in 0..1, (N, C, H, W), of a code with sides from `canvas`."""
        return torch.sigmoid(self.last(self.hourglass(code)))


class _Scale(nn.Module):
    """One scale and, inside it, all that are coarser."""

    def __init__(
        self,
        entering: int,
        features: Sequence[int],
        skips: Sequence[int],
        kernel: int,
        upsampling: Upsampling,
        mixing: bool,
    ) -> None:
        super().__init__()
        width, skip = features[0], skips[0]
        self.upsampling = upsampling
        self.skip = _layer(entering, skip, 1) if skip else None
        self.down = nn.Sequential(
            *_layer(entering, width, kernel, stride=2), *_layer(width, width, kernel)
        )
        coarser = width
        self.coarser: nn.Module = nn.Identity()
        if len(features) > 1:
            coarser = features[1]
            self.coarser = _Scale(width, features[1:], skips[1:], kernel, upsampling, mixing)
        self.joined = nn.BatchNorm2d(skip + coarser)
        self.up = nn.Sequential(
            *_layer(skip + coarser, width, 3), *(_layer(width, width, 1) if mixing else ())
        )

    def forward(self, state: Tensor) -> Tensor:
        coarser = self.coarser(self.down(state))
        larger = F.interpolate(coarser, scale_factor=2, mode=self.upsampling)
        if self.skip is not None:
            larger = torch.cat((self.skip(state), larger), dim=1)
        restored: Tensor = self.up(self.joined(larger))
        return restored


def _layer(entering: int, leaving: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """Return a convolution that mirrors at the border, normalization, and a leaky rectifier."""
    return nn.Sequential(
        nn.Conv2d(entering, leaving, kernel, stride, padding=kernel // 2, padding_mode="reflect"),
        nn.BatchNorm2d(leaving),
        nn.LeakyReLU(_SLOPE, inplace=True),
    )
