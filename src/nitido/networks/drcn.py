"""DRCN: one convolution applied sixteen times, every turn of which yields a result.

Kim, Lee, Lee: "Deeply-Recursive Convolutional Network for Image Super-Resolution", CVPR 2016, arXiv
1511.04491. Embedding, inference and reconstruction: section 3.1; recursive supervision, the skip
from the input and the weighted mean of all outputs: section 3.2; initial weights: section 4.2. The
network takes a picture that is bicubically enlarged already: its scale is 1, and the enlargement is
part of the degradation.

**Departure from the paper:** the training objective weighs the outputs of the turns against the
ensemble by a number that falls during training; that is left to the loss.
"""

from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nitido.networks._blocks import whole


class DRCN(nn.Module):
    """Sharpen by the weighted mean of what each turn of a recursion predicts.

    Parameters
    ----------
    channels : int
        Bands of the picture; 1 (luma) in the paper.
    features : int
        Width of the hidden layers.
    recursions : int
        Turns of the recursive convolution; each widens the view by one pixel on every side.

    Raises
    ------
    SettingError
        If a number is too small.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": 8, "recursions": 3}
    scale = 1
    multiple_of = 1
    radius: int
    channels: int

    def __init__(self, channels: int = 1, features: int = 256, recursions: int = 16) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        self.features = whole("features", features)
        self.recursions = whole("recursions", recursions)
        self.radius = recursions + 4
        self.embed = nn.Sequential(
            nn.Conv2d(channels, features, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(features, features, 3, padding=1),
            nn.ReLU(),
        )
        self.infer = nn.Conv2d(features, features, 3, padding=1)
        self.reconstruct = nn.Sequential(
            nn.Conv2d(features, features, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(features, channels, 3, padding=1),
        )
        self.ensemble = nn.Parameter(torch.full((recursions,), 1 / recursions))
        self.apply(_initialize)
        # The recursion starts as the identity, so its depth neither blows up nor fades.
        nn.init.dirac_(self.infer.weight)

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, the weighted ensemble, (N, C, H, W); it may leave 0..1."""
        return self.supervised(lq)[-1]

    def supervised(self, lq: Tensor) -> tuple[Tensor, ...]:
        """Return one output per turn, then the ensemble (section 3.2)."""
        state = self.embed(lq)
        outputs: list[Tensor] = []
        for _ in range(self.recursions):
            state = F.relu(self.infer(state))
            outputs.append(lq + self.reconstruct(state))
        ensemble = torch.einsum("d,dnchw->nchw", self.ensemble, torch.stack(outputs))
        return (*outputs, ensemble)


def _initialize(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


PUBLIC = DRCN
