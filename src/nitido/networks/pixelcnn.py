"""PixelCNN, told what to restore: a distribution over pictures, drawn value by value.

Dahl, Norouzi, Shlens: "Pixel Recursive Super Resolution", ICCV 2017, arXiv 1702.00783. A
conditioning network sees the damaged picture, a prior network sees the values already drawn, and
the sum of their scores gives the odds of the 256 levels of the next value. The prior is a gated
PixelCNN: van den Oord, Kalchbrenner, Vinyals, Espeholt, Graves, Kavukcuoglu: "Conditional Image
Generation with PixelCNN Decoders", NIPS 2016, arXiv 1606.05328, sections 2.1 to 2.3: a vertical
stack over the rows above, a horizontal one over the row up to the value, gates of tanh and sigmoid.
The colors of a pixel follow one another, red, green, blue, as in "Pixel Recurrent Neural Networks",
ICML 2016, arXiv 1601.06759. What the text leaves open (where normalization is, the vertical stack
without residuals and with rows above alone, initial weights) follows a public implementation.

**Departure from the paper:** the paper draws pictures; ``network(lq)`` is their mean, as a restored
picture has to be. It is that of the conditioning network's own distribution, which the second term
of the paper's training loss fits, and so a function of `lq` alone; `sample` draws. Damage without a
change of size leaves the upsampling out.
"""

from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from nitido.errors import SettingError
from nitido.networks._blocks import whole
from nitido.networks._pixelcnn_prior import Memory, Prior

_SHARPNESS = 1.1  # of the scores when sampling, from the paper


class PixelCNN(nn.Module):
    """Restore to the mean of a learned distribution over pictures, or draw from it.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    scale : int
        Output size over input size, a power of 2.
    features : int
        Width of the conditioning network.
    blocks : int
        Its residual blocks at each resolution.
    prior_features : int
        Width of the prior network, at least `channels`.
    layers : int
        Its gated layers.
    hidden : int
        Width before its scores, at least `channels`.
    levels : int
        Values that can be told apart, evenly spread over 0..1, at least 2.

    Raises
    ------
    SettingError
        If a number is too small, or `scale` no power of 2.
    """

    TINY: ClassVar[dict[str, Any]] = {
        "scale": 2,
        "features": 5,
        "blocks": 1,
        "prior_features": 7,
        "layers": 2,
        "hidden": 8,
        "levels": 6,
    }
    multiple_of = 1
    scale: int
    radius: int
    channels: int

    def __init__(
        self,
        channels: int = 3,
        scale: int = 4,
        features: int = 32,
        blocks: int = 6,
        prior_features: int = 64,
        layers: int = 20,
        hidden: int = 1024,
        levels: int = 256,
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        self.scale = whole("scale", scale)
        if scale & (scale - 1):
            raise SettingError(f"scale: {scale} found; give a power of 2.")
        self.features = whole("features", features)
        self.blocks = whole("blocks", blocks)
        self.prior_features = whole("prior_features", prior_features, least=channels)
        self.layers = whole("layers", layers)
        self.hidden = whole("hidden", hidden, least=channels)
        self.levels = whole("levels", levels, least=2)
        self.radius = _radius(scale, blocks)
        doublings = scale.bit_length() - 1
        body: list[nn.Module] = [nn.Conv2d(channels, features, 1)]
        for stage in range(doublings + 1):
            body += [_Residual(features) for _ in range(blocks)]
            if stage < doublings:
                body += [_Double(features), nn.ReLU()]
        body.append(nn.Conv2d(features, levels * channels, 1))
        self.condition = nn.Sequential(*body)
        self.prior = Prior(channels, prior_features, layers, hidden, levels)
        self.apply(_initialize)

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W), the mean of the distribution; it stays in 0..1."""
        return self._mean(self._conditioned(lq))

    def supervised(self, lq: Tensor) -> tuple[Tensor, Tensor]:
        """Return two means for losses of pictures: that of both networks, and the result.

        The conditioning network's mean takes the place of the values drawn before. Such losses
        restore, but teach no distribution; that takes `logits`.
        """
        conditioned = self._conditioned(lq)
        restored = self._mean(conditioned)
        return self._mean(conditioned + self.prior(restored - 0.5)), restored

    def logits(self, lq: Tensor, gt: Tensor) -> tuple[Tensor, Tensor]:
        """Return the scores of every level of every value, each (N, levels, C, H, W).

        The first are the conditioning network's own, the second those of both, in which every
        value is judged by `lq` and the values of `gt` before it, never by itself. The paper's
        training loss is the sum of their cross entropies.

        Parameters
        ----------
        lq : Tensor
            Damaged pictures, (N, C, H, W), 0..1.
        gt : Tensor
            (N, C, H * scale, W * scale); counts as its nearest levels.

        Raises
        ------
        SettingError
            If `gt` has another shape.
        """
        n, c, h, w = lq.shape
        if gt.shape != (n, c, h * self.scale, w * self.scale):
            raise SettingError(
                f"lq has shape {tuple(lq.shape)} and gt {tuple(gt.shape)}; "
                f"gt is {self.scale} times as large."
            )
        conditioned = self._conditioned(lq)
        steps = self.levels - 1
        prior: Tensor = self.prior((gt.clamp(0, 1) * steps).round() / steps - 0.5)
        return conditioned, conditioned + prior

    @torch.no_grad()
    def sample(
        self,
        lq: Tensor,
        generator: torch.Generator,
        progress: Callable[[float], None] = lambda done: None,
        *,
        sharpness: float = _SHARPNESS,
    ) -> Tensor:
        """Draw pictures, (N, C, H, W), values 0..1 at the levels; takes a step for every value.

        Parameters
        ----------
        lq : Tensor
            Damaged pictures, (N, C, H, W), 0..1.
        generator : torch.Generator
            Where chance comes from; the same state draws the same pictures.
        progress : callable
            Called after every row with the share that is done, 0..1.
        sharpness : float
            Scores are multiplied by it: 1 draws from the distribution itself, more prefers what
            is likely.

        Raises
        ------
        SettingError
            If the network is in training mode, where its result would depend on the batch.
        """
        if self.training:
            raise SettingError("The network is in training mode; call eval() before sampling.")
        conditioned = self._conditioned(lq)
        values = self._values(conditioned)
        n, _, c, h, w = conditioned.shape
        memory = Memory(self.prior, conditioned[:, 0])
        for row in range(h):
            memory.begin(row)
            chance = torch.rand(n, c, w, generator=generator, device=generator.device).to(values)
            for column in range(w):
                for color in range(c):
                    scores = memory.scores(row, column)[:, :, color]
                    scores = sharpness * (scores + conditioned[:, :, color, row, column])
                    odds = scores.softmax(dim=1)
                    below = odds.cumsum(dim=1) <= chance[:, color, column, None]
                    # Odds may sum to a little less than 1, and chance lie between.
                    level = below.sum(dim=1).clamp(max=self.levels - 1)
                    memory.keep(values[level] - 0.5, color, row, column)
            progress((row + 1) / h)
        return memory.drawn + 0.5

    def _conditioned(self, lq: Tensor) -> Tensor:
        """Return the conditioning network's scores, (N, levels, C, H, W)."""
        scores: Tensor = self.condition(lq - 0.5)
        return torch.unflatten(scores, 1, (self.levels, self.channels))

    def _mean(self, scores: Tensor) -> Tensor:
        """Return the mean of the levels under their odds, (N, C, H, W)."""
        return torch.einsum("nlchw,l->nchw", scores.softmax(dim=1), self._values(scores))

    def _values(self, like: Tensor) -> Tensor:
        """Return what the levels stand for."""
        return torch.linspace(0, 1, self.levels, dtype=like.dtype, device=like.device)


class _Residual(nn.Module):
    """Two normalized convolutions, and the input added."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(features, features, 3, padding=1, bias=False),
            nn.BatchNorm2d(features),
            nn.ReLU(),
            nn.Conv2d(features, features, 3, padding=1, bias=False),
            nn.BatchNorm2d(features),
        )

    def forward(self, state: Tensor) -> Tensor:
        change: Tensor = self.layers(state)
        return state + change


class _Double(nn.Module):
    """Upsampling by 2: pixel i of the input spreads over pixels 2i to 2i + 2 of the output."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.spread = nn.ConvTranspose2d(features, features, 3, stride=2)

    def forward(self, state: Tensor) -> Tensor:
        spread: Tensor = self.spread(state)
        return spread[..., :-1, :-1]


def _radius(scale: int, blocks: int) -> int:
    """Return how far the conditioning network sees, in LQ pixels."""
    first = last = 0  # of what the first pixel of the result is made from: none sees further
    while scale > 1:
        first, last = first - 2 * blocks, last + 2 * blocks
        first, last = (first - 1) // 2, last // 2
        scale //= 2
    return max(-first, last) + 2 * blocks


def _initialize(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.trunc_normal_(layer.weight, std=0.1, a=-0.2, b=0.2)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


PUBLIC = PixelCNN
