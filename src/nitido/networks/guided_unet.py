"""A house network that is guided by the whole picture, for damage that no tile can judge alone.

Not from a paper. Two parts: one sees the whole picture made small and says, on a coarse grid, by
which curve its values should go, as HDRNet does with affine maps (Gharbi et al.: "Deep Bilateral
Learning for Real-Time Image Enhancement", SIGGRAPH 2017: local and global features of a small
picture, coefficients on a grid, laid over the picture by interpolation). The other one, the house
network `unet`, sees what the curve makes of a tile beside the tile itself and repairs the noise and
the detail. The curves undo a gain and a gamma: exp(g) * ((v + e)^exp(h) - e^exp(h)), with e one
level of 8 bits, so that black stays black and its noise is not enlarged without limit.

All that a tile learns from far away is in the curves, so tiles leave no trace. Training starts from
the identity.

**Departure from the paper:** none, there is no paper.
"""

from itertools import pairwise
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nitido import catalog, networks
from nitido.errors import SettingError
from nitido.networks._inputs import Input
from nitido.picture import area_weights

_MOST_GAIN = 4.0  # of the logarithm of a gain: 55 times
_MOST_GAMMA = 1.5  # of the logarithm of an exponent: 0.22 to 4.5
_LEVEL = 1 / 255


class GuidedUNet(nn.Module):
    """Curves judged from the whole picture, then a U-Net tile by tile.

    Parameters
    ----------
    channels : int
        Channels of the picture.
    side : int
        Height and width of the small picture that the curves are judged from, a multiple of 8.
    judging : (int, int, int)
        Features of the part that judges, at 1/2, 1/4 and 1/8 of `side`; the last is the grid.
    features, blocks, unshuffle
        Those of the U-Net, see `unet`.

    Raises
    ------
    SettingError
        If a number is too small, `side` is no multiple of 8, or `judging` has not three numbers.
    """

    TINY: ClassVar[dict[str, Any]] = {
        "side": 16,
        "judging": (4, 4, 6),
        "features": (4, 6),
        "blocks": (1, 1),
    }
    scale = 1

    def __init__(
        self,
        channels: int = 3,
        side: int = 128,
        judging: tuple[int, ...] = (32, 64, 128),
        features: tuple[int, ...] = (32, 64, 128),
        blocks: tuple[int, ...] = (2, 1, 1),
        unshuffle: int = 2,
    ) -> None:
        if side < 8 or side % 8:
            raise SettingError(f"side is {side}; it must be a multiple of 8.")
        if len(judging) != 3 or min(judging) < 1:
            raise SettingError(f"judging is {judging}; it must be three numbers of 1 at least.")
        super().__init__()
        self.fine: Any = catalog.build(
            networks,
            "unet",
            channels=channels,
            features=features,
            blocks=blocks,
            unshuffle=unshuffle,
            planes=channels,
        )
        self.coarse = _Judge(channels, judging)
        self.channels = channels
        self.multiple_of: int = self.fine.multiple_of
        self.radius: int = self.fine.radius
        curves = 2 * channels
        self.inputs = (
            Input(
                name="coarse",
                shape="plane",
                channels=curves,
                judged="coarse",
                side=side,
                low=-_MOST_GAIN,
                high=_MOST_GAIN,
                unit="logarithms of gains and exponents",
            ),
        )
        self._side = side

    def forward(self, lq: Tensor, coarse: Tensor | None = None) -> Tensor:
        """Restore `lq` (N, C, H, W), 0..1, H and W multiples of `multiple_of`.

        Parameters
        ----------
        lq : Tensor
            A tile, or the whole picture.
        coarse : Tensor, optional
            What the part `coarse` says of the whole picture, laid over it and cut as the tile,
            (N, 2 C, H, W). Without it `lq` is the whole picture.
        """
        if coarse is None:
            coarse = self.laid(lq)["coarse"]
        gain, gamma = coarse.chunk(2, dim=1)
        restored: Tensor = self.fine(_bent(lq, gain, gamma), planes=lq)
        return restored

    def laid(self, lq: Tensor) -> dict[str, Tensor]:
        """Return what the part `coarse` says of a whole picture, laid over it."""
        curves = self.coarse(_shrunk(lq, self._side))
        laid = F.interpolate(curves, lq.shape[2:], mode="bilinear", align_corners=False)
        return {"coarse": laid}


class _Judge(nn.Module):
    """Local and global features of a small picture, and of both the curves on a grid."""

    def __init__(self, channels: int, features: tuple[int, ...]) -> None:
        super().__init__()
        self.down = nn.ModuleList(
            nn.Conv2d(few, many, 3, 2, padding=1) for few, many in pairwise((channels, *features))
        )
        last = features[-1]
        self.local = nn.Conv2d(last, last, 3, padding=1)
        self.all = nn.Conv2d(last, last, 1)
        self.mixed = nn.Conv2d(last, last, 3, padding=1)
        self.curves = nn.Conv2d(last, 2 * channels, 1)
        nn.init.zeros_(self.curves.weight)
        if self.curves.bias is not None:
            nn.init.zeros_(self.curves.bias)

    def forward(self, small: Tensor) -> Tensor:
        """Return logarithms of gains, then of exponents, (N, 2 C, side / 8, side / 8)."""
        features = small.clamp(min=0).sqrt()  # dark places differ by little
        for convolution in self.down:
            features = F.relu(convolution(features))
        mean = features.mean(dim=(2, 3), keepdim=True)
        features = F.relu(self.local(features) + self.all(mean))
        features = F.relu(self.mixed(features))
        gain, gamma = self.curves(features).chunk(2, dim=1)
        return torch.cat([_MOST_GAIN * torch.tanh(gain), _MOST_GAMMA * torch.tanh(gamma)], dim=1)


def _bent(lq: Tensor, gain: Tensor, gamma: Tensor) -> Tensor:
    """Return `lq` along the curves; what lies below 0 stays below by as much."""
    positive, exponent = lq.clamp(min=0), gamma.exp()
    curve = (positive + _LEVEL).pow(exponent) - torch.full_like(exponent, _LEVEL).pow(exponent)
    return gain.exp() * curve + lq.clamp(max=0)


def _shrunk(lq: Tensor, side: int) -> Tensor:
    """Return the means of `lq` over side x side equal areas."""
    rows, columns = (torch.from_numpy(area_weights(n, side)).to(lq) for n in lq.shape[2:])
    return rows @ lq @ columns.T


PUBLIC = GuidedUNet
