"""Perceptron: one layer, that is, the best linear filter there is, as the floor for all the others.

Rosenblatt: "The Perceptron: A Probabilistic Model for Information Storage and Organization in the
Brain", Psychological Review 65(6), 1958. Units that each weigh all they see; the retina is a patch
of the picture here, and there is one unit for every restored value in the middle of that patch.
Sliding the patch by one pixel makes it a filter; sliding it by whole centers lets it know where in
a block it is, which is what the grid of JPEG calls for (``center=8``).

**Departure from the paper:** the units do not decide between two classes: their sums are the
restored values, as in the linear unit of Widrow and Hoff ("Adaptive Switching Circuits", WESCON
1960), who train it by its squared error. It starts as the identity.
"""

from typing import Any, ClassVar

from torch import Tensor, nn
from torch.nn import functional as F

from nitido.errors import SettingError
from nitido.networks._blocks import whole


class Perceptron(nn.Module):
    """Restore the center of a patch by one linear map of the patch.

    Parameters
    ----------
    channels : int
        Bands of the picture; every restored band sees all of them.
    patch : int
        Side of the patch that is seen, in pixels. Past the border it sees the nearest pixel.
    center : int
        Side of the block in its middle that is restored at once; 1 slides pixel by pixel.

    Raises
    ------
    SettingError
        If a number is too small, or the center has no place in the middle of the patch.
    """

    TINY: ClassVar[dict[str, Any]] = {"patch": 6, "center": 2}
    scale = 1
    multiple_of: int
    radius: int
    channels: int

    def __init__(self, channels: int = 3, patch: int = 15, center: int = 1) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        self.center = self.multiple_of = whole("center", center)
        if (whole("patch", patch, least=center) - center) % 2:
            raise SettingError(
                f"patch: {patch!r} found with center={center}; give two even or two odd numbers, "
                "so that the center lies in the middle."
            )
        self.margin = (patch - center) // 2
        self.radius = self.margin + center - 1
        self.layer = nn.Conv2d(channels, channels * center**2, patch, stride=center)
        self._initialize()

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1."""
        seen = F.pad(lq, (self.margin,) * 4, mode="replicate")
        return F.pixel_shuffle(self.layer(seen), self.center)

    def _initialize(self) -> None:
        """Start as the identity; the squared error has one minimum wherever training starts."""
        nn.init.zeros_(self.layer.bias)  # type: ignore[arg-type]
        nn.init.zeros_(self.layer.weight)
        kernels = self.layer.weight.detach()
        for unit in range(len(kernels)):
            band, place = divmod(unit, self.center**2)
            row, column = divmod(place, self.center)
            kernels[unit, band, self.margin + row, self.margin + column] = 1


PUBLIC = Perceptron
