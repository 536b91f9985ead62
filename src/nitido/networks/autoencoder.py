"""Convolutional autoencoder: squeeze the picture into a small code and draw it anew from that.

Masci, Meier, Ciresan, Schmidhuber: "Stacked Convolutional Auto-Encoders for Hierarchical Feature
Extraction", ICANN 2011. Convolutions in place of the autoencoder's full connections: section 3;
coarser maps as what keeps the code from being a copy: section 3.1. Learning to restore a damaged
input is the denoising autoencoder of Vincent, Larochelle, Bengio, Manzagol (ICML 2008).

There is no path around the code, so every detail must fit through it: the network shows what skips
are worth, and blurs where they are missed.

**Departure from the paper:** strides instead of max-pooling, rectifiers instead of tanh, weights of
the decoder of its own, and all layers trained at once instead of one after the other.
"""

from itertools import pairwise
from typing import Any, ClassVar

from torch import Tensor, nn

from nitido.errors import SettingError
from nitido.networks._blocks import whole


class Autoencoder(nn.Module):
    """Encode by strided convolutions, decode by transposed ones.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    features : (int, ...)
        Width of each level, the finest first; each has half the resolution of the one before. The
        code holds ``features[-1] / 4 ** len(features)`` values per pixel: 2 by default.

    Raises
    ------
    SettingError
        If a number is too small, or there is no level.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": (6, 8)}
    scale = 1
    multiple_of: int
    radius: int
    channels: int

    def __init__(self, channels: int = 3, features: tuple[int, ...] = (32, 64, 128)) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        if not features:
            raise SettingError("features: nothing found; give the width of one level at least.")
        widths = [channels, *(whole("features", width) for width in features)]
        self.multiple_of = 2 ** len(features)
        # A cell of the code is drawn and seen with half its neighbours at every level.
        self.radius = 3 * (self.multiple_of - 1)
        encoder: list[nn.Module] = []
        for fine, coarse in pairwise(widths):
            encoder += [nn.Conv2d(fine, coarse, 4, stride=2, padding=1), nn.ReLU()]
        decoder: list[nn.Module] = []
        for coarse, fine in pairwise(reversed(widths)):
            decoder += [nn.ConvTranspose2d(coarse, fine, 4, stride=2, padding=1), nn.ReLU()]
        self.encoder = nn.Sequential(*encoder)
        self.decoder = nn.Sequential(*decoder[:-1])  # the picture is not rectified
        self.apply(_initialize)

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1."""
        restored: Tensor = self.decoder(self.encoder(lq))
        return restored


def _initialize(layer: nn.Module) -> None:
    """Keep the variance through rectifiers (He et al., ICCV 2015)."""
    if isinstance(layer, nn.Conv2d):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    elif isinstance(layer, nn.ConvTranspose2d):
        # A pixel is drawn by every second row and column of a kernel: by a quarter of it.
        nn.init.normal_(layer.weight, std=(2 / (4 * layer.in_channels)) ** 0.5)
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d) and layer.bias is not None:
        nn.init.zeros_(layer.bias)


PUBLIC = Autoencoder
