"""DRUNet: a residual U-Net without biases that is told the noise level and obeys it far beyond.

Zhang, Li, Zuo, Zhang, Van Gool, Timofte: "Plug-and-Play Image Restoration with Deep Denoiser
Prior", IEEE Transactions on Pattern Analysis and Machine Intelligence 44(10), 2022, arXiv
2008.13751. Architecture and noise level map: section 3.1; training: section 3.2. What the text
leaves open follows the authors' published code: each skip joins what enters a level's blocks on the
way down with what enters the step up, the first one with what enters the last convolution; initial
weights are orthogonal with gain 0.2. Without biases the network scales as its input does: twice the
picture and twice the level give twice the result.

**Departure from the paper:** none.
"""

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nitido.errors import SettingError, WeightsError
from nitido.networks._blocks import agreed, count, load, own_names, renamed, whole
from nitido.networks._inputs import SIGMA

_OWN = {
    **{name: name for name in ("channels", "features", "blocks", "bias")},
    "in_nc": "channels",
    "out_nc": "channels",
    "nc": "features",
    "nb": "blocks",
}
_GAIN = 0.2


class DRUNet(nn.Module):
    """Predict the clean picture from the noisy one and its noise level.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    features : (int, ...)
        Width per level, the finest first; each level has half the resolution of the one before.
    blocks : int
        Residual blocks per level; every level but the last has as many again on the way up.
    bias : bool
        Whether convolutions have one. The paper's have none, so that levels above those of the
        training are obeyed too.

    Raises
    ------
    SettingError
        If a number is too small or there are no levels.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": (4, 6, 8), "blocks": 1}
    VARIANTS: ClassVar[dict[str, dict[str, Any]]] = {
        "drunet_gray": {"channels": 1},
        "drunet_color": {"channels": 3},
    }
    scale = 1
    multiple_of: int
    inputs = (SIGMA,)
    radius: int
    channels: int

    def __init__(
        self,
        channels: int = 3,
        features: tuple[int, ...] = (64, 128, 256, 512),
        blocks: int = 4,
        bias: bool = False,
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        if not features:
            raise SettingError("features: there are none; give one number per level.")
        for width in features:
            whole("features", width)
        self.features, self.blocks, self.bias = features, whole("blocks", blocks), bias
        self.multiple_of = 2 ** (len(features) - 1)
        self.radius = _radius(len(features), blocks)
        steps = list(pairwise(features))
        self.head = nn.Conv2d(channels + 1, features[0], 3, padding=1, bias=bias)
        self.encoder = nn.ModuleList(_stack(width, blocks, bias) for width in features[:-1])
        self.down = nn.ModuleList(nn.Conv2d(*step, 2, 2, bias=bias) for step in steps)
        self.body = _stack(features[-1], blocks, bias)
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(coarse, fine, 2, 2, bias=bias) for fine, coarse in steps
        )
        self.decoder = nn.ModuleList(_stack(width, blocks, bias) for width in features[:-1])
        self.tail = nn.Conv2d(features[0], channels, 3, padding=1, bias=bias)
        self.apply(_initialize)

    def forward(self, lq: Tensor, sigma: Tensor | None = None) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1.

        Parameters
        ----------
        lq : Tensor
            (N, C, H, W), or (N, C + 1, H, W) where the last band is a map of the level of every
            pixel, for noise that is not the same everywhere.
        sigma : Tensor, optional
            Noise level in units of the picture, (N, 1, 1, 1); left out where `lq` has a map.
        """
        if sigma is not None:
            level = sigma.to(lq.dtype).expand(lq.shape[0], 1, *lq.shape[2:])
            lq = torch.cat([lq, level], dim=1)
        state = self.head(lq)
        skips = [state]
        for blocks, down in zip(self.encoder, self.down, strict=True):
            state = down(blocks(state))
            skips.append(state)
        state = self.body(state)
        for up, blocks in zip(reversed(self.up), reversed(self.decoder), strict=True):
            state = blocks(up(state + skips.pop()))
        restored: Tensor = self.tail(state + skips.pop())
        return restored

    @classmethod
    def from_authors(cls, state: Mapping[str, Tensor], **settings: Any) -> Self:  # noqa: ANN401
        """Build from the authors' state dict.

        Parameters
        ----------
        state : mapping of str to Tensor
            The authors' tensors, or ours.
        **settings
            Our names, or `in_nc` (one more than the picture's bands), `out_nc`, `nc`, `nb`. What is
            left out is read off the tensors.

        Raises
        ------
        SettingError
            If a setting is unknown.
        WeightsError
            If the tensors contradict a setting, or are not those of a DRUNet.
        """
        if "in_nc" in settings:
            settings["in_nc"] = whole("in_nc", settings["in_nc"], least=2) - 1
        asked = own_names(settings, _OWN)
        if "features" in asked:
            asked["features"] = tuple(asked["features"])
        own = renamed(state, _RENAMED)
        head, blocks = own.get("head.weight"), count(own, r"body\.(\d+)\.")
        if head is None or head.ndim != 4 or head.shape[1] < 2 or not blocks:
            raise WeightsError(
                f"No DRUNet in the {len(state)} tensors found: m_head.weight or m_body is missing, "
                "or nothing tells the noise level; check the network's name."
            )
        features = [head.shape[0]]
        while (down := own.get(f"down.{len(features) - 1}.weight")) is not None:
            features.append(down.shape[0])
        found = {
            "channels": head.shape[1] - 1,
            "features": tuple(features),
            "blocks": blocks,
            "bias": "head.bias" in own,
        }
        return load(cls(**agreed(found, asked)), own)


class _Block(nn.Module):
    """A residual of two convolutions, with no normalization and nothing after the sum."""

    def __init__(self, features: int, bias: bool) -> None:
        super().__init__()
        self.first = nn.Conv2d(features, features, 3, padding=1, bias=bias)
        self.second = nn.Conv2d(features, features, 3, padding=1, bias=bias)

    def forward(self, state: Tensor) -> Tensor:
        change: Tensor = self.second(F.relu(self.first(state)))
        return state + change


def _stack(features: int, blocks: int, bias: bool) -> nn.Sequential:
    return nn.Sequential(*(_Block(features, bias) for _ in range(blocks)))


def _radius(levels: int, blocks: int) -> int:
    """Return the theoretical reach in pixels: 1 per 3x3 and 1 per step between levels."""
    both_ways: int = sum(2**level * (4 * blocks + 1) for level in range(levels - 1))
    deepest: int = 2 ** (levels - 1) * 2 * blocks
    return 2 + both_ways + deepest


def _initialize(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.orthogonal_(layer.weight, gain=_GAIN)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


def _level(match: re.Match[str]) -> str:
    """Tell a level's blocks from its step: the step down comes last, the step up first."""
    way, level, place = match[1], int(match[2]) - 1, int(match[3])
    if not match[4]:
        return f"{way}.{level}."
    blocks = f"encoder.{level}.{place}" if way == "down" else f"decoder.{level}.{place - 1}"
    return f"{blocks}.{match[4]}."


_RENAMED: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [
    (r"^m_(head|tail)\.", r"\1."),
    (r"^m_body\.res\.", "m_body.0.res."),  # a block that is alone has no number
    (r"^m_body\.", "body."),
    (r"\.res\.0\.", ".first."),
    (r"\.res\.2\.", ".second."),
    (r"^m_(down|up)(\d+)\.(\d+)\.(?:(first|second)\.)?", _level),
]


PUBLIC = DRUNet
