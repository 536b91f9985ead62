"""DnCNN: a plain chain of convolutions that predicts the noise, not the picture.

Zhang, Zuo, Chen, Meng, Zhang: "Beyond a Gaussian Denoiser: Residual Learning of Deep CNN for Image
Denoising", IEEE Transactions on Image Processing 26(7), 2017, arXiv 1608.03981. Depth and
layers: sections III-A and III-B; residual learning with batch normalization: section III-C. DnCNN-S
has 17 layers for one noise level, DnCNN-B and DnCNN-3 have 20, CDnCNN-B 20 and three channels.
Initial weights follow the authors' published training code, and so does the 1e-4 that batch
normalization adds to variances.

**Departure from the paper:** none.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from nitido.errors import WeightsError
from nitido.networks._blocks import agreed, chain, load, own_names, whole

_EPS = 1e-4
_OWN = {
    **{name: name for name in ("channels", "features", "depth", "batch_norm")},
    "in_nc": "channels",
    "out_nc": "channels",
    "nc": "features",
    "nb": "depth",
}


class DnCNN(nn.Module):
    """Denoise by subtracting a predicted residual.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    features : int
        Width of the hidden layers.
    depth : int
        Number of convolutions, at least 2; each widens the view by one pixel on every side.
    batch_norm : bool
        Whether the middle layers normalize; released weights often have it merged away.

    Raises
    ------
    SettingError
        If a number is too small.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": 8, "depth": 4}
    VARIANTS: ClassVar[dict[str, dict[str, Any]]] = {
        "dncnn_s": {},
        "dncnn_b": {"depth": 20},
        "dncnn_b_color": {"depth": 20, "channels": 3},
        "dncnn_3": {"depth": 20},
    }
    scale = 1
    multiple_of = 1
    radius: int
    channels: int

    def __init__(
        self, channels: int = 1, features: int = 64, depth: int = 17, batch_norm: bool = True
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        self.features = whole("features", features)
        self.depth = self.radius = whole("depth", depth, least=2)
        self.batch_norm = batch_norm
        layers: list[nn.Module] = [nn.Conv2d(channels, features, 3, padding=1), nn.ReLU()]
        for _ in range(depth - 2):
            # Normalization subtracts the mean, so a bias before it would do nothing.
            layers.append(nn.Conv2d(features, features, 3, padding=1, bias=not batch_norm))
            if batch_norm:
                layers.append(nn.BatchNorm2d(features, eps=_EPS))
            layers.append(nn.ReLU())
        layers.append(nn.Conv2d(features, channels, 3, padding=1))
        self.layers = nn.Sequential(*layers)
        self.apply(self._initialize)

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1."""
        residual: Tensor = self.layers(lq)
        return lq - residual

    def merged(self) -> "DnCNN":
        """Return the same function without batch normalization, in eval mode.

        Each normalization becomes part of the convolution before it.
        """
        layers: list[nn.Module] = []
        for layer in deepcopy(self).eval().layers:
            if isinstance(layer, nn.BatchNorm2d) and isinstance(layers[-1], nn.Conv2d):
                layers[-1] = fuse_conv_bn_eval(layers[-1], layer)
            else:
                layers.append(layer)
        merged = DnCNN(self.channels, self.features, self.depth, batch_norm=False)
        merged.layers = nn.Sequential(*layers)
        return merged.eval()

    @classmethod
    def from_authors(cls, state: Mapping[str, Tensor], **settings: Any) -> Self:  # noqa: ANN401
        """Build from a published state dict, with or without batch normalization.

        Parameters
        ----------
        state : mapping of str to Tensor
            Tensors named ``model.N.weight`` and so on, N counting every layer of the chain.
        **settings
            Our names, or `in_nc`, `out_nc`, `nc`, `nb`. What is left out is read off the tensors.

        Raises
        ------
        SettingError
            If a setting is unknown.
        WeightsError
            If the tensors contradict a setting, or are not those of a DnCNN.
        """
        asked = own_names(settings, _OWN)
        own, first, depth = chain(state)
        if first is None or depth < 2:
            raise WeightsError(
                f"No DnCNN in the {len(own)} tensors found: there is no chain of convolutions "
                "that starts with model.0.weight; check the network's name."
            )
        found = {
            "channels": first.shape[1],
            "features": first.shape[0],
            "depth": depth,
            "batch_norm": any(key.endswith("running_mean") for key in own),
        }
        network = cls(**agreed(found, asked))
        for i, layer in enumerate(network.layers):
            mean, bias = f"layers.{i}.running_mean", f"layers.{i - 1}.bias"
            if isinstance(layer, nn.BatchNorm2d) and bias in own and mean in own:
                # norm(conv + bias) with mean m is norm(conv) with mean m - bias.
                own[mean] = own[mean] - own.pop(bias)
        return load(network, own)

    @staticmethod
    def _initialize(layer: nn.Module) -> None:
        """Draw as the authors did: one deviation for all, gains kept 0.025 away from zero."""
        if isinstance(layer, nn.Conv2d):
            nn.init.normal_(layer.weight, std=(2 / (9 * 64)) ** 0.5)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        elif isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, std=(2 / (9 * 64)) ** 0.5)
            with torch.no_grad():
                sign = torch.where(layer.weight < 0, -1.0, 1.0)
                layer.weight.copy_(sign * layer.weight.abs().clamp(min=0.025))


PUBLIC = DnCNN
