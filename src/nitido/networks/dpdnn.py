"""DPDNN: an iterative denoising algorithm unrolled, its prior a U-Net that all stages share.

Dong, Wang, Yin, Shi, Wu, Lu: "Denoising Prior Driven Deep Neural Network for Image Restoration",
IEEE Transactions on Pattern Analysis and Machine Intelligence 41(10), 2019, arXiv 1801.06756.
Algorithm: section 3; network and the U-Net of its denoising module: section 4. What the text leaves
open follows the authors' published denoising code: numbers per stage that weigh the U-Net's
prediction, the estimate so far and the input; transposed convolutions without bias; and a border
of zeros that lies on the far sides only where the size is halved.

**Departure from the paper:** only denoising, where the degradation of the algorithm is the
identity; for others the network would have to be told the degradation.
"""

from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nitido.networks._blocks import whole


class DPDNN(nn.Module):
    """Restore by repeated denoising, each time drawn back to the estimate so far and to the input.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    features : int
        Width of every level of the U-Net.
    levels : int
        How often the U-Net halves the size.
    stages : int
        Iterations of the algorithm.

    Raises
    ------
    SettingError
        If a number is too small.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": 4, "levels": 2, "stages": 1}
    scale = 1
    multiple_of: int
    radius: int
    channels: int

    def __init__(
        self, channels: int = 1, features: int = 64, levels: int = 4, stages: int = 6
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        self.features = whole("features", features)
        self.levels = whole("levels", levels)
        self.stages = whole("stages", stages)
        self.multiple_of = 2**levels
        self.radius = _radius(levels, stages)
        self.prior = _UNet(channels, features, levels)
        # As in the authors' code. The prediction starts with weight 0, so the network with the
        # identity; it joins in as soon as training has moved these.
        self.delta = nn.Parameter(torch.full((stages,), 0.1))
        self.eta = nn.Parameter(torch.full((stages,), 0.9))

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1."""
        restored = lq
        for delta, eta in zip(self.delta.unbind(), self.eta.unbind(), strict=True):
            denoised = restored + self.prior(restored)
            restored = (1 - delta - eta) * denoised + eta * restored + delta * lq
        return restored


class _UNet(nn.Module):
    """The denoising module: what to add to an estimate."""

    def __init__(self, channels: int, features: int, levels: int) -> None:
        super().__init__()
        self.encoder = nn.ModuleList(
            _chain(features if level else channels, features, 3) for level in range(levels)
        )
        self.down = nn.ModuleList(nn.Conv2d(features, features, 3, 2) for _ in range(levels))
        self.middle = _chain(features, features, 1)
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(features, features, 3, 2, bias=False) for _ in range(levels)
        )
        self.merge = nn.ModuleList(nn.Conv2d(2 * features, features, 1) for _ in range(levels))
        self.decoder = nn.ModuleList(_chain(features, features, 4) for _ in range(levels))
        self.tail = nn.Conv2d(features, channels, 3, padding=1)
        self.apply(_initialize)

    def forward(self, estimate: Tensor) -> Tensor:
        state = estimate
        skips = []
        for convolutions, down in zip(self.encoder, self.down, strict=True):
            skips.append(convolutions(state))
            state = F.relu(down(F.pad(skips[-1], (0, 1, 0, 1))))
        state = self.middle(state)
        for up, merge, convolutions in zip(self.up, self.merge, self.decoder, strict=True):
            enlarged = up(state)[..., :-1, :-1]
            state = convolutions(F.relu(merge(torch.cat([enlarged, skips.pop()], dim=1))))
        change: Tensor = self.tail(state)
        return change


def _chain(entering: int, features: int, count: int) -> nn.Sequential:
    """Return rectified convolutions."""
    layers: list[nn.Module] = []
    for i in range(count):
        layers += [nn.Conv2d(features if i else entering, features, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*layers)


def _radius(levels: int, stages: int) -> int:
    """Return how far the pixels of one cell of the coarsest level see."""
    reach = 0
    for pixel in range(2**levels):
        near = far = pixel
        for _ in range(stages):
            near, far = near - 1, far + 1  # last convolution
            for _ in range(levels):  # four convolutions, then what an enlarged pixel is made of
                near, far = (near - 4 - 1) // 2, (far + 4) // 2
            near, far = near - 1, far + 1  # convolution of the coarsest level
            for _ in range(levels):  # what a coarse pixel is made of, then three convolutions
                near, far = 2 * near - 3, 2 * far + 2 + 3
        reach = max(reach, pixel - near, far - pixel)
    return reach


def _initialize(layer: nn.Module) -> None:
    """Draw as the authors' framework does, and for transposed convolutions as they told it to."""
    if isinstance(layer, nn.Conv2d):
        nn.init.xavier_uniform_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
    elif isinstance(layer, nn.ConvTranspose2d):
        nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")


PUBLIC = DPDNN
