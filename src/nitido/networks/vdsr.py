"""VDSR: twenty convolutions that predict what an enlarged picture lacks, whatever the scale.

Kim, Lee, Lee: "Accurate Image Super-Resolution Using Very Deep Convolutional Networks", CVPR 2016,
arXiv 1511.04587. Network: section 3.1; residual learning, and one network for all scales: section
3.2. The network takes a picture that is bicubically enlarged already: its scale is 1, and the
enlargement is part of the degradation.

**Departure from the paper:** no biases by default, as in widespread published weights.
"""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, ClassVar, Self

from torch import Tensor, nn

from nitido.errors import WeightsError
from nitido.networks._blocks import agreed, chain, load, own_names, whole

_OWN = {name: name for name in ("channels", "features", "depth", "bias")}


class VDSR(nn.Module):
    """Sharpen by adding a predicted residual.

    Parameters
    ----------
    channels : int
        Bands of the picture; 1 (luma) in the paper.
    features : int
        Width of the hidden layers.
    depth : int
        Number of convolutions, at least 2; each widens the view by one pixel on every side.
    bias : bool
        Whether convolutions have one.

    Raises
    ------
    SettingError
        If a number is too small.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": 8, "depth": 4}
    scale = 1
    multiple_of = 1
    radius: int
    channels: int

    def __init__(
        self, channels: int = 1, features: int = 64, depth: int = 20, bias: bool = False
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        self.features = whole("features", features)
        self.depth = self.radius = whole("depth", depth, least=2)
        self.bias = bias
        widths = [channels, *[features] * (depth - 1), channels]
        layers: list[nn.Module] = []
        for entering, leaving in pairwise(widths):
            layers += [nn.Conv2d(entering, leaving, 3, padding=1, bias=bias), nn.ReLU()]
        self.layers = nn.Sequential(*layers[:-1])
        self.apply(_initialize)

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1."""
        residual: Tensor = self.layers(lq)
        return lq + residual

    @classmethod
    def from_authors(cls, state: Mapping[str, Tensor], **settings: Any) -> Self:  # noqa: ANN401
        """Build from a published state dict.

        Parameters
        ----------
        state : mapping of str to Tensor
            Tensors named ``input.weight``, ``residual_layer.N.conv.weight`` and
            ``output.weight``; or ours.
        **settings
            Our names. What is left out is read off the tensors.

        Raises
        ------
        SettingError
            If a setting is unknown.
        WeightsError
            If the tensors contradict a setting, or are not those of a VDSR.
        """
        asked = own_names(settings, _OWN)
        kernels = sum(tensor.ndim == 4 for tensor in state.values())
        own, first, depth = chain({_own_key(key, kernels): t for key, t in state.items()})
        if first is None or depth < 2:
            raise WeightsError(
                f"No VDSR in the {len(own)} tensors found: there is no chain of convolutions "
                "that starts with input.weight; check the network's name."
            )
        found = {
            "channels": first.shape[1],
            "features": first.shape[0],
            "depth": depth,
            "bias": "layers.0.bias" in own,
        }
        return load(cls(**agreed(found, asked)), own)


def _own_key(key: str, depth: int) -> str:
    """Translate the published name of a tensor; every other layer of ours is a rectifier."""
    key = re.sub(r"^input\.", "layers.0.", key)
    key = re.sub(r"^output\.", f"layers.{2 * depth - 2}.", key)
    return re.sub(
        r"^residual_layer\.(\d+)\.conv\.", lambda match: f"layers.{2 * int(match[1]) + 2}.", key
    )


def _initialize(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


PUBLIC = VDSR
