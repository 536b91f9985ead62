"""MIRNet-v2: the streams of MIRNet made light; what coarse streams find flows up to the finest.

Zamir, Arora, Khan, Hayat, Khan, Yang, Shao: "Learning Enriched Features for Fast Image Restoration
and Enhancement", IEEE Transactions on Pattern Analysis and Machine Intelligence 45(2), 2023, arXiv
2205.01649. Overall pipeline, multi-scale residual block, selective kernel feature fusion and
residual contextual block: section 3. What the text leaves open follows the authors' published code:
streams of 80, 120 and 180 features, convolutions that are split into 1, 2, 4 and 4 parts from group
to group, two passes over the streams that share everything but the resizing between them. That
makes the 5,858,560 parameters. All tasks use this one configuration; super-resolution too starts
from a picture of the final size.

**Departure from the paper:** three streams and two passes are fixed, as in the published code. The
variant for dual-pixel deblurring, which takes two views of the picture, is left out.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nitido.errors import SettingError, WeightsError
from nitido.networks._blocks import agreed, count, load, own_names, renamed, whole

_OWN = {
    **{name: name for name in ("channels", "features", "growth", "splits", "blocks")},
    "inp_channels": "channels",
    "out_channels": "channels",
    "n_feat": "features",
    "chan_factor": "growth",
    "n_MRB": "blocks",
}
_IDLE = ("n_RRG", "height", "width", "scale")  # their constructor takes these and uses none
_SLOPE = 0.2  # of every leaky rectifier


class MIRNetV2(nn.Module):
    """Restore in groups of multi-scale blocks, each level with a residual of its own.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    features : int
        Width at full resolution.
    growth : float
        How many times wider the streams at 1/2 and 1/4 of the resolution are, each than the one
        above it; widths are rounded down.
    splits : (int, ...)
        One entry per recursive residual group: into how many parts, which do not mix, the
        convolutions of its contextual blocks split the features.
    blocks : int
        Multi-scale residual blocks per group.

    Raises
    ------
    SettingError
        If a number is too small, or a stream cannot be split evenly.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": 8, "splits": (1, 2), "blocks": 1}
    scale = 1
    multiple_of = 4
    radius = None  # context is gathered from the whole picture
    channels: int

    def __init__(
        self,
        channels: int = 3,
        features: int = 80,
        growth: float = 1.5,
        splits: tuple[int, ...] = (1, 2, 4, 4),
        blocks: int = 2,
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        self.features = whole("features", features)
        self.growth, self.splits = growth, splits
        self.blocks = whole("blocks", blocks)
        widths = _widths(features, growth)
        if not splits:
            raise SettingError("splits: empty; give one entry per group.")
        for split in splits:
            if any(width % whole("splits", split) for width in widths):
                raise SettingError(
                    f"splits: {split} found, which does not divide all of the widths {widths}; "
                    "change splits, features or growth."
                )
        self.head = _conv(channels, features, 3)
        self.trunk = nn.ModuleList(_Group(widths, split, blocks) for split in splits)
        self.tail = _conv(features, channels, 3)

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1."""
        state = self.head(lq)
        for group in self.trunk:
            state = group(state)
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
            Our names, or `inp_channels`, `out_channels`, `n_feat`, `chan_factor`, `n_MRB`; what is
            left out is read off the tensors. `n_RRG`, `height`, `width` and `scale` are accepted
            and do nothing, as in the authors' constructor.

        Raises
        ------
        SettingError
            If a setting is unknown.
        WeightsError
            If the tensors contradict a setting, or are not those of a MIRNet-v2.
        """
        asked = own_names({k: v for k, v in settings.items() if k not in _IDLE}, _OWN)
        own = renamed(state, _RENAMED)
        first = "trunk.0.blocks.0.refine"
        groups = count(own, r"trunk\.(\d+)\.")
        blocks = count(own, r"trunk\.0\.blocks\.(\d+)\.")
        needed = ["head.weight", f"{first}.1.first.weight"]
        needed += [f"trunk.{g}.blocks.0.refine.0.first.weight" for g in range(groups)]
        if not groups or any(key not in own or own[key].ndim != 4 for key in needed):
            raise WeightsError(
                f"No MIRNet-v2 in the {len(state)} tensors found: conv_in.weight or "
                "convolutions of a contextual block are missing; check the network's name."
            )
        head, middle, *kernels = (own[key] for key in needed)
        features = head.shape[0]
        found = {
            "channels": head.shape[1],
            "features": features,
            # Rounded widths do not tell the growth exactly, so what was asked for is tried first.
            "growth": asked.get("growth", middle.shape[0] / features),
            "splits": tuple(features // kernel.shape[1] for kernel in kernels),
            "blocks": blocks,
        }
        return load(cls(**agreed(found, asked)), own)


class _Group(nn.Module):
    """Recursive residual group: blocks, a convolution, and the input added."""

    def __init__(self, widths: tuple[int, int, int], split: int, blocks: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(_Block(widths, split) for _ in range(blocks))
        self.tail = _conv(widths[0], widths[0], 3)

    def forward(self, entry: Tensor) -> Tensor:
        state = entry
        for block in self.blocks:
            state = block(state)
        change: Tensor = self.tail(state)
        return entry + change


class _Block(nn.Module):
    """Multi-scale residual block: twice refine every stream and pass what it holds upwards."""

    def __init__(self, widths: tuple[int, int, int], split: int) -> None:
        super().__init__()
        top, middle, bottom = widths
        self.to_middle = _halve(top, middle)
        self.to_bottom = nn.Sequential(_halve(top, middle), _halve(middle, bottom))
        self.refine = nn.ModuleList(_Contextual(width, split) for width in widths)
        self.lift_bottom = nn.ModuleList(_double(bottom, middle) for _ in range(2))
        self.lift_middle = nn.ModuleList(_double(middle, top) for _ in range(2))
        self.fuse_middle = _SelectiveFusion(middle)
        self.fuse_top = _SelectiveFusion(top)
        self.tail = _conv(top, top)

    def forward(self, entry: Tensor) -> Tensor:
        streams = [entry, self.to_middle(entry), self.to_bottom(entry)]
        for lift_bottom, lift_middle in zip(self.lift_bottom, self.lift_middle, strict=True):
            top, middle, bottom = (
                refine(state) for refine, state in zip(self.refine, streams, strict=True)
            )
            middle = self.fuse_middle(middle, lift_bottom(bottom))
            top = self.fuse_top(top, lift_middle(middle))
            streams = [top, middle, bottom]
        change: Tensor = self.tail(streams[0])
        return entry + change


class _Contextual(nn.Module):
    """Residual contextual block: what matters in the whole picture, added to every pixel."""

    def __init__(self, width: int, split: int) -> None:
        super().__init__()
        self.first = _conv(width, width, 3, split)
        self.second = _conv(width, width, 3, split)
        self.where = _conv(width, 1)
        self.context = nn.Sequential(_conv(width, width), nn.LeakyReLU(_SLOPE), _conv(width, width))

    def forward(self, entry: Tensor) -> Tensor:
        state = self.second(F.leaky_relu(self.first(entry), _SLOPE))
        attention = self.where(state).flatten(2).softmax(2)  # (N, 1, H * W)
        gathered = state.flatten(2) @ attention.transpose(1, 2)  # (N, width, 1)
        state = state + self.context(gathered.unsqueeze(3))
        return entry + F.leaky_relu(state, _SLOPE)


class _SelectiveFusion(nn.Module):
    """Selective kernel feature fusion: a weighted sum of two, the weights per channel."""

    def __init__(self, width: int) -> None:
        super().__init__()
        narrow = max(width // 8, 4)
        self.squeeze = _conv(width, narrow)
        self.weigh = nn.ModuleList(_conv(narrow, width) for _ in range(2))

    def forward(self, state: Tensor, lifted: Tensor) -> Tensor:
        stacked = torch.stack([state, lifted])
        squeezed = self.squeeze(stacked.sum(0).mean((2, 3), keepdim=True))
        squeezed = F.leaky_relu(squeezed, _SLOPE)
        weights = torch.stack([weigh(squeezed) for weigh in self.weigh]).softmax(0)
        return (stacked * weights).sum(0)


def _conv(entering: int, leaving: int, size: int = 1, split: int = 1) -> nn.Conv2d:
    """Return a convolution that keeps the size; none in this network has a bias."""
    return nn.Conv2d(entering, leaving, size, padding=size // 2, groups=split, bias=False)


def _halve(entering: int, leaving: int) -> nn.Sequential:
    return nn.Sequential(nn.AvgPool2d(2), _conv(entering, leaving))


def _double(entering: int, leaving: int) -> nn.Sequential:
    return nn.Sequential(
        _conv(entering, leaving),
        nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
    )


def _widths(features: int, growth: float) -> tuple[int, int, int]:
    if not isinstance(growth, int | float) or not growth > 0 or features * growth**2 < 1:
        raise SettingError(f"growth: {growth!r} found; give a positive number, such as 1.5.")
    return features, int(features * growth), int(features * growth**2)


_RENAMED = [
    (r"^conv_in\.", "head."),
    (r"^conv_out\.", "tail."),
    (r"^body\.(\d+)\.body\.\d+\.weight$", r"trunk.\1.tail.weight"),
    (r"^body\.(\d+)\.body\.(\d+)\.", r"trunk.\1.blocks.\2."),
    (r"\.dau_top\.", ".refine.0."),
    (r"\.dau_mid\.", ".refine.1."),
    (r"\.dau_bot\.", ".refine.2."),
    (r"(refine\.\d)\.body\.0\.", r"\1.first."),
    (r"(refine\.\d)\.body\.2\.", r"\1.second."),
    (r"\.gcnet\.conv_mask\.", ".where."),
    (r"\.gcnet\.channel_add_conv\.", ".context."),
    (r"\.down2\.body\.0\.bot\.", ".to_middle."),
    (r"\.down4\.(\d)\.body\.0\.bot\.", r".to_bottom.\1."),
    (r"\.up21_1\.body\.0\.bot\.", ".lift_middle.0."),
    (r"\.up21_2\.body\.0\.bot\.", ".lift_middle.1."),
    (r"\.up32_1\.body\.0\.bot\.", ".lift_bottom.0."),
    (r"\.up32_2\.body\.0\.bot\.", ".lift_bottom.1."),
    (r"\.skff_top\.", ".fuse_top."),
    (r"\.skff_mid\.", ".fuse_middle."),
    (r"\.conv_du\.0\.", ".squeeze."),
    (r"\.fcs\.", ".weigh."),
    (r"\.conv_out\.", ".tail."),
]

PUBLIC = MIRNetV2
