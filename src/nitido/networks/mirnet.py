"""MIRNet: streams at several resolutions that keep exchanging what they find.

Zamir, Arora, Khan, Hayat, Khan, Yang, Shao: "Learning Enriched Features for Real Image Restoration
and Enhancement", ECCV 2020, arXiv 2003.06792. Overall pipeline: section 3; multi-scale residual
block, with its selective kernel feature fusion, dual attention unit and residual resizing modules:
section 3.1. What the text leaves open follows the authors'
published code, the sharing of weights included: all columns of a block use the same dual attention
units and the same fusions, and all dual attention units of the network share one PReLU slope. That
sharing makes the 31,787,419 parameters. Parts can be left out, as in the paper's ablations (4.6).

**Departure from the paper:** none.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nitido.errors import WeightsError
from nitido.networks._blocks import agreed, choice, load, own_names, whole
from nitido.networks._mirnet_names import BLUR, check_blur, own_key

Attention = Literal["dual", "spatial", "channel", "none"]
Fusion = Literal["selective", "sum", "concat"]
_OWN = {
    **{name: name for name in ("channels", "features", "groups", "blocks", "streams", "columns")},
    **{name: name for name in ("attention", "fusion", "skips")},
    "in_channels": "channels",
    "out_channels": "channels",
    "n_feat": "features",
    "n_RRG": "groups",
    "n_MSRB": "blocks",
    "height": "streams",
    "width": "columns",
}


class MIRNet(nn.Module):
    """Restore in groups of multi-scale blocks, each level with a residual of its own.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    features : int
        Width at full resolution, at least 8; every coarser stream is twice as wide.
    groups : int
        Recursive residual groups.
    blocks : int
        Multi-scale residual blocks per group.
    streams : int
        Parallel resolutions: 1, 1/2, 1/4 and so on.
    columns : int
        Passes of dual attention over the streams; the streams exchange between them.
    attention : {"dual", "spatial", "channel", "none"}
        What a dual attention unit has of its two attentions.
    fusion : {"selective", "sum", "concat"}
        How streams are joined: weighed by channel, added, or by a 1 x 1 convolution.
    skips : bool
        Whether attention units, blocks and groups add what they were given.

    Raises
    ------
    SettingError
        If a number is too small, or a choice is unknown.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": 8, "groups": 1, "blocks": 1}
    scale = 1
    multiple_of: int
    radius = None  # attention weighs channels by their mean over the whole picture
    channels: int

    def __init__(
        self,
        channels: int = 3,
        features: int = 64,
        groups: int = 3,
        blocks: int = 2,
        streams: int = 3,
        columns: int = 2,
        attention: Attention = "dual",
        fusion: Fusion = "selective",
        skips: bool = True,
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        self.features = whole("features", features, least=8)
        self.blocks = whole("blocks", blocks)
        self.streams = whole("streams", streams)
        self.columns = whole("columns", columns)
        self.attention = choice("attention", attention, Attention)
        self.fusion = choice("fusion", fusion, Fusion)
        self.groups, self.skips = whole("groups", groups), skips
        self.multiple_of = 2 ** (streams - 1)
        self.head = _conv(channels, features, 3)
        self.trunk = nn.ModuleList(_Group(self) for _ in range(groups))
        self.tail = _conv(features, channels, 3)
        self.activation = nn.PReLU()

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1."""
        state = self.head(lq)
        for group in self.trunk:
            state = group(state, self.activation)
        residual: Tensor = self.tail(state)
        return lq + residual

    @classmethod
    def from_authors(cls, state: Mapping[str, Tensor], **settings: Any) -> Self:  # noqa: ANN401
        """Build from the authors' state dict.

        Parameters
        ----------
        state : mapping of str to Tensor
            The authors' tensors, or ours.
        **settings
            Our names, or `n_feat`, `n_RRG`, `n_MSRB`, `height`, `width`. What is left out is read
            off the authors' tensors; with ours it has its default.

        Raises
        ------
        SettingError
            If a setting is unknown.
        WeightsError
            If the tensors contradict a setting, if tensors differ that the network shares, or if
            they are not those of a MIRNet.
        """
        asked = own_names(settings, _OWN)
        if "activation.weight" in state:
            return load(cls(**asked), state)
        head = state.get("conv_in.weight")
        if head is None or head.ndim != 4:
            raise WeightsError(
                f"No MIRNet in the {len(state)} tensors found: conv_in.weight is missing; "
                "check the network's name."
            )

        def count(pattern: str) -> int:
            """Count the numbers that stand in the names of tensors where `pattern` has a group."""
            return len({match[1] for key in state if (match := re.match(pattern, key))})

        found = {
            "channels": head.shape[1],
            "features": head.shape[0],
            "groups": count(r"body\.(\d+)\.body\."),
            "blocks": count(r"body\.0\.body\.(\d+)\.blocks\."),
            "streams": count(r"body\.0\.body\.0\.blocks\.(\d+)\."),
            "columns": count(r"body\.0\.body\.0\.blocks\.0\.(\d+)\."),
        }
        if min(found.values()) == 0:
            raise WeightsError(
                f"No whole MIRNet in the {len(state)} tensors found: there are blocks missing; "
                "check the file."
            )
        parts = {"attention": "dual", "fusion": "selective", "skips": True}
        network = cls(**agreed({**found, **parts}, asked))
        own: dict[str, Tensor] = {}
        for key, tensor in state.items():
            if key.endswith(".filt"):
                check_blur(key, tensor)
                continue
            name = own_key(key, found["features"])
            if name in own and not torch.equal(own[name], tensor):
                raise WeightsError(
                    f"{key} differs from another copy of {name}, which MIRNet shares; "
                    "these weights are of a variant without sharing and cannot be used."
                )
            own[name] = tensor
        return load(network, own)


class _Group(nn.Module):
    """Recursive residual group: blocks, a convolution, and the input added."""

    def __init__(self, network: MIRNet) -> None:
        super().__init__()
        self.skips = network.skips
        features = network.features
        self.blocks = nn.ModuleList(_Block(network) for _ in range(network.blocks))
        self.tail = _conv(features, features, 3)

    def forward(self, entry: Tensor, activation: nn.PReLU) -> Tensor:
        state = entry
        for block in self.blocks:
            state = block(state, activation)
        change: Tensor = self.tail(state)
        return entry + change if self.skips else change


class _Block(nn.Module):
    """Multi-scale residual block (section 3.1): attend, exchange, attend again, fuse."""

    def __init__(self, network: MIRNet) -> None:
        super().__init__()
        self.columns, self.skips = network.columns, network.skips
        features, streams = network.features, network.streams
        widths = [features * 2**j for j in range(streams)]
        self.attend = nn.ModuleList(
            _DualAttention(width, network.attention, self.skips) for width in widths
        )
        # Without an exchange streams go down step by step, and up at the end.
        exchange = self.columns > 1
        self.resize = nn.ModuleDict(
            {
                f"{source}_{target}": _resize(widths[source], target - source)
                for source in range(streams)
                for target in range(streams)
                if source != target and (exchange or target == source + 1)
            }
        )
        self.fuse = nn.ModuleList(
            _fusion(network.fusion, width, streams)
            for width in (widths if exchange else widths[:1])
        )
        self.restore = nn.ModuleList(_resize(widths[j], -j) for j in range(1, streams))
        self.tail = _conv(features, features, 3)

    def forward(self, entry: Tensor, activation: nn.PReLU) -> Tensor:
        # The first column is sequential: each stream starts from the attended one above it.
        streams = [self.attend[0](entry, activation)]
        for j in range(1, len(self.attend)):
            lower = self.resize[f"{j - 1}_{j}"](streams[-1])
            streams.append(self.attend[j](lower, activation))
        for _ in range(self.columns - 1):
            fused = [self._exchange(streams, j) for j in range(len(streams))]
            streams = [
                attend(state, activation) for attend, state in zip(self.attend, fused, strict=True)
            ]
        full = [restore(s) for restore, s in zip(self.restore, streams[1:], strict=True)]
        change: Tensor = self.tail(self.fuse[0]([streams[0], *full]))
        return entry + change if self.skips else change

    def _exchange(self, streams: list[Tensor], target: int) -> Tensor:
        """Fuse all streams at the resolution of one of them."""
        resized = [
            state if source == target else self.resize[f"{source}_{target}"](state)
            for source, state in enumerate(streams)
        ]
        fused: Tensor = self.fuse[target](resized)
        return fused


class _DualAttention(nn.Module):
    """Dual attention unit: where to look, and at which features."""

    def __init__(self, width: int, attention: Attention, skips: bool) -> None:
        super().__init__()
        self.attention, self.skips = attention, skips
        self.first = _conv(width, width, 3)
        self.second = _conv(width, width, 3)
        if attention in ("dual", "spatial"):
            self.where = _conv(2, 1, 5)
        if attention in ("dual", "channel"):
            self.which = nn.Sequential(
                _conv(width, width // 8, 1), nn.ReLU(), _conv(width // 8, width)
            )
        if attention == "dual":
            self.merge = _conv(2 * width, width)

    def forward(self, entry: Tensor, activation: nn.PReLU) -> Tensor:
        state = self.second(activation(self.first(entry)))
        change: Tensor
        if self.attention == "dual":
            change = self.merge(torch.cat([self._spatial(state), self._channel(state)], dim=1))
        elif self.attention == "spatial":
            change = self._spatial(state)
        elif self.attention == "channel":
            change = self._channel(state)
        else:
            change = state
        return entry + change if self.skips else change

    def _spatial(self, state: Tensor) -> Tensor:
        summary = torch.cat([state.amax(1, keepdim=True), state.mean(1, keepdim=True)], dim=1)
        return state * torch.sigmoid(self.where(summary))

    def _channel(self, state: Tensor) -> Tensor:
        return state * torch.sigmoid(self.which(state.mean((2, 3), keepdim=True)))


def _fusion(kind: Fusion, width: int, streams: int) -> nn.Module:
    """Return what joins a list of streams of one size."""
    if kind == "selective":
        return _SelectiveFusion(width, streams)
    return _Concatenation(width, streams) if kind == "concat" else _Sum()


class _Sum(nn.Module):
    def forward(self, streams: list[Tensor]) -> Tensor:
        return torch.stack(streams).sum(0)


class _Concatenation(nn.Module):
    def __init__(self, width: int, streams: int) -> None:
        super().__init__()
        self.merge = _conv(streams * width, width)

    def forward(self, streams: list[Tensor]) -> Tensor:
        merged: Tensor = self.merge(torch.cat(streams, dim=1))
        return merged


class _SelectiveFusion(nn.Module):
    """Selective kernel feature fusion: a weighted sum, the weights per channel."""

    def __init__(self, width: int, streams: int) -> None:
        super().__init__()
        narrow = max(width // 8, 4)
        self.squeeze = nn.Sequential(_conv(width, narrow), nn.PReLU())
        self.weigh = nn.ModuleList(_conv(narrow, width) for _ in range(streams))

    def forward(self, streams: list[Tensor]) -> Tensor:
        stacked = torch.stack(streams)
        squeezed = self.squeeze(stacked.sum(0).mean((2, 3), keepdim=True))
        weights = torch.stack([weigh(squeezed) for weigh in self.weigh]).softmax(0)
        return (stacked * weights).sum(0)


class _Halve(nn.Module):
    """Residual downsampling by 2, which doubles the width."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.top = nn.Sequential(
            _conv(width, width),
            nn.PReLU(),
            _conv(width, width, 3),
            nn.PReLU(),
            _Blur(width),
            _conv(width, 2 * width),
        )
        self.bottom = nn.Sequential(_Blur(width), _conv(width, 2 * width))

    def forward(self, state: Tensor) -> Tensor:
        halved: Tensor = self.top(state) + self.bottom(state)
        return halved


class _Double(nn.Module):
    """Residual upsampling by 2, which halves the width."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.top = nn.Sequential(
            _conv(width, width),
            nn.PReLU(),
            nn.ConvTranspose2d(width, width, 3, 2, padding=1, output_padding=1, bias=False),
            nn.PReLU(),
            _conv(width, width // 2),
        )
        self.bottom = nn.Sequential(
            nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
            _conv(width, width // 2),
        )

    def forward(self, state: Tensor) -> Tensor:
        doubled: Tensor = self.top(state) + self.bottom(state)
        return doubled


class _Blur(nn.Module):
    """Subsampling by 2 without aliasing: a binomial blur of 3 x 3, then every second pixel.

    Zhang: "Making Convolutional Networks Shift-Invariant Again", ICML 2019.
    """

    kernel: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.register_buffer("kernel", BLUR[None, None].repeat(width, 1, 1, 1), persistent=False)

    def forward(self, state: Tensor) -> Tensor:
        padded = F.pad(state, (1, 1, 1, 1), mode="reflect")
        return F.conv2d(padded, self.kernel, stride=2, groups=self.width)


def _conv(entering: int, leaving: int, size: int = 1) -> nn.Conv2d:
    """Return a convolution that keeps the size; none in this network has a bias."""
    return nn.Conv2d(entering, leaving, size, padding=size // 2, bias=False)


def _resize(width: int, octaves: int) -> nn.Sequential:
    """Return `octaves` halvings, or doublings where negative."""
    if octaves > 0:
        return nn.Sequential(*(_Halve(width * 2**i) for i in range(octaves)))
    return nn.Sequential(*(_Double(width // 2**i) for i in range(-octaves)))


PUBLIC = MIRNet
