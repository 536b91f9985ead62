"""Separable CNN: each channel is filtered by itself, then the channels are mixed pixel by pixel.

Chollet: "Xception: Deep Learning with Depthwise Separable Convolutions", CVPR 2017, arXiv
1610.02357. Separable convolutions without a rectifier inside: sections 3 and 4.7; blocks of three
with a rectifier before each and a shortcut around them, eight of them in a row: the middle flow of
figure 5. What it saves is counted by Howard et al. ("MobileNets", 2017, arXiv 1704.04861), section
3.1: for n channels, 9 + n multiply-adds per pixel and channel where a 3x3 convolution takes 9 n.

**Departure from the paper:** the middle flow alone, at full resolution, with 64 channels instead of
728, between two plain convolutions. A bias takes the place of batch normalization. The network adds
a residual to the picture, and that starts at zero.
"""

from typing import Any, ClassVar

from torch import Tensor, nn

from nitido.networks._blocks import whole


class SeparableCNN(nn.Module):
    """Predict a residual by blocks of separable convolutions.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    features : int
        Width of every layer.
    blocks : int
        Blocks with a shortcut.
    depth : int
        Separable convolutions per block; each widens the view by one pixel on every side.

    Raises
    ------
    SettingError
        If a number is too small.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": 8, "blocks": 2, "depth": 2}
    scale = 1
    multiple_of = 1
    radius: int
    channels: int

    def __init__(
        self, channels: int = 3, features: int = 64, blocks: int = 8, depth: int = 3
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        whole("features", features)
        self.radius = whole("blocks", blocks) * whole("depth", depth) + 2
        self.head = nn.Conv2d(channels, features, 3, padding=1)
        self.blocks = nn.Sequential(*(_Block(features, depth) for _ in range(blocks)))
        self.tail = nn.Conv2d(features, channels, 3, padding=1)
        self.apply(_initialize)
        nn.init.zeros_(self.tail.weight)

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1."""
        residual: Tensor = self.tail(self.blocks(self.head(lq)))
        return lq + residual


class _Block(nn.Module):
    """A shortcut around separable convolutions, each after a rectifier."""

    def __init__(self, features: int, depth: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for _ in range(depth):
            layers += [
                nn.ReLU(),
                nn.Conv2d(features, features, 3, padding=1, groups=features, bias=False),
                nn.Conv2d(features, features, 1),
            ]
        self.layers = nn.Sequential(*layers)

    def forward(self, state: Tensor) -> Tensor:
        change: Tensor = self.layers(state)
        return state + change


def _initialize(layer: nn.Module) -> None:
    """Keep or lower the variance, so that sums over all blocks stay of one order."""
    if isinstance(layer, nn.Conv2d):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="linear")
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


PUBLIC = SeparableCNN
