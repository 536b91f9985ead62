"""DRRN: residual units that share their weights and all start from the same state.

Tai, Yang, Liu: "Image Super-Resolution via Deep Recursive Residual Network", CVPR 2017 (no arXiv
version). Residual unit: section 3.1; recursive block: section 3.2; network: section 3.3. B1U25,
one block of 25 units, is 52 convolutions deep, B1U9 is 20. What the text leaves open (normalization
of its own in every unit, also of the picture itself, and biases) follows the authors' published
network definition. The network takes a picture that is bicubically enlarged already: its scale is
1, and the enlargement is part of the degradation.

**Departure from the paper:** none.
"""

from typing import Any, ClassVar

from torch import Tensor, nn
from torch.nn import functional as F

from nitido.networks._blocks import whole


class DRRN(nn.Module):
    """Sharpen by adding what a chain of recursive blocks predicts.

    Parameters
    ----------
    channels : int
        Bands of the picture; 1 (luma) in the paper.
    features : int
        Width of the hidden layers.
    blocks : int
        Recursive blocks, B in the paper.
    units : int
        Residual units in a block, U in the paper; they share two convolutions.

    Raises
    ------
    SettingError
        If a number is too small.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": 8, "blocks": 2, "units": 2}
    VARIANTS: ClassVar[dict[str, dict[str, Any]]] = {
        "drrn_b1u9": {"units": 9},
        "drrn_b1u25": {"units": 25},
    }
    scale = 1
    multiple_of = 1
    radius: int
    channels: int

    def __init__(
        self, channels: int = 1, features: int = 128, blocks: int = 1, units: int = 25
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        self.features = whole("features", features)
        self.blocks = whole("blocks", blocks)
        self.units = whole("units", units)
        self.radius = blocks * (2 * units + 1) + 1
        self.trunk = nn.Sequential(
            *(_RecursiveBlock(features if b else channels, features, units) for b in range(blocks))
        )
        self.output_norm = nn.BatchNorm2d(features)
        self.output = nn.Conv2d(features, channels, 3, padding=1)
        self.apply(_initialize)

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1."""
        state = self.trunk(lq)
        residual: Tensor = self.output(F.relu(self.output_norm(state)))
        return lq + residual


class _RecursiveBlock(nn.Module):
    """A convolution, then residual units, to each of which its result is added."""

    def __init__(self, entering: int, features: int, units: int) -> None:
        super().__init__()
        self.entry_norm = nn.BatchNorm2d(entering)
        self.entry = nn.Conv2d(entering, features, 3, padding=1)
        self.first_norms = nn.ModuleList(nn.BatchNorm2d(features) for _ in range(units))
        self.first = nn.Conv2d(features, features, 3, padding=1)
        self.second_norms = nn.ModuleList(nn.BatchNorm2d(features) for _ in range(units))
        self.second = nn.Conv2d(features, features, 3, padding=1)

    def forward(self, entering: Tensor) -> Tensor:
        start: Tensor = self.entry(F.relu(self.entry_norm(entering)))
        state = start
        for first_norm, second_norm in zip(self.first_norms, self.second_norms, strict=True):
            inner = self.first(F.relu(first_norm(state)))
            state = start + self.second(F.relu(second_norm(inner)))
        return state


def _initialize(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


PUBLIC = DRRN
