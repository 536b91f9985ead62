"""The prior network of PixelCNN: what it may see of a picture, and how it is asked value by value.

Van den Oord, Kalchbrenner, Vinyals, Espeholt, Graves, Kavukcuoglu: "Conditional Image Generation
with PixelCNN Decoders", NIPS 2016, arXiv 1606.05328; what differs stands in `pixelcnn.py`.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_FIRST, _LATER = 3, 2  # how far the first convolution sees, and each of the gated layers


class Above(nn.Conv2d):
    """A convolution over `reach` rows above a pixel, and as far to both sides."""

    def __init__(self, entering: int, leaving: int, reach: int) -> None:
        super().__init__(entering, leaving, (reach, 2 * reach + 1))
        self.reach = reach

    def forward(self, state: Tensor) -> Tensor:
        return self.below(F.pad(state, (0, 0, self.reach, 0))[..., :-1, :])

    def below(self, rows: Tensor) -> Tensor:
        """Return the rows that lie below `reach` others: as many less."""
        return super().forward(F.pad(rows, (self.reach, self.reach)))


class Left(nn.Conv2d):
    """A convolution over `reach` pixels to the left and over what a color may know of the pixel.

    `entering` and `leaving` are the colors of the features, `itself` whether a color may look at
    features of its own.
    """

    mask: Tensor

    def __init__(
        self, entering: Tensor, leaving: Tensor, reach: int = 0, itself: bool = True
    ) -> None:
        super().__init__(len(entering), len(leaving), (1, reach + 1))
        self.reach = reach
        mask = torch.ones(len(leaving), len(entering), 1, reach + 1)
        mask[:, :, 0, -1] = (entering < leaving[:, None] + int(itself)).float()
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, state: Tensor) -> Tensor:
        return self.inside(F.pad(state, (self.reach, 0)))

    def inside(self, state: Tensor) -> Tensor:
        """Convolve without a border: the result has `reach` columns less."""
        return F.conv2d(state, self.weight * self.mask, self.bias)


class Gated(nn.Module):
    """One gated layer of both stacks."""

    def __init__(self, color: Tensor) -> None:
        super().__init__()
        features = len(color)
        self.above = Above(features, 2 * features, _LATER)
        self.cross = nn.Conv2d(2 * features, 2 * features, 1)
        self.left = Left(color, color.repeat(2), _LATER)
        self.merge = Left(color, color)

    def look_up(self, vertical: Tensor) -> tuple[Tensor, Tensor]:
        """Return the vertical stack's next state and its hint to the horizontal one."""
        found = self.above(vertical)
        return _gate(found), self.cross(found)

    def forward(self, horizontal: Tensor, hint: Tensor) -> Tensor:
        """Return the horizontal stack's next state."""
        return self.step(horizontal, self.left(horizontal), hint)

    def step(self, horizontal: Tensor, found: Tensor, hint: Tensor) -> Tensor:
        """Return the next state from what was found on the left."""
        change: Tensor = self.merge(_gate(found + hint))
        return horizontal + change


class Prior(nn.Module):
    """Score every value by those before it: rows above, pixels to the left, colors before its own.

    Feature i belongs to color ``i % channels`` and knows of its own pixel the colors before that
    one; a result may look at features of its own color and of those before.
    """

    def __init__(self, channels: int, features: int, layers: int, hidden: int, levels: int) -> None:
        super().__init__()
        self.levels = levels
        pixel = torch.arange(channels)
        color = torch.arange(features) % channels
        inner = torch.arange(hidden) % channels
        self.above = Above(channels, features, _FIRST)
        self.left = Left(pixel, color, _FIRST, itself=False)
        self.layers = nn.ModuleList(Gated(color) for _ in range(layers))
        self.hidden = Left(color, inner)
        self.output = Left(inner, pixel.repeat(levels))

    def forward(self, picture: Tensor) -> Tensor:
        """Return scores (N, levels, C, H, W) of a picture (N, C, H, W), its values around 0."""
        vertical = horizontal = self.above(picture) + self.left(picture)
        for layer in self.stack():
            vertical, hint = layer.look_up(vertical)
            horizontal = layer(horizontal, hint)
        return self.judge(horizontal)

    def stack(self) -> list[Gated]:
        """Return the gated layers."""
        return [layer for layer in self.layers if isinstance(layer, Gated)]

    def judge(self, horizontal: Tensor) -> Tensor:
        """Return scores (N, levels, C, H, W) of what the horizontal stack found."""
        scores: Tensor = self.output(F.relu(self.hidden(horizontal)))
        return torch.unflatten(scores, 1, (self.levels, -1))


class Memory:
    """What the prior has found so far, so that a new value costs one pixel of each layer.

    Of the vertical stack the rows are kept that the next one needs, of the horizontal stack the
    current row. Everything has a margin of zeros, the border of the convolutions.
    """

    def __init__(self, prior: Prior, like: Tensor) -> None:
        n, _, _, width = like.shape
        features = prior.above.out_channels
        self._prior = prior
        self._stack = prior.stack()
        self._picture = F.pad(torch.zeros_like(like), (_FIRST, 0, _FIRST, 0))
        self._vertical = [like.new_zeros(n, features, _LATER, width) for _ in prior.layers]
        self._horizontal = [like.new_zeros(n, features, 1, _LATER + width) for _ in prior.layers]
        self._first = like.new_zeros(0)
        self._hints: list[Tensor] = []

    @property
    def drawn(self) -> Tensor:
        """The picture (N, C, H, W), its values around 0."""
        return self._picture[..., _FIRST:, _FIRST:]

    def keep(self, value: Tensor, color: int, row: int, column: int) -> None:
        """Remember a value (N,)."""
        self.drawn[:, color, row, column] = value

    def begin(self, row: int) -> None:
        """Run the vertical stack for a row, all rows above being drawn."""
        self._first = self._prior.above.below(self._picture[..., row : row + _FIRST, _FIRST:])
        # Both stacks start from the same state; that of the row above is whole only now.
        state = self._horizontal[0][..., _LATER:]
        self._hints = []
        if row:
            self._vertical[0] = _pushed(self._vertical[0], state)
        for i, layer in enumerate(self._stack):
            found = layer.above.below(self._vertical[i])
            self._hints.append(layer.cross(found))
            if i:
                self._vertical[i] = _pushed(self._vertical[i], state)
            state = _gate(found)

    def scores(self, row: int, column: int) -> Tensor:
        """Return scores (N, levels, C) of a pixel; those of colors not yet drawn are not final."""
        known = self._picture[..., _FIRST + row, None, column : column + _FIRST + 1]
        state = self._first[..., column : column + 1] + self._prior.left.inside(known)
        for layer, hint, kept in zip(self._stack, self._hints, self._horizontal, strict=True):
            kept[..., column + _LATER] = state[..., 0]
            found = layer.left.inside(kept[..., column : column + _LATER + 1])
            state = layer.step(state, found, hint[..., column : column + 1])
        return self._prior.judge(state)[..., 0, 0]


def _pushed(rows: Tensor, new: Tensor) -> Tensor:
    """Return rows (N, C, rows, W) without the first, and a new last one."""
    return torch.cat([rows[..., 1:, :], new], dim=-2)


def _gate(state: Tensor) -> Tensor:
    """Return one half of the features, each let through by its partner in the other."""
    value, gate = state.chunk(2, dim=1)
    return torch.tanh(value) * torch.sigmoid(gate)
