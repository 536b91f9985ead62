"""SwinIR: attention within small windows, which move by half their size from layer to layer.

Liang, Cao, Sun, Zhang, Van Gool, Timofte: "SwinIR: Image Restoration Using Swin Transformer", ICCV
Workshops 2021, arXiv 2108.10257. Shallow and deep features, reconstruction with and without
enlarging: section 3.1; groups with a convolution at the end, shifted windows and relative position
bias: section 3.2. What the text leaves open follows the authors' published code: normalization
before the first and after the last group, the mean color that is taken off, the mirrored border.

**Departure from the paper:** none. The authors' training code also leaves out up to one layer in
ten at random, which the paper does not mention and this network does not do.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nitido.errors import SettingError
from nitido.networks._blocks import agreed, load, whole
from nitido.networks._swinir_names import own_settings, own_tensors, settings_of

_STEPS = {1: (), 2: (2,), 3: (3,), 4: (2, 2), 8: (2, 2, 2)}
_LARGE = 64  # features at the sizes above LQ
_MEAN_COLOR = (0.4488, 0.4371, 0.4040)  # of the training pictures, DIV2K
_SMALL: dict[str, Any] = {"features": 60, "depths": (6,) * 4, "heads": (6,) * 4, "light": True}


class SwinIR(nn.Module):
    """Restore by groups of layers that let the pixels of a window attend to each other.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    features : int
        Width of the states.
    depths : (int, ...)
        Layers per group; every second layer of a group has its windows shifted.
    heads : (int, ...)
        Attention heads per group; each divides `features`.
    window : int
        Side of a window in pixels, at least 2.
    expansion : int
        How many times wider the hidden layer after an attention is.
    scale : int
        How many times larger than LQ the result is: 2, 3, 4 or 8, or 1 for noise and compression,
        where the network predicts what to add to its input.
    light : bool
        Enlarge with one convolution, as the lightweight network does, to any scale above 1.
    value_range : float
        What the white of a picture is inside the network. The authors' networks against compression
        have 255; it leaves no trace in weights.

    Raises
    ------
    SettingError
        If a number is too small, heads do not fit, or there is no such scale.
    """

    TINY: ClassVar[dict[str, Any]] = {
        "features": 8,
        "depths": (2, 3),
        "heads": (2, 4),
        "window": 4,
    }
    VARIANTS: ClassVar[dict[str, dict[str, Any]]] = {
        **{f"swinir_light_x{scale}": {**_SMALL, "scale": scale} for scale in (2, 3, 4)},
        **{f"swinir_x{scale}": {"scale": scale} for scale in (2, 3, 4, 8)},
        "swinir_gray": {"channels": 1},
        "swinir_color": {"channels": 3},
        "swinir_jpeg_gray": {"channels": 1, "window": 7, "value_range": 255.0},
        "swinir_jpeg_color": {"channels": 3, "window": 7, "value_range": 255.0},
    }
    scale: int
    multiple_of: int
    radius: int
    channels: int
    mean: Tensor

    def __init__(
        self,
        channels: int = 3,
        features: int = 180,
        depths: tuple[int, ...] = (6,) * 6,
        heads: tuple[int, ...] = (6,) * 6,
        window: int = 8,
        expansion: int = 2,
        scale: int = 1,
        light: bool = False,
        value_range: float = 1.0,
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        self.features = whole("features", features)
        self.depths, self.heads = depths, heads
        self.window = self.multiple_of = whole("window", window, least=2)
        self.expansion = whole("expansion", expansion)
        self.scale, self.light = whole("scale", scale), light
        self.value_range = value_range
        self._check()
        self.radius = _radius(depths, window, 1 if light or scale == 1 else 3)
        mean = _MEAN_COLOR if channels == 3 else (0.0,) * channels
        self.register_buffer("mean", torch.tensor(mean).view(1, -1, 1, 1), persistent=False)

        self.head = _conv(channels, features)
        self.entry_norm = nn.LayerNorm(features)
        self.groups = nn.ModuleList(
            _Group(features, depth, many, window, expansion)
            for depth, many in zip(depths, heads, strict=True)
        )
        self.exit_norm = nn.LayerNorm(features)
        self.smooth = _conv(features, features)
        self.gather, self.enlarge, self.tail = nn.Sequential(), nn.Sequential(), nn.Sequential()
        if light:
            self.enlarge.extend([_conv(features, channels * scale**2), nn.PixelShuffle(scale)])
        elif scale == 1:
            self.tail.append(_conv(features, channels))
        else:
            self.gather.extend([_conv(features, _LARGE), nn.LeakyReLU(0.01)])
            for step in _STEPS[scale]:
                self.enlarge.extend([_conv(_LARGE, _LARGE * step**2), nn.PixelShuffle(step)])
            self.tail.append(_conv(_LARGE, channels))
        self.apply(_initialize)

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H * scale, W * scale); it may leave 0..1.

        Sides of `lq` that are no multiples of the window are mirrored up to the next one; they must
        be longer than what is missing.
        """
        height, width = lq.shape[2:]
        bottom, right = -height % self.multiple_of, -width % self.multiple_of
        if bottom or right:
            lq = F.pad(lq, (0, right, 0, bottom), mode="reflect")
        given = (lq - self.mean) * self.value_range
        shallow = self.head(given)
        state = self.entry_norm(shallow.permute(0, 2, 3, 1))
        for group in self.groups:
            state = group(state)
        deep = self.smooth(self.exit_norm(state).permute(0, 3, 1, 2))
        predicted = self.tail(self.enlarge(self.gather(shallow + deep)))
        if self.scale == 1:
            predicted = given + predicted
        restored: Tensor = predicted / self.value_range + self.mean
        return restored[..., : height * self.scale, : width * self.scale]

    @classmethod
    def from_authors(cls, state: Mapping[str, Tensor], **settings: Any) -> Self:  # noqa: ANN401
        """Build from the authors' state dict.

        Parameters
        ----------
        state : mapping of str to Tensor
            The authors' tensors, or ours.
        **settings
            Our names, or `upscale`, `in_chans`, `window_size`, `img_range`, `depths`, `embed_dim`,
            `num_heads`, `mlp_ratio`, `upsampler`, `resi_connection`; `img_size` plays no part in a
            result. What is left out is read off the tensors, but for `img_range`, which is 1 then.

        Raises
        ------
        SettingError
            If a setting is unknown, or asks for a kind of SwinIR that is not offered.
        WeightsError
            If the tensors contradict a setting, or are not those of a SwinIR.
        """
        asked, own = own_settings(settings), own_tensors(state)
        found = {**settings_of(own), "value_range": asked.get("value_range", 1.0)}
        return load(cls(**agreed(found, asked)), own)

    def _check(self) -> None:
        """Raise `SettingError` where settings do not fit each other."""
        if not self.depths or len(self.depths) != len(self.heads):
            raise SettingError(f"depths {self.depths} and heads {self.heads} must be equally long.")
        for depth, heads in zip(self.depths, self.heads, strict=True):
            whole("depths", depth)
            if self.features % whole("heads", heads):
                raise SettingError(f"heads: {heads} found, which does not divide {self.features}.")
        if self.light and self.scale == 1:
            raise SettingError("light: it says how to enlarge; give a scale of 2 or more with it.")
        if not self.light and self.scale not in _STEPS:
            raise SettingError(f"scale: {self.scale} found; give 1, 2, 3, 4 or 8.")
        if not self.value_range > 0:
            raise SettingError(f"value_range: {self.value_range!r} found; give a number above 0.")


class _Group(nn.Module):
    """Residual Swin Transformer block: layers, a convolution, and the input added."""

    def __init__(self, features: int, depth: int, heads: int, window: int, expansion: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            _Layer(features, heads, window, i % 2 * (window // 2), expansion) for i in range(depth)
        )
        self.tail = _conv(features, features)

    def forward(self, entry: Tensor) -> Tensor:
        """Take and return (N, H, W, features)."""
        state = entry
        for layer in self.layers:
            state = layer(state)
        change: Tensor = self.tail(state.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return entry + change


class _Layer(nn.Module):
    """Swin Transformer layer: attention, then two linear layers, each on what is normalized."""

    def __init__(self, features: int, heads: int, window: int, shift: int, expansion: int) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(features)
        self.attention = _WindowAttention(features, heads, window, shift)
        self.mix_norm = nn.LayerNorm(features)
        hidden = features * expansion
        self.mix = nn.Sequential(
            nn.Linear(features, hidden), nn.GELU(), nn.Linear(hidden, features)
        )

    def forward(self, state: Tensor) -> Tensor:
        state = state + self.attention(self.attention_norm(state))
        mixed: Tensor = self.mix(self.mix_norm(state))
        return state + mixed


class _WindowAttention(nn.Module):
    """Attention of the pixels of a window to each other, with a bias for where they lie."""

    places: Tensor

    def __init__(self, features: int, heads: int, window: int, shift: int) -> None:
        super().__init__()
        self.heads, self.window, self.shift = heads, window, shift
        self.temper = (features // heads) ** -0.5
        self.qkv = nn.Linear(features, 3 * features)
        self.merge = nn.Linear(features, features)
        self.place_bias = nn.Parameter(torch.empty((2 * window - 1) ** 2, heads))
        nn.init.trunc_normal_(self.place_bias, std=0.02)
        self.register_buffer("places", _places(window), persistent=False)

    def forward(self, state: Tensor) -> Tensor:
        """Take and return (N, H, W, features)."""
        height, width = state.shape[1:3]
        if self.shift:
            state = state.roll((-self.shift, -self.shift), (1, 2))
        # (q or k or v, N, windows, heads, pixels of a window, features of a head)
        qkv = self.qkv(_cut(state, self.window)).unflatten(-1, (3, self.heads, -1))
        q, k, v = qkv.permute(3, 0, 1, 4, 2, 5)
        scores = (q * self.temper) @ k.transpose(-2, -1)
        scores = scores + self.place_bias[self.places].permute(2, 0, 1)
        if self.shift:
            scores = scores.masked_fill(self._strangers(height, width, state), -torch.inf)
        attended = (scores.softmax(-1) @ v).transpose(2, 3).flatten(3)
        merged: Tensor = self.merge(attended)
        state = _join(merged, self.window, height, width)
        return state.roll((self.shift, self.shift), (1, 2)) if self.shift else state

    def _strangers(self, height: int, width: int, like: Tensor) -> Tensor:
        """Return which pixels of a window came together only by rolling the picture around.

        (windows, 1, pixels, pixels), True where they must not see each other.
        """
        row = torch.arange(height, device=like.device) >= height - self.shift
        column = torch.arange(width, device=like.device) >= width - self.shift
        side = 2 * row[:, None].long() + column.long()
        sides = _cut(side[None, :, :, None], self.window)[0]
        return (sides != sides.transpose(1, 2))[:, None]


def _cut(state: Tensor, window: int) -> Tensor:
    """Cut (N, H, W, features) into (N, windows, pixels of a window, features)."""
    n, height, width, features = state.shape
    grid = state.reshape(n, height // window, window, width // window, window, features)
    return grid.transpose(2, 3).reshape(n, -1, window**2, features)


def _join(windows: Tensor, window: int, height: int, width: int) -> Tensor:
    """Put together what `_cut` has cut."""
    n, _, _, features = windows.shape
    grid = windows.reshape(n, height // window, width // window, window, window, features)
    return grid.transpose(2, 3).reshape(n, height, width, features)


def _places(window: int) -> Tensor:
    """Return, for each pair of a window's pixels, the number of the offset between them."""
    at = torch.cartesian_prod(torch.arange(window), torch.arange(window))
    down, right = (at[:, None] - at[None] + window - 1).unbind(-1)
    return down * (2 * window - 1) + right


def _conv(entering: int, leaving: int) -> nn.Conv2d:
    return nn.Conv2d(entering, leaving, 3, padding=1)


def _initialize(layer: nn.Module) -> None:
    """Draw linear layers as the authors did; convolutions stay as PyTorch has them."""
    if isinstance(layer, nn.Linear):
        nn.init.trunc_normal_(layer.weight, std=0.02)
        nn.init.zeros_(layer.bias)


def _radius(depths: tuple[int, ...], window: int, last: int) -> int:
    """Return the theoretical reach in pixels, walking back from a pixel of the result.

    It differs with the pixel's place in its window. `last` is the reach of what follows the groups
    and their common convolution.
    """
    reach = 0
    for place in range(window):
        low, high = place - last - 1, place + last + 1
        for depth in reversed(depths):
            low, high = low - 1, high + 1
            for layer in reversed(range(depth)):
                shift = layer % 2 * (window // 2)
                low = (low - shift) // window * window + shift
                high = (high - shift) // window * window + shift + window - 1
        reach = max(reach, place - (low - 1), high + 1 - place)
    return reach


PUBLIC = SwinIR
