"""Zero-DCE: brighten dark pictures by curves that a small network bends for every pixel.

Guo, Li, Guo, Loy, Hou, Kwong, Cong: "Zero-Reference Deep Curve Estimation for Low-Light Image
Enhancement", CVPR 2020, arXiv 2001.06826. The curve and its eight repetitions: section 3.1; seven
convolutions of 32 features with symmetrical skips: section 3.2. Initial weights follow the authors'
published code. Training needs no clean pictures: the losses of section 3.3 judge the enhanced
picture and the smoothness of the curves, which `ZeroDCE.curves` gives.

**Departure from the paper:** the curves have the sign of the published code and weights, where a
negative value brightens; in the text a positive one does.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nitido.errors import WeightsError
from nitido.networks._blocks import agreed, load, own_names, renamed, whole

_OWN = {name: name for name in ("channels", "features", "iterations")}


class ZeroDCE(nn.Module):
    """Enhance a picture by repeated curves of its own.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    features : int
        Width of the hidden layers.
    iterations : int
        How often a curve is applied, each time another one.

    Raises
    ------
    SettingError
        If a number is too small.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": 6, "iterations": 3}
    scale = 1
    multiple_of = 1
    radius = 7
    channels: int

    def __init__(self, channels: int = 3, features: int = 32, iterations: int = 8) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        self.features = whole("features", features)
        self.iterations = whole("iterations", iterations)
        entering = [channels, *[features] * 3, *[2 * features] * 3]
        leaving = [*[features] * 6, channels * iterations]
        self.layers = nn.ModuleList(
            nn.Conv2d(*widths, 3, padding=1) for widths in zip(entering, leaving, strict=True)
        )
        for layer in self.layers:
            nn.init.normal_(layer.weight, std=0.02)  # type: ignore[arg-type]

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W), the enhanced picture; within 0..1 if `lq` is."""
        return self.bent(lq, self.curves(lq))

    def curves(self, lq: Tensor) -> Tensor:
        """Return how far each iteration bends each value, (N, iterations * C, H, W), -1..1.

        The first C maps belong to the first iteration. Negative values brighten.
        """
        states = []
        state = lq
        for layer in self.layers[:4]:
            state = F.relu(layer(state))
            states.append(state)
        first, second, third, state = states
        for layer, skip in zip(self.layers[4:6], (third, second), strict=True):
            state = F.relu(layer(torch.cat([skip, state], dim=1)))
        return torch.tanh(self.layers[6](torch.cat([first, state], dim=1)))

    def bent(self, lq: Tensor, curves: Tensor) -> Tensor:
        """Return `lq`, (N, C, H, W), after all iterations of the given curves."""
        for curve in curves.chunk(self.iterations, dim=1):
            lq = lq + curve * (lq * lq - lq)
        return lq

    @classmethod
    def from_authors(cls, state: Mapping[str, Tensor], **settings: Any) -> Self:  # noqa: ANN401
        """Build from the authors' state dict.

        Parameters
        ----------
        state : mapping of str to Tensor
            Tensors named ``e_conv1.weight`` and so on, or ours.
        **settings
            Our names. What is left out is read off the tensors.

        Raises
        ------
        SettingError
            If a setting is unknown.
        WeightsError
            If the tensors contradict a setting, or are not those of a Zero-DCE.
        """
        asked = own_names(settings, _OWN)
        own = renamed(state, [(r"^e_conv(\d+)\.", lambda name: f"layers.{int(name[1]) - 1}.")])
        first, last = own.get("layers.0.weight"), own.get("layers.6.weight")
        if first is None or last is None or first.ndim != 4 or last.ndim != 4:
            raise WeightsError(
                f"No Zero-DCE in the {len(own)} tensors found: there are no seven convolutions "
                "from e_conv1 to e_conv7; check the network's name."
            )
        found = {
            "channels": first.shape[1],
            "features": first.shape[0],
            "iterations": last.shape[0] // first.shape[1],
        }
        return load(cls(**agreed(found, asked)), own)


PUBLIC = ZeroDCE
