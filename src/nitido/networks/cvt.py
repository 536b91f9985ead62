"""CvT: a transformer whose tokens and whose queries, keys and values come from convolutions.

Wu, Xiao, Codella, Liu, Dai, Yuan, Zhang: "CvT: Introducing Convolutions to Vision Transformers",
ICCV 2021, arXiv 2103.15808. Convolutional token embedding before every stage: section 3.1;
convolutional projection, with a stride of 2 for keys and values: section 3.2; stages of 1, 2 and 10
blocks: CvT-13 of table 2. There is no positional encoding, since convolutions know their place
(section 4.4). Initial weights, and scores divided by the root of the width and not of a head's
part of it, follow the authors' published code.

**Departure from the paper:** made for restoration. The stages are the way down of a U: the first
embedding is 3x3 at full resolution, and transposed convolutions, sums with the way down and as many
blocks again lead up to a residual that starts at zero. Attention stays within windows, so cost
grows with the picture's area and pictures can be cut into tiles; the convolutions cross from window
to window. The widths are 24, 48 and 96 for 64, 192 and 384. No batch normalization in projections,
whose input is normalized already, and no bias for keys, which would cancel.
"""

from itertools import pairwise
from typing import Any, ClassVar

from torch import Tensor, nn

from nitido.errors import SettingError
from nitido.networks._blocks import whole


class CvT(nn.Module):
    """Predict a residual by a U of convolutional transformer blocks.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    features : (int, ...)
        Width of each level, the finest first; each has half the resolution of the one before.
    blocks : (int, ...)
        Blocks per level; every level but the last has as many again on the way up.
    heads : (int, ...)
        Attention heads per level, each a divisor of the width.
    window : int
        Side of the windows of attention, in tokens of their level; even.
    expansion : int
        How many times wider the hidden layer of a block's perceptron is.

    Raises
    ------
    SettingError
        If a number is too small, the window is odd, or the levels do not fit together.
    """

    TINY: ClassVar[dict[str, Any]] = {
        "features": (4, 8),
        "blocks": (1, 1),
        "heads": (1, 2),
        "window": 4,
        "expansion": 2,
    }
    scale = 1
    multiple_of: int
    radius: int
    channels: int

    def __init__(
        self,
        channels: int = 3,
        features: tuple[int, ...] = (24, 48, 96),
        blocks: tuple[int, ...] = (1, 2, 10),
        heads: tuple[int, ...] = (1, 2, 4),
        window: int = 8,
        expansion: int = 4,
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        whole("expansion", expansion)
        if not len(features) == len(blocks) == len(heads) > 0:
            raise SettingError(
                f"features {features}, blocks {blocks} and heads {heads} must be equally long."
            )
        for width, count, parts in zip(features, blocks, heads, strict=True):
            whole("features", width)
            whole("blocks", count)
            if width % whole("heads", parts):
                raise SettingError(f"heads: {parts} found; give a divisor of the width {width}.")
        if whole("window", window) % 2:
            raise SettingError(f"window: {window} found; give an even number.")
        self.multiple_of = window * 2 ** (len(features) - 1)
        self.radius = _radius(blocks, window)

        def stage(level: int) -> nn.Sequential:
            width, parts = features[level], heads[level]
            return nn.Sequential(
                *(_Block(width, parts, window, expansion) for _ in range(blocks[level]))
            )

        levels = range(len(features))
        self.head = _Embedding(channels, features[0], stride=1)
        self.encoder = nn.ModuleList(stage(level) for level in levels)
        self.down = nn.ModuleList(_Embedding(*pair, stride=2) for pair in pairwise(features))
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(coarse, fine, 2, 2) for fine, coarse in pairwise(features)
        )
        self.decoder = nn.ModuleList(stage(level) for level in levels[:-1])
        self.tail = nn.Conv2d(features[0], channels, 3, padding=1)
        nn.init.zeros_(self.tail.weight)
        nn.init.zeros_(self.tail.bias)  # type: ignore[arg-type]

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1."""
        tokens = self.head(lq)
        skips = []
        for blocks, down in zip(self.encoder, self.down, strict=False):
            tokens = blocks(tokens)
            skips.append(tokens)
            tokens = down(tokens)
        tokens = self.encoder[-1](tokens)
        for up, blocks in zip(reversed(self.up), reversed(self.decoder), strict=True):
            tokens = blocks(up(tokens) + skips.pop())
        residual: Tensor = self.tail(tokens)
        return lq + residual


class _Embedding(nn.Module):
    """Make normalized tokens by a 3x3 convolution."""

    def __init__(self, entering: int, leaving: int, stride: int) -> None:
        super().__init__()
        self.tokens = nn.Conv2d(entering, leaving, 3, stride=stride, padding=1)
        self.norm = _Norm(leaving)

    def forward(self, state: Tensor) -> Tensor:
        tokens: Tensor = self.norm(self.tokens(state))
        return tokens


class _Norm(nn.LayerNorm):
    """Normalize the channels of every token of (N, C, H, W)."""

    def forward(self, tokens: Tensor) -> Tensor:
        return super().forward(tokens.movedim(1, -1)).movedim(-1, 1)


class _Block(nn.Module):
    """A shortcut around attention and one around a perceptron per token."""

    def __init__(self, features: int, heads: int, window: int, expansion: int) -> None:
        super().__init__()
        self.attention_norm = _Norm(features)
        self.attention = _Attention(features, heads, window)
        self.perceptron_norm = _Norm(features)
        self.perceptron = nn.Sequential(
            _linear(features, expansion * features),
            nn.GELU(),
            _linear(expansion * features, features),
        )

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens + self.attention(self.attention_norm(tokens))
        change: Tensor = self.perceptron(self.perceptron_norm(tokens))
        return tokens + change


class _Attention(nn.Module):
    """Attention within windows, over keys and values at half the resolution."""

    def __init__(self, features: int, heads: int, window: int) -> None:
        super().__init__()
        self.heads = heads
        self.window = window
        self.query = _projection(features, stride=1)
        self.key = _projection(features, stride=2, bias=False)
        self.value = _projection(features, stride=2)
        self.mix = _linear(features, features)

    def forward(self, tokens: Tensor) -> Tensor:
        count, width, rows, columns = tokens.shape
        side, half = self.window, self.window // 2
        q = self._cut(self.query(tokens) * width**-0.5, side)
        k = self._cut(self.key(tokens), half)
        v = self._cut(self.value(tokens), half)
        seen = (q @ k.transpose(-1, -2)).softmax(-1) @ v
        grid = seen.reshape(
            *(count, rows // side, columns // side, self.heads, side, side, width // self.heads)
        )
        mixed: Tensor = self.mix(grid.permute(0, 3, 6, 1, 4, 2, 5).reshape(tokens.shape))
        return mixed

    def _cut(self, tokens: Tensor, side: int) -> Tensor:
        """Return (N, windows down, windows across, heads, side * side, width of a head)."""
        count, width, rows, columns = tokens.shape
        grid = tokens.reshape(
            *(count, self.heads, width // self.heads, rows // side, side, columns // side, side)
        )
        return grid.permute(0, 3, 5, 1, 4, 6, 2).flatten(4, 5)


def _projection(features: int, stride: int, bias: bool = True) -> nn.Sequential:
    """Filter every channel by itself, then mix the channels of every token."""
    return nn.Sequential(
        nn.Conv2d(features, features, 3, stride, padding=1, groups=features, bias=False),
        _linear(features, features, bias),
    )


def _linear(entering: int, leaving: int, bias: bool = True) -> nn.Conv2d:
    """Return a linear map of every token."""
    layer = nn.Conv2d(entering, leaving, 1, bias=bias)
    nn.init.trunc_normal_(layer.weight, std=0.02)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def _radius(blocks: tuple[int, ...], window: int) -> int:
    """Return the farthest reach of a pixel, which depends on its place in the grid of windows.

    From every place, the span of pixels seen is followed back through all layers on the longest
    way, down to the coarsest level and up again.
    """

    def through(low: int, high: int, count: int) -> tuple[int, int]:
        for _ in range(count):  # the window, its convolutions' left border, the query's right one
            first, last = low // window * window, high // window * window + window - 1
            low, high = first - 1, max(last, high + 1)
        return low, high

    *finer, coarsest = blocks
    cell = window * 2 ** len(finer)
    radius = 0
    for place in range(cell):
        low, high = place - 1, place + 1
        for count in finer:
            low, high = (side // 2 for side in through(low, high, count))
        low, high = through(low, high, coarsest)
        for count in reversed(finer):
            low, high = through(2 * low - 1, 2 * high + 1, count)
        radius = max(radius, place - low + 1, high + 1 - place)
    return radius


PUBLIC = CvT
