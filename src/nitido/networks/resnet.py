"""ResNet: residual blocks at full resolution, the backbone of most later restoration networks.

He, Zhang, Ren, Sun: "Deep Residual Learning for Image Recognition", CVPR 2016, arXiv 1512.03385.
The block with its shortcut: section 3.2. For pictures as output the form of Lim, Son, Kim, Nah, Lee
("Enhanced Deep Residual Networks for Single Image Super-Resolution", CVPR Workshops 2017, arXiv
1707.02921) is used, which has proved itself: their baseline has 16 blocks of 64 features, blocks
without normalization and without a rectifier after the sum (section 3.1), and a shortcut around all
blocks (section 3.2). Initial weights are PyTorch's own, as in their published code.

**Departure from the paper:** no pooling, no normalization and no classifier; the picture itself is
added to the output in place of an enlargement, so what is learned is the residual.
"""

from typing import Any, ClassVar

from torch import Tensor, nn
from torch.nn import functional as F

from nitido.networks._blocks import whole


class ResNet(nn.Module):
    """Predict a residual by a chain of residual blocks.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    features : int
        Width of every layer.
    blocks : int
        Residual blocks of two convolutions; each widens the view by two pixels on every side.

    Raises
    ------
    SettingError
        If a number is too small.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": 8, "blocks": 2}
    scale = 1
    multiple_of = 1
    radius: int
    channels: int

    def __init__(self, channels: int = 3, features: int = 64, blocks: int = 16) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        whole("features", features)
        self.radius = 2 * whole("blocks", blocks) + 3
        self.head = nn.Conv2d(channels, features, 3, padding=1)
        self.blocks = nn.Sequential(*(_Block(features) for _ in range(blocks)))
        self.fusion = nn.Conv2d(features, features, 3, padding=1)
        self.tail = nn.Conv2d(features, channels, 3, padding=1)

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1."""
        shallow = self.head(lq)
        residual: Tensor = self.tail(shallow + self.fusion(self.blocks(shallow)))
        return lq + residual


class _Block(nn.Module):
    """A shortcut around convolution, rectifier, convolution."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(features, features, 3, padding=1)
        self.second = nn.Conv2d(features, features, 3, padding=1)

    def forward(self, state: Tensor) -> Tensor:
        change: Tensor = self.second(F.relu(self.first(state)))
        return state + change


PUBLIC = ResNet
