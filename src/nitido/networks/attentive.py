"""Attentive CNN: separable convolutions that are told which channels and which places matter.

Woo, Park, Lee, Kweon: "CBAM: Convolutional Block Attention Module", ECCV 2018, arXiv 1807.06521.
Channel attention from the mean and the maximum of every channel, spatial attention from those of
every place, one after the other: section 3; the module sits at the end of a residual block, before
the sum: figure 3. The rest is a composition of known parts: input normalized by the statistics of a
data set, separable convolutions (Chollet, CVPR 2017, arXiv 1610.02357) and a perceptron per pixel
as head. Every part can be left out, to measure what it is worth.

Input is never normalized by its own statistics: they would take the picture's brightness and color
away, which are what is to be restored.

**Departure from the paper:** no batch normalization. The network adds a residual to the picture,
and that starts at zero.
"""

from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nitido.errors import SettingError
from nitido.networks._blocks import whole

_SPATIAL = 7  # kernel of the spatial attention


class AttentiveCNN(nn.Module):
    """Predict a residual by separable blocks with attention.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    features : int
        Width of every layer.
    blocks : int
        Residual blocks of two convolutions.
    reduction : int
        How many times narrower the hidden layer of the channel attention is.
    mean, std : (float, ...)
        Statistics of a data set, 0..1: one number for all channels or one for each. The default is
        ImageNet's, averaged over its channels.
    normalize : bool
        Whether to subtract `mean` and divide by `std`.
    separable : bool
        Whether convolutions are separable; plain 3x3 ones otherwise.
    channel_attention, spatial_attention : bool
        Whether blocks end in either.
    mlp_head : bool
        Whether the head has a hidden layer; it is linear otherwise.

    Raises
    ------
    SettingError
        If a number is too small, or the statistics fit neither one channel nor all.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": 8, "blocks": 2, "reduction": 2}
    scale = 1
    multiple_of = 1
    radius: int | None
    channels: int
    shift: Tensor
    spread: Tensor

    def __init__(
        self,
        channels: int = 3,
        features: int = 64,
        blocks: int = 8,
        reduction: int = 16,
        mean: tuple[float, ...] = (0.449,),
        std: tuple[float, ...] = (0.226,),
        normalize: bool = True,
        separable: bool = True,
        channel_attention: bool = True,
        spatial_attention: bool = True,
        mlp_head: bool = True,
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        whole("features", features)
        whole("blocks", blocks)
        whole("reduction", reduction)
        for name, values in (("mean", mean), ("std", std)):
            if len(values) not in (1, channels) or (name == "std" and min(values) <= 0):
                raise SettingError(
                    f"{name}: {values!r} found; give one number or {channels}, and no std of 0."
                )
        step = 2 + _SPATIAL // 2 * spatial_attention
        # Channel attention weighs channels by their statistics over the whole picture.
        self.radius = None if channel_attention else 1 + blocks * step
        shift, spread = (mean, std) if normalize else ((0.0,), (1.0,))
        self.register_buffer("shift", torch.tensor(shift).view(-1, 1, 1), persistent=False)
        self.register_buffer("spread", torch.tensor(spread).view(-1, 1, 1), persistent=False)
        narrow = max(features // reduction, 1) if channel_attention else 0
        self.stem = nn.Conv2d(channels, features, 3, padding=1)
        self.blocks = nn.Sequential(
            *(_Block(features, separable, narrow, spatial_attention) for _ in range(blocks))
        )
        head: list[nn.Module] = [nn.Conv2d(features, channels, 1)]
        if mlp_head:
            head = [nn.Conv2d(features, 2 * features, 1), nn.GELU()]
            head.append(nn.Conv2d(2 * features, channels, 1))
        self.head = nn.Sequential(*head)
        self.apply(_initialize)
        nn.init.zeros_(head[-1].weight)  # type: ignore[arg-type]

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1."""
        residual: Tensor = self.head(self.blocks(self.stem((lq - self.shift) / self.spread)))
        return lq + residual * self.spread


class _Block(nn.Module):
    """A shortcut around two convolutions and what attention lets through of them."""

    def __init__(self, features: int, separable: bool, narrow: int, spatial: bool) -> None:
        super().__init__()
        self.first = _convolution(features, separable)
        self.second = _convolution(features, separable)
        self.channel = _ChannelAttention(features, narrow) if narrow else nn.Identity()
        self.spatial = _SpatialAttention() if spatial else nn.Identity()

    def forward(self, state: Tensor) -> Tensor:
        change = self.second(F.relu(self.first(state)))
        attended: Tensor = self.spatial(self.channel(change))
        return state + attended


class _ChannelAttention(nn.Module):
    """Weigh channels by what one perceptron makes of their means and of their maxima."""

    def __init__(self, features: int, narrow: int) -> None:
        super().__init__()
        self.perceptron = nn.Sequential(
            nn.Conv2d(features, narrow, 1), nn.ReLU(), nn.Conv2d(narrow, features, 1)
        )

    def forward(self, state: Tensor) -> Tensor:
        mean = state.mean((2, 3), keepdim=True)
        most = state.amax((2, 3), keepdim=True)
        return state * torch.sigmoid(self.perceptron(mean) + self.perceptron(most))


class _SpatialAttention(nn.Module):
    """Weigh places by a convolution of the mean and the maximum of their channels."""

    def __init__(self) -> None:
        super().__init__()
        self.score = nn.Conv2d(2, 1, _SPATIAL, padding=_SPATIAL // 2)

    def forward(self, state: Tensor) -> Tensor:
        maps = torch.cat([state.mean(1, keepdim=True), state.amax(1, keepdim=True)], dim=1)
        return state * torch.sigmoid(self.score(maps))


def _convolution(features: int, separable: bool) -> nn.Module:
    if not separable:
        return nn.Conv2d(features, features, 3, padding=1)
    return nn.Sequential(
        nn.Conv2d(features, features, 3, padding=1, groups=features, bias=False),
        nn.Conv2d(features, features, 1),
    )


def _initialize(layer: nn.Module) -> None:
    """Keep or lower the variance, so that sums over all blocks stay of one order."""
    if isinstance(layer, nn.Conv2d):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="linear")
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


PUBLIC = AttentiveCNN
