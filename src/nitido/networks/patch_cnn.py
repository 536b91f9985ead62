"""Patch CNN: a convolutional network that restores every patch as if it were a picture of its own.

Kulkarni, Lohit, Turaga, Kerviche, Ashok: "ReconNet: Non-Iterative Reconstruction of Images from
Compressively Sensed Measurements", CVPR 2016, arXiv 1601.06892. Two units of three convolutions
(64 of 11x11, 32 of 1x1, one of 7x7) work on 33x33 patches that never see each other. The paper has
one plane in and out of a unit; with more channels there are that many. Initial weights follow the
authors' published definition.

Work on independent patches needs little memory and runs in any order, but leaves seams, as each
patch sees nothing but zeros past its own border. The network is here to measure that price.

**Departure from the paper:** the damaged picture takes the place of the first, fully connected
layer, which guesses a picture from random measurements. No rectifier cuts the picture that one unit
hands to the next: under Adam it tends to close for good. No denoiser smooths the seams afterwards.
"""

from typing import Any, ClassVar

from torch import Tensor, nn

from nitido.networks._blocks import whole

_NARROW = 32
_REACH = 8  # of the 11x11 and the 7x7 convolution of a unit


class PatchCNN(nn.Module):
    """Cut the picture into patches, restore each alone, and lay them side by side.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    features : int
        Width of the first layer of a unit; the second has 32.
    units : int
        Units of three convolutions.
    patch : int
        Side of the patches, in pixels.

    Raises
    ------
    SettingError
        If a number is too small.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": 6, "units": 2, "patch": 9}
    scale = 1
    multiple_of: int
    radius: int
    channels: int

    def __init__(
        self, channels: int = 1, features: int = 64, units: int = 2, patch: int = 33
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        whole("features", features)
        self.patch = self.multiple_of = whole("patch", patch)
        self.radius = min(_REACH * whole("units", units), patch - 1)
        layers: list[nn.Module] = []
        for _ in range(units):
            layers += [
                *(nn.Conv2d(channels, features, 11, padding=5), nn.ReLU()),
                *(nn.Conv2d(features, _NARROW, 1), nn.ReLU()),
                nn.Conv2d(_NARROW, channels, 7, padding=3),
            ]
        self.layers = nn.Sequential(*layers)
        self.apply(_initialize)

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1."""
        count, channels, height, width = lq.shape
        side = self.patch
        rows, columns = height // side, width // side
        grid = lq.reshape(count, channels, rows, side, columns, side).permute(0, 2, 4, 1, 3, 5)
        restored: Tensor = self.layers(grid.reshape(-1, channels, side, side))
        grid = restored.reshape(count, rows, columns, channels, side, side)
        return grid.permute(0, 3, 1, 4, 2, 5).reshape(count, channels, height, width)


def _initialize(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d):
        nn.init.normal_(layer.weight, std=0.1)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


PUBLIC = PatchCNN
