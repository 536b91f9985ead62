"""The house network: a residual U-Net of plain 3x3 convolutions, made to be cut into tiles.

Not from a paper. It borrows the work at half the resolution from FFDNet (Zhang et al., TIP 2018)
and the plain residual blocks and additive skips from DRUNet (Zhang et al., TPAMI 2021). There is no
normalization and no global pooling, so a tile with enough overlap gives exactly what the whole
picture gives; every second convolution of a block and the last one start at zero, so training
starts from the identity, or from bicubic interpolation where the network enlarges.

**Departure from the paper:** none, there is no paper.
"""

from itertools import pairwise
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nitido.errors import SettingError
from nitido.networks._inputs import SIGMA, SIGMA_OR_NONE, Input

_HALVES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0)  # 8-bit units, where a function is 1/2
_HALF_OF_THE_CHANGE = 5.0  # 8-bit units, where the level multiplies the change by 1/2


class UNet(nn.Module):
    """Residual U-Net at a fraction of the resolution.

    Parameters
    ----------
    channels : int
        Channels of the picture.
    features : (int, ...)
        Features per level, the finest first. Each level has half the resolution of the one before.
    blocks : (int, ...)
        Residual blocks per level; every level but the last has as many again on the way up.
    unshuffle : int
        How many times smaller than the picture the finest level is.
    scale : int
        How many times larger than LQ the result is.
    takes_sigma : bool
        Take the noise level as a second input, (N, 1, 1, 1) in units of the picture (25 / 255);
        a negative level asks the network to judge for itself.
    obeys_sigma : bool
        Let the level decide: it reaches every residual block and multiplies the change, so that 0
        is the identity by construction and what is removed rises with the level. It must be told.
    sees_clipping : bool
        Show the network which values lie at 0 or 1 or beyond. A file cuts noise off there, so dark
        places look too bright; the network learns to correct that far sooner when it need not find
        out for itself where it happened.
    planes : int, optional
        How many planes a caller shows the network beside the picture.

    Raises
    ------
    SettingError
        If `features` and `blocks` differ in length, a number is below 1, or `obeys_sigma` is set
        where the network enlarges or takes no level.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": (4, 6), "blocks": (1, 1)}

    def __init__(
        self,
        channels: int = 3,
        features: tuple[int, ...] = (32, 64, 128),
        blocks: tuple[int, ...] = (2, 2, 4),
        unshuffle: int = 2,
        scale: int = 1,
        takes_sigma: bool = False,
        obeys_sigma: bool = False,
        sees_clipping: bool = False,
        planes: int | None = None,
    ) -> None:
        if len(features) != len(blocks) or not features:
            raise SettingError(f"features {features} and blocks {blocks} must be equally long.")
        if min(*features, *blocks, channels, unshuffle, scale) < 1:
            raise SettingError(
                "features, blocks, channels, unshuffle and scale must be 1 at least."
            )
        if obeys_sigma and (scale != 1 or not takes_sigma):
            raise SettingError("obeys_sigma needs takes_sigma and a scale of 1.")
        if planes is not None and planes < 1:
            raise SettingError(f"planes is {planes}; it must be 1 at least, or left out.")
        super().__init__()
        self.channels = channels
        self.inputs: tuple[Input, ...] = ()
        if takes_sigma:
            self.inputs = (SIGMA if obeys_sigma else SIGMA_OR_NONE,)
        self.sees_clipping = sees_clipping
        self.scale = scale
        self.finer = unshuffle * scale  # the result is that many times finer than the finest level
        self.multiple_of = unshuffle * 2 ** (len(features) - 1)
        self.radius = _radius(blocks, unshuffle)

        steps = list(pairwise(features))
        seen = (channels * 2 if sees_clipping else channels) + (planes or 0)
        # What 3x3 is on folded pixels, in one step: runtimes fold far slower than they convolve.
        self.head = nn.Conv2d(seen, features[0], 3 * unshuffle, unshuffle, padding=unshuffle)
        judges = SIGMA_OR_NONE in self.inputs
        self.level = nn.Conv2d(2, features[0], 1, bias=False) if judges else None
        self.levels = nn.ModuleList(_Told(count) for count in features if obeys_sigma)
        self.encoder = nn.ModuleList(_stack(*pair) for pair in zip(features, blocks, strict=True))
        self.down = nn.ModuleList(nn.Conv2d(fine, coarse, 2, 2) for fine, coarse in steps)
        self.up = nn.ModuleList(nn.ConvTranspose2d(coarse, fine, 2, 2) for fine, coarse in steps)
        self.decoder = nn.ModuleList(
            _stack(*pair) for pair in zip(features[:-1], blocks[:-1], strict=True)
        )
        self.tail = nn.Conv2d(features[0], channels * self.finer**2, 3, padding=1)
        _start_at_zero(self.tail)

    def forward(
        self, lq: Tensor, sigma: Tensor | None = None, planes: Tensor | None = None
    ) -> Tensor:
        """Restore `lq` (N, C, H, W), 0..1, H and W multiples of `multiple_of`; `scale` x larger."""
        seen = torch.cat([lq, _at_limit(lq)], dim=1) if self.sees_clipping else lq
        features = self.head(seen if planes is None else torch.cat([seen, planes], dim=1))
        if self.level is not None:
            features = features + self.level(_level(sigma, lq))
        told: list[tuple[Tensor, Tensor] | None] = [None] * len(self.encoder)
        if self.levels:
            if sigma is None:
                raise SettingError("A network that obeys must be told sigma, (N, 1, 1, 1), 0..1.")
            told = [level(sigma) for level in self.levels]
        skips = []
        for blocks, down, level in zip(self.encoder, self.down, told, strict=False):
            features = _run(blocks, features, level)
            skips.append(features)
            features = down(features)
        features = _run(self.encoder[-1], features, told[-1])
        for up, blocks, level in zip(
            reversed(self.up), reversed(self.decoder), reversed(told[:-1]), strict=True
        ):
            features = _run(blocks, up(features) + skips.pop(), level)
        if self.scale != 1:
            lq = F.interpolate(lq, scale_factor=self.scale, mode="bicubic")
        change = F.pixel_shuffle(self.tail(features), self.finer)
        if self.levels and sigma is not None:
            change = change * _of_level(sigma, (_HALF_OF_THE_CHANGE,))
        return lq + change


class _Block(nn.Module):
    """x + C(ReLU(a * C(x) + b)), the second convolution starting at zero; a, b come of a level."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(features, features, 3, padding=1)
        self.second = nn.Conv2d(features, features, 3, padding=1)
        _start_at_zero(self.second)

    def forward(self, features: Tensor, level: tuple[Tensor, Tensor] | None = None) -> Tensor:
        inner: Tensor = self.first(features)
        if level is not None:
            inner = inner * level[0] + level[1]
        change: Tensor = self.second(F.relu(inner))
        return features + change


class _Told(nn.Module):
    """What a level does to the features of the blocks: a scale and a shift, linear in `_of_level`.

    It starts as no change at all.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.linear = nn.Conv2d(len(_HALVES), 2 * features, 1)
        _start_at_zero(self.linear)

    def forward(self, sigma: Tensor) -> tuple[Tensor, Tensor]:
        scale, shift = self.linear(_of_level(sigma, _HALVES)).chunk(2, dim=1)
        return 1 + scale, shift


def _run(
    blocks: nn.ModuleList | nn.Module, features: Tensor, level: tuple[Tensor, Tensor] | None
) -> Tensor:
    for block in blocks:  # type: ignore[union-attr]
        features = block(features, level)
    return features


def _of_level(sigma: Tensor, halves: tuple[float, ...]) -> Tensor:
    """Return (N, len(halves), 1, 1): for each half, 0 at level 0, 1/2 at the half, 1 far above."""
    at = sigma.new_tensor(halves).view(1, -1, 1, 1) / 255
    return sigma / (sigma + at)


def _start_at_zero(convolution: nn.Conv2d) -> None:
    for parameter in convolution.parameters():
        nn.init.zeros_(parameter)


def _stack(features: int, blocks: int) -> nn.Sequential:
    return nn.Sequential(*(_Block(features) for _ in range(blocks)))


def _at_limit(lq: Tensor) -> Tensor:
    """Return 1 at a limit of 0..1 and beyond, falling to 0 one 8-bit level inside."""
    return (1 - 255 * lq).clamp(0, 1) + (255 * lq - 254).clamp(0, 1)


def _level(sigma: Tensor | None, lq: Tensor) -> Tensor:
    """Return (N, 2, 1, 1): whether the level is told, and the told level on a scale of about 1."""
    if sigma is None:
        return lq.new_zeros(1, 2, 1, 1)
    told = (sigma >= 0).to(lq.dtype)
    return torch.cat([told, told * sigma * 5], dim=1)


def _radius(blocks: tuple[int, ...], unshuffle: int) -> int:
    """Theoretical receptive radius in pixels: 1 per 3x3 and 1 per step between levels."""
    radius = unshuffle * 2 + unshuffle - 1  # head, tail, and the folding itself
    for depth, count in enumerate(blocks):
        cell = unshuffle * 2**depth
        last = depth == len(blocks) - 1
        radius += cell * (2 * count * (1 if last else 2)) + (0 if last else cell)
    return radius


PUBLIC = UNet
