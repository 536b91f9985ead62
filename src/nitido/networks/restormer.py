"""Restormer: a U-Net of transformer blocks whose attention runs across channels, not pixels.

Zamir, Arora, Khan, Hayat, Khan, Yang: "Restormer: Efficient Transformer for High-Resolution Image
Restoration", CVPR 2022, arXiv 2111.09881. Overall pipeline: section 3; multi-Dconv head transposed
attention: section 3.1; gated-Dconv feed-forward network: section 3.2. What the text leaves open
follows the authors' published code, which has two layer normalizations: one for deraining and
deblurring, and one without bias for all denoising.

**Departure from the paper:** none, but the variant for dual-pixel deblurring, which takes two views
of the picture, is left out.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nitido.errors import SettingError, WeightsError
from nitido.networks._blocks import agreed, choice, count, load, own_names, renamed, whole

Norm = Literal["with_bias", "bias_free"]
_OWN = {
    **{name: name for name in ("channels", "features", "blocks", "refinement", "heads")},
    **{name: name for name in ("expansion", "bias", "norm")},
    "inp_channels": "channels",
    "out_channels": "channels",
    "dim": "features",
    "num_blocks": "blocks",
    "num_refinement_blocks": "refinement",
    "ffn_expansion_factor": "expansion",
    "LayerNorm_type": "norm",
}
_NORMS = {"WithBias": "with_bias", "BiasFree": "bias_free"}
_EPS = 1e-5


class Restormer(nn.Module):
    """Predict a residual with a U-Net of channel attention and gated feed-forward blocks.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    features : int
        Width at full resolution, even; it doubles wherever the resolution halves.
    blocks : (int, ...)
        Blocks per resolution, the finest first, at least two entries. Every resolution but the
        coarsest has as many again on the way up.
    refinement : int
        Further blocks at full resolution, at the end.
    heads : (int, ...)
        Heads of attention per resolution; each sees its share of the channels.
    expansion : float
        How many times wider a feed-forward network is inside; widths are rounded down.
    bias : bool
        Whether the convolutions of blocks, joins and output have a bias.
    norm : {"with_bias", "bias_free"}
        Layer normalization: to zero mean and unit variance, then a learned scale and bias; or to
        unit variance and a learned scale, the mean left as it is.

    Raises
    ------
    SettingError
        If a number is too small or does not divide what it must, or a choice is unknown.
    """

    TINY: ClassVar[dict[str, Any]] = {
        "features": 4,
        "blocks": (1, 1, 1),
        "refinement": 1,
        "heads": (1, 2, 4),
    }
    VARIANTS: ClassVar[dict[str, dict[str, Any]]] = {
        "restormer_denoise_color": {"norm": "bias_free"},
        "restormer_denoise_gray": {"norm": "bias_free", "channels": 1},
    }
    scale = 1
    multiple_of: int
    radius = None  # attention weighs channels by what they have in common over the whole picture
    channels: int

    def __init__(
        self,
        channels: int = 3,
        features: int = 48,
        blocks: tuple[int, ...] = (4, 6, 6, 8),
        refinement: int = 4,
        heads: tuple[int, ...] = (1, 2, 4, 8),
        expansion: float = 2.66,
        bias: bool = False,
        norm: Norm = "with_bias",
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        self.features = whole("features", features)
        self.refinement = whole("refinement", refinement)
        self.blocks, self.heads = blocks, heads
        self.expansion, self.bias = expansion, bias
        self.norm = choice("norm", norm, Norm)
        self._check()
        self.multiple_of = 2 ** (len(blocks) - 1)

        def stack(width: int, heads: int, depth: int) -> nn.Sequential:
            return nn.Sequential(
                *(_Block(width, heads, expansion, bias, norm) for _ in range(depth))
            )

        *widths, coarsest = [features * 2**i for i in range(len(blocks))]
        wide = 2 * features  # of the finest decoder, which keeps the skip beside its input
        self.head = nn.Conv2d(channels, features, 3, padding=1, bias=False)
        self.encoders = nn.ModuleList(map(stack, widths, heads, blocks))
        self.downs = nn.ModuleList(_halve(width) for width in widths)
        self.latent = stack(coarsest, heads[-1], blocks[-1])
        self.ups = nn.ModuleList(_double(2 * width) for width in widths)
        self.joins = nn.ModuleList(
            [nn.Identity(), *(nn.Conv2d(2 * width, width, 1, bias=bias) for width in widths[1:])]
        )
        self.decoders = nn.ModuleList(map(stack, [wide, *widths[1:]], heads, blocks))
        self.refine = stack(wide, heads[0], refinement)
        self.tail = nn.Conv2d(wide, channels, 3, padding=1, bias=bias)

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1."""
        state = self.head(lq)
        skips = []
        for blocks, down in zip(self.encoders, self.downs, strict=True):
            state = blocks(state)
            skips.append(state)
            state = down(state)
        state = self.latent(state)
        for i in reversed(range(len(skips))):
            joined = torch.cat([self.ups[i](state), skips[i]], dim=1)
            state = self.decoders[i](self.joins[i](joined))
        residual: Tensor = self.tail(self.refine(state))
        return lq + residual

    @classmethod
    def from_authors(cls, state: Mapping[str, Tensor], **settings: Any) -> Self:  # noqa: ANN401
        """Build from the authors' state dict.

        Parameters
        ----------
        state : mapping of str to Tensor
            The authors' tensors, or ours.
        **settings
            Our names, or `inp_channels`, `out_channels`, `dim`, `num_blocks`,
            `num_refinement_blocks`, `heads`, `ffn_expansion_factor`, `bias`, `LayerNorm_type` and,
            if false, `dual_pixel_task`. What is left out is read off the tensors.

        Raises
        ------
        SettingError
            If a setting is unknown, or asks for the dual-pixel variant.
        WeightsError
            If the tensors contradict a setting, or are not those of a Restormer.
        """
        if settings.pop("dual_pixel_task", False):
            raise SettingError("dual_pixel_task: True found; only networks of one view are here.")
        asked = own_names(settings, _OWN)
        if "norm" in asked:
            asked["norm"] = _NORMS.get(asked["norm"], asked["norm"])
        own = renamed(state, _RENAMED)
        levels = count(own, r"encoders\.(\d+)\.")
        stages = [*(f"encoders.{i}" for i in range(levels)), "latent"]
        needed = ["head.weight", "latent.0.feed.narrow.weight", "refine.0.feed.narrow.weight"]
        needed += [f"{stage}.0.attention.temperature" for stage in stages]
        if not levels or any(key not in own or own[key].ndim < 3 for key in needed):
            raise WeightsError(
                f"No Restormer in the {len(state)} tensors found: patch_embed.proj.weight or "
                "tensors of a transformer block are missing; check the network's name."
            )
        head, narrow, _, *temperatures = (own[key] for key in needed)
        found = {
            "channels": head.shape[1],
            "features": head.shape[0],
            "blocks": tuple(count(own, rf"{stage}\.(\d+)\.") for stage in stages),
            "refinement": count(own, r"refine\.(\d+)\."),
            "heads": tuple(temperature.shape[0] for temperature in temperatures),
            "expansion": asked.get("expansion", _expansion(narrow)),
            "bias": "tail.bias" in own,
            "norm": "with_bias" if "latent.0.attention_norm.bias" in own else "bias_free",
        }
        return load(cls(**agreed(found, asked)), own)

    def _check(self) -> None:
        """Refuse settings that do not fit each other."""
        if len(self.blocks) != len(self.heads) or len(self.blocks) < 2:
            raise SettingError(
                f"blocks {self.blocks} and heads {self.heads} must be equally long, with two "
                "entries at least."
            )
        if self.features % 2:
            raise SettingError(f"features: {self.features} found; give an even number.")
        for i, (blocks, heads) in enumerate(zip(self.blocks, self.heads, strict=True)):
            whole("blocks", blocks)
            if self.features * 2**i % whole("heads", heads):
                raise SettingError(
                    f"heads: {heads} found, which does not divide the {self.features * 2**i} "
                    "features of its resolution; change heads or features."
                )
        if not isinstance(self.expansion, int | float) or int(self.features * self.expansion) < 1:
            raise SettingError(
                f"expansion: {self.expansion!r} found; give a positive number, such as 2.66."
            )


class _Block(nn.Module):
    """Transformer block: attention and a feed-forward network, each normalized first and added."""

    def __init__(self, width: int, heads: int, expansion: float, bias: bool, norm: Norm) -> None:
        super().__init__()
        self.attention_norm = _LayerNorm(width, norm)
        self.attention = _ChannelAttention(width, heads, bias)
        self.feed_norm = _LayerNorm(width, norm)
        self.feed = _GatedFeedForward(width, int(width * expansion), bias)

    def forward(self, entry: Tensor) -> Tensor:
        state: Tensor = entry + self.attention(self.attention_norm(entry))
        change: Tensor = self.feed(self.feed_norm(state))
        return state + change


class _ChannelAttention(nn.Module):
    """Multi-Dconv head transposed attention: every channel is a mixture of its head's channels."""

    def __init__(self, width: int, heads: int, bias: bool) -> None:
        super().__init__()
        self.heads = heads
        self.temperature = nn.Parameter(torch.ones(heads, 1, 1))
        self.project = nn.Conv2d(width, 3 * width, 1, bias=bias)
        self.mix = _depthwise(3 * width, bias)
        self.merge = nn.Conv2d(width, width, 1, bias=bias)

    def forward(self, state: Tensor) -> Tensor:
        n, c, h, w = state.shape
        # Queries, keys and values, each (N, heads, channels of a head, pixels).
        projected = self.mix(self.project(state)).reshape(n, 3, self.heads, c // self.heads, h * w)
        q, k, v = projected.unbind(1)
        likeness = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
        mixed = (likeness * self.temperature).softmax(-1) @ v
        merged: Tensor = self.merge(mixed.reshape(n, c, h, w))
        return merged


class _GatedFeedForward(nn.Module):
    """Gated-Dconv feed-forward network: one half of the hidden channels opens the other."""

    def __init__(self, width: int, hidden: int, bias: bool) -> None:
        super().__init__()
        self.widen = nn.Conv2d(width, 2 * hidden, 1, bias=bias)
        self.mix = _depthwise(2 * hidden, bias)
        self.narrow = nn.Conv2d(hidden, width, 1, bias=bias)

    def forward(self, state: Tensor) -> Tensor:
        gate, value = self.mix(self.widen(state)).chunk(2, dim=1)
        narrowed: Tensor = self.narrow(F.gelu(gate) * value)
        return narrowed


class _LayerNorm(nn.Module):
    """Layer normalization over the channels of each pixel; without bias it keeps their mean."""

    def __init__(self, width: int, norm: Norm) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width)) if norm == "with_bias" else None

    def forward(self, state: Tensor) -> Tensor:
        centered = state - state.mean(1, keepdim=True)
        spread = (centered.square().mean(1, keepdim=True) + _EPS).sqrt()
        if self.bias is None:
            return state / spread * self.weight[:, None, None]
        return centered / spread * self.weight[:, None, None] + self.bias[:, None, None]


def _depthwise(width: int, bias: bool) -> nn.Conv2d:
    return nn.Conv2d(width, width, 3, padding=1, groups=width, bias=bias)


def _halve(width: int) -> nn.Sequential:
    """Return what halves the resolution and doubles the width."""
    return nn.Sequential(
        nn.Conv2d(width, width // 2, 3, padding=1, bias=False), nn.PixelUnshuffle(2)
    )


def _double(width: int) -> nn.Sequential:
    """Return what doubles the resolution and halves the width."""
    return nn.Sequential(nn.Conv2d(width, 2 * width, 3, padding=1, bias=False), nn.PixelShuffle(2))


def _expansion(narrow: Tensor) -> float:
    """Return an expansion that leads to a hidden width; rounding hides the exact one."""
    width, hidden = narrow.shape[:2]
    return 2.66 if int(width * 2.66) == hidden else hidden / width


def _level(name: str) -> Callable[[re.Match[str]], str]:
    """Return a replacement for names in which the authors count resolutions from one."""
    return lambda match: f"{name}.{int(match[1]) - 1}."


_RENAMED: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [
    (r"^patch_embed\.proj\.", "head."),
    (r"^encoder_level(\d+)\.", _level("encoders")),
    (r"^down(\d+)_\d+\.body\.", _level("downs")),
    (r"^up\d+_(\d+)\.body\.", _level("ups")),
    (r"^reduce_chan_level(\d+)\.", _level("joins")),
    (r"^decoder_level(\d+)\.", _level("decoders")),
    (r"^refinement\.", "refine."),
    (r"^output\.", "tail."),
    (r"\.norm1\.body\.", ".attention_norm."),
    (r"\.norm2\.body\.", ".feed_norm."),
    (r"\.attn\.qkv\.", ".attention.project."),
    (r"\.attn\.qkv_dwconv\.", ".attention.mix."),
    (r"\.attn\.project_out\.", ".attention.merge."),
    (r"\.attn\.temperature$", ".attention.temperature"),
    (r"\.ffn\.project_in\.", ".feed.widen."),
    (r"\.ffn\.dwconv\.", ".feed.mix."),
    (r"\.ffn\.project_out\.", ".feed.narrow."),
]

PUBLIC = Restormer
