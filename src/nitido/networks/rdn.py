"""RDN: every convolution sees the results of all those before it in its block.

Zhang, Tian, Kong, Zhong, Fu: "Residual Dense Network for Image Super-Resolution", CVPR 2018, arXiv
1802.08797, and "Residual Dense Network for Image Restoration", IEEE Transactions on Pattern
Analysis and Machine Intelligence 43(7), 2021, arXiv 1812.10477. Shallow features, up-sampling and
output: section 3.1 of the first; residual dense block with local feature fusion: section 3.2;
global feature fusion: section 3.3. The second removes the up-sampling for noise and compression and
adds the input to the result. Initial weights are PyTorch's own.

**Departure from the paper:** none.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nitido.errors import SettingError, WeightsError
from nitido.networks._blocks import agreed, count, load, own_names, renamed, whole

_OWN = {
    **{name: name for name in ("channels", "features", "growth", "blocks", "layers", "scale")},
    "G0": "features",
    "G": "growth",
    "D": "blocks",
    "C": "layers",
    "num_channels": "channels",
    "num_features": "features",
    "growth_rate": "growth",
    "num_blocks": "blocks",
    "num_layers": "layers",
    "scale_factor": "scale",
}
_STEPS = {1: (), 2: (2,), 3: (3,), 4: (2, 2)}


class RDN(nn.Module):
    """Restore through dense blocks, whose results are all kept and fused at the end.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    features : int
        Width between the blocks, G0 in the paper.
    growth : int
        Features that each layer of a block adds, G in the paper.
    blocks : int
        Residual dense blocks, D in the paper.
    layers : int
        Convolutions per block, C in the paper.
    scale : int
        How many times larger than LQ the result is: 2, 3 or 4, or 1 for noise and compression,
        where the network predicts what to add to its input.

    Raises
    ------
    SettingError
        If a number is too small, or there is no such scale.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": 8, "growth": 6, "blocks": 2, "layers": 3}
    VARIANTS: ClassVar[dict[str, dict[str, Any]]] = {
        "rdn_x2": {"scale": 2},
        "rdn_x3": {"scale": 3},
        "rdn_x4": {"scale": 4},
        "rdn_gray": {"scale": 1, "channels": 1},
        "rdn_color": {"scale": 1, "channels": 3},
    }
    scale: int
    multiple_of = 1
    radius: int
    channels: int

    def __init__(
        self,
        channels: int = 3,
        features: int = 64,
        growth: int = 64,
        blocks: int = 16,
        layers: int = 8,
        scale: int = 2,
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        self.features = whole("features", features)
        self.growth = whole("growth", growth)
        self.blocks = whole("blocks", blocks)
        self.layers = whole("layers", layers)
        if scale not in _STEPS:
            raise SettingError(f"scale: {scale!r} found; give 1, 2, 3 or 4.")
        self.scale = scale
        # Two convolutions before the blocks, two after them, one more to enlarge. The second one of
        # four times works at twice the size: with the last, it gets no further than that alone.
        self.radius = blocks * layers + 4 + (scale > 1)
        self.shallow = _conv(channels, features)
        self.entry = _conv(features, features)
        self.trunk = nn.ModuleList(_DenseBlock(features, growth, layers) for _ in range(blocks))
        self.fuse = _conv(blocks * features, features, 1)
        self.smooth = _conv(features, features)
        enlarge: list[nn.Module] = []
        for step in _STEPS[scale]:
            enlarge += [_conv(features, features * step**2), nn.PixelShuffle(step)]
        self.enlarge = nn.Sequential(*enlarge)
        self.tail = _conv(features, channels)

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H * scale, W * scale); it may leave 0..1."""
        shallow = self.shallow(lq)
        state = self.entry(shallow)
        states = []
        for block in self.trunk:
            state = block(state)
            states.append(state)
        state = shallow + self.smooth(self.fuse(torch.cat(states, dim=1)))
        predicted: Tensor = self.tail(self.enlarge(state))
        return lq + predicted if self.scale == 1 else predicted

    @classmethod
    def from_authors(cls, state: Mapping[str, Tensor], **settings: Any) -> Self:  # noqa: ANN401
        """Build from the state dict of the PyTorch version that is in common use.

        Parameters
        ----------
        state : mapping of str to Tensor
            Tensors named ``sfe1.weight``, ``rdbs.0.layers.0.conv.weight`` and so on, or ours.
        **settings
            Our names, `G0`, `G`, `D`, `C`, or `num_channels`, `num_features`, `growth_rate`,
            `num_blocks`, `num_layers`, `scale_factor`. What is left out is read off the tensors.

        Raises
        ------
        SettingError
            If a setting is unknown.
        WeightsError
            If the tensors contradict a setting, or are not those of an RDN.
        """
        asked = own_names(settings, _OWN)
        own = renamed(state, _RENAMED)
        shallow, layer = own.get("shallow.weight"), own.get("trunk.0.layers.0.weight")
        if shallow is None or layer is None or shallow.ndim != 4:
            raise WeightsError(
                f"No RDN in the {len(state)} tensors found: sfe1.weight or the first layer of "
                "rdbs.0 is missing; check the network's name."
            )
        found = {
            "channels": shallow.shape[1],
            "features": shallow.shape[0],
            "growth": layer.shape[0],
            "blocks": count(own, r"trunk\.(\d+)\."),
            "layers": count(own, r"trunk\.0\.layers\.(\d+)\."),
            "scale": _scale(own, shallow.shape[0]),
        }
        return load(cls(**agreed(found, asked)), own)


class _DenseBlock(nn.Module):
    """Residual dense block: each layer adds features to all it was given, and a sum of all."""

    def __init__(self, features: int, growth: int, layers: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_conv(features + i * growth, growth) for i in range(layers))
        self.fuse = _conv(features + layers * growth, features, 1)

    def forward(self, entry: Tensor) -> Tensor:
        dense = entry
        for layer in self.layers:
            dense = torch.cat([dense, F.relu(layer(dense))], dim=1)
        change: Tensor = self.fuse(dense)
        return entry + change


def _conv(entering: int, leaving: int, size: int = 3) -> nn.Conv2d:
    return nn.Conv2d(entering, leaving, size, padding=size // 2)


def _scale(own: Mapping[str, Tensor], features: int) -> int:
    """Return the scale that the convolutions before the pixel shuffles lead to."""
    found = 1
    for i in range(count(own, r"enlarge\.(\d+)\.")):
        wide = own.get(f"enlarge.{2 * i}.weight")
        found *= 0 if wide is None else round((wide.shape[0] / features) ** 0.5)
    if found not in _STEPS:
        raise WeightsError(
            "The tensors called upscale enlarge neither 2, 3 nor 4 times; check the file."
        )
    return found


_RENAMED = [
    (r"^sfe1\.", "shallow."),
    (r"^sfe2\.", "entry."),
    (r"^rdbs\.(\d+)\.lff\.", r"trunk.\1.fuse."),
    (r"^rdbs\.(\d+)\.layers\.(\d+)\.conv\.", r"trunk.\1.layers.\2."),
    (r"^gff\.0\.", "fuse."),
    (r"^gff\.1\.", "smooth."),
    (r"^upscale\.", "enlarge."),
    (r"^output\.", "tail."),
]


PUBLIC = RDN
