"""The U-Net of Noise2Noise, which learned to denoise from noisy pictures alone.

Lehtinen, Munkberg, Hasselgren, Laine, Karras, Aittala, Aila: "Noise2Noise: Learning Image
Restoration without Clean Data", ICML 2018, arXiv 1803.04189. Layers and widths: table 2 of the
appendix; leaky rectifiers of slope 0.1 and initial weights: there and in the authors' published
code, whose values lie in -0.5..0.5. The output is the picture itself, not a residual, and each skip
starts after a pooling, the last one at the input. Neighbor2Neighbor (Huang et al., CVPR 2021, arXiv
2101.02824) uses the network with a slope of 0.2.

**Departure from the paper:** none.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nitido.errors import SettingError, WeightsError
from nitido.networks._blocks import agreed, count, load, own_names, renamed, whole

_MIDDLE = 0.5  # the authors' values lie around zero
_SLOPE = 0.1
_OWN = {name: name for name in ("channels", "features", "levels", "slope")}


class Noise2NoiseUNet(nn.Module):
    """Predict the clean picture by a U-Net of 3x3 convolutions.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    features : int
        Width on the way down; twice as many on the way up.
    levels : int
        How often the resolution is halved.
    slope : float
        Of the leaky rectifiers below zero, 0..1.

    Raises
    ------
    SettingError
        If a number is too small, or the slope is none.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": 6, "levels": 2}
    scale = 1
    multiple_of: int
    radius: int
    channels: int

    def __init__(
        self, channels: int = 3, features: int = 48, levels: int = 5, slope: float = _SLOPE
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        self.features = whole("features", features)
        self.levels = whole("levels", levels)
        if not 0 <= slope < 1:
            raise SettingError(f"slope: {slope!r} found; give a number from 0 to 1.")
        self.slope = slope
        self.multiple_of = 2**levels
        # Down to the coarsest cells three of them are crossed, and two on the way back.
        self.radius = 5 * self.multiple_of - 2
        self.encoder = nn.ModuleList([_convolution(channels, features)])
        self.encoder.extend(_convolution(features, features) for _ in range(levels + 1))
        width = features
        self.decoder = nn.ModuleList()
        for _ in range(levels - 1):
            self.decoder.append(self._stack(width + features, 2 * features, 2 * features))
            width = 2 * features
        self.tail = self._stack(width + channels, 64, 32)
        self.tail.append(_convolution(32, channels, gain=1))

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1."""
        state = lq - _MIDDLE
        skips = [state]
        first, *halving, coarsest = self.encoder
        state = F.leaky_relu(first(state), self.slope)
        for convolution in halving:
            state = F.max_pool2d(F.leaky_relu(convolution(state), self.slope), 2)
            skips.append(state)
        state = F.leaky_relu(coarsest(skips.pop()), self.slope)
        for stack in (*self.decoder, self.tail):
            wide = F.interpolate(state, scale_factor=2, mode="nearest")
            state = stack(torch.cat([wide, skips.pop()], dim=1))
        return state + _MIDDLE

    @classmethod
    def from_authors(cls, state: Mapping[str, Tensor], **settings: Any) -> Self:  # noqa: ANN401
        """Build from the authors' variables.

        Parameters
        ----------
        state : mapping of str to Tensor
            The variables of their TensorFlow network, ``enc_conv0/weight`` (rows, columns, in,
            out) and so on; or our tensors.
        **settings
            Our names. What is left out is read off the tensors; the slope is no part of them and
            has its default.

        Raises
        ------
        SettingError
            If a setting is unknown or cannot work.
        WeightsError
            If the tensors contradict a setting, or are not those of such a network.
        """
        asked = own_names(settings, _OWN)
        turned = {
            key: value.permute(3, 2, 0, 1) if "/" in key and value.ndim == 4 else value
            for key, value in state.items()
        }
        levels = max(count(turned, r"(?:enc_conv|encoder\.)(\d+)") - 2, 1)
        own = renamed(
            turned,
            [
                (r"^enc_conv(\d+)/", r"encoder.\1."),
                (r"^dec_conv1a/", "tail.0."),
                (r"^dec_conv1b/", "tail.2."),
                (r"^dec_conv1/", "tail.4."),
                (r"^dec_conv(\d+)/", lambda name: f"decoder.{levels - int(name[1])}.0."),
                (r"^dec_conv(\d+)b/", lambda name: f"decoder.{levels - int(name[1])}.2."),
            ],
        )
        first = own.get("encoder.0.weight")
        if first is None or first.ndim != 4:
            raise WeightsError(
                f"No U-Net of Noise2Noise in the {len(own)} tensors found: enc_conv0/weight is "
                "missing; check the network's name."
            )
        found = {
            "channels": first.shape[1],
            "features": first.shape[0],
            "levels": levels,
            "slope": asked.get("slope", _SLOPE),
        }
        return load(cls(**agreed(found, asked)), own)

    def _stack(self, entering: int, *widths: int) -> nn.Sequential:
        """Return convolutions of the widths, each with its rectifier."""
        stack = nn.Sequential()
        for width in widths:
            stack.append(_convolution(entering, width))
            stack.append(nn.LeakyReLU(self.slope))
            entering = width
        return stack


def _convolution(entering: int, leaving: int, gain: float = 2**0.5) -> nn.Conv2d:
    layer = nn.Conv2d(entering, leaving, 3, padding=1)
    nn.init.normal_(layer.weight, std=gain / (9 * entering) ** 0.5)
    nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
    return layer


PUBLIC = Noise2NoiseUNet
