"""FFDNet: denoising at half the resolution, by a network that is told the noise level.

Zhang, Zuo, Zhang: "FFDNet: Toward a Fast and Flexible Solution for CNN based Image Denoising", IEEE
Transactions on Image Processing 27(9), 2018, arXiv 1710.04026. Down-sampling into channels, noise
level map and layers: section III-B; 15 layers of 64 features for gray and 12 of 96 for color;
orthogonal initial weights. The result is the picture itself, not a residual.

**Departure from the paper:** no batch normalization, as in the authors' released weights, where it
is merged. The level is one number for the whole picture, not a map.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nitido.errors import WeightsError
from nitido.networks._blocks import agreed, chain, load, own_names, whole
from nitido.networks._inputs import SIGMA

_OWN = {
    **{name: name for name in ("channels", "features", "depth")},
    "in_nc": "channels",
    "out_nc": "channels",
    "nc": "features",
    "nb": "depth",
}
_GAIN = 2**0.5  # of ReLU, for orthogonal weights


class FFDNet(nn.Module):
    """Predict the clean picture from its four sub-pictures and the noise level.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    features : int
        Width of the hidden layers.
    depth : int
        Number of convolutions, at least 2; each widens the view by two pixels on every side.

    Raises
    ------
    SettingError
        If a number is too small.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": 8, "depth": 4}
    scale = 1
    multiple_of = 2
    inputs = (SIGMA,)
    radius: int
    channels: int

    def __init__(self, channels: int = 1, features: int = 64, depth: int = 15) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        self.features = whole("features", features)
        self.depth = whole("depth", depth, least=2)
        self.radius = 2 * depth + 1
        folded = 4 * channels
        layers: list[nn.Module] = [nn.Conv2d(folded + 1, features, 3, padding=1), nn.ReLU()]
        for _ in range(depth - 2):
            layers += [nn.Conv2d(features, features, 3, padding=1), nn.ReLU()]
        layers.append(nn.Conv2d(features, folded, 3, padding=1))
        self.layers = nn.Sequential(*layers)
        self.apply(_initialize)

    def forward(self, lq: Tensor, sigma: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1.

        Parameters
        ----------
        lq : Tensor
            (N, C, H, W); an odd side is made even by repeating its last row or column.
        sigma : Tensor
            Noise level in units of the picture, (N, 1, 1, 1).
        """
        height, width = lq.shape[2:]
        if height % 2 or width % 2:
            lq = F.pad(lq, (0, width % 2, 0, height % 2), mode="replicate")
        folded = F.pixel_unshuffle(lq, 2)
        level = sigma.to(lq.dtype).expand(folded.shape[0], 1, *folded.shape[2:])
        restored = F.pixel_shuffle(self.layers(torch.cat([folded, level], dim=1)), 2)
        return restored[..., :height, :width]

    @classmethod
    def from_authors(cls, state: Mapping[str, Tensor], **settings: Any) -> Self:  # noqa: ANN401
        """Build from a published state dict without batch normalization.

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
            If the tensors contradict a setting, or are not those of an FFDNet.
        """
        asked = own_names(settings, _OWN)
        own, first, depth = chain(state)
        folded = 0 if first is None else first.shape[1]
        if first is None or depth < 2 or folded < 5 or folded % 4 != 1:
            raise WeightsError(
                f"No FFDNet in the {len(own)} tensors found: there is no chain of convolutions "
                "that starts with model.0.weight and takes four sub-pictures and a level; check "
                "the network's name."
            )
        found = {
            "channels": folded // 4,
            "features": first.shape[0],
            "depth": depth,
        }
        return load(cls(**agreed(found, asked)), own)


def _initialize(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d):
        nn.init.orthogonal_(layer.weight, gain=_GAIN)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


PUBLIC = FFDNet
