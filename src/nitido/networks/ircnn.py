"""IRCNN: seven dilated convolutions that see as far as sixteen plain ones.

Zhang, Zuo, Gu, Zhang: "Learning Deep CNN Denoiser Prior for Image Restoration", CVPR 2017, arXiv
1704.03264. Layers, dilations, batch normalization and the residual: section 3.2. The paper trains
one network for every second noise level from 2 to 50, so that an iterative method can choose among
them; a file of weights here is one of these 25. Published weights have the normalization merged
into the convolutions. The paper does not give its initial weights; they are He's here.

**Departure from the paper:** none.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from torch import Tensor, nn

from nitido.errors import SettingError, WeightsError
from nitido.networks._blocks import agreed, chain, load, own_names, whole

_DILATIONS = (1, 2, 3, 4, 3, 2, 1)
_OWN = {
    **{name: name for name in ("channels", "features", "dilations", "batch_norm")},
    "in_nc": "channels",
    "out_nc": "channels",
    "nc": "features",
}


class IRCNN(nn.Module):
    """Denoise by subtracting a residual that is predicted at growing, then shrinking, distances.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    features : int
        Width of the hidden layers.
    dilations : (int, ...)
        Pixels between the taps of each 3x3 convolution, two convolutions at least; each widens the
        view by that much on every side.
    batch_norm : bool
        Whether the middle layers normalize; published weights have it merged away.

    Raises
    ------
    SettingError
        If a number is too small or there are too few dilations.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": 8, "dilations": (1, 3, 2, 1)}
    VARIANTS: ClassVar[dict[str, dict[str, Any]]] = {
        "ircnn_gray": {"channels": 1},
        "ircnn_color": {"channels": 3},
    }
    scale = 1
    multiple_of = 1
    radius: int
    channels: int

    def __init__(
        self,
        channels: int = 1,
        features: int = 64,
        dilations: tuple[int, ...] = _DILATIONS,
        batch_norm: bool = True,
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        self.features = whole("features", features)
        if len(dilations) < 2:
            raise SettingError(f"dilations: {dilations!r} found; give two numbers at least.")
        self.dilations = tuple(whole("dilations", dilation) for dilation in dilations)
        self.batch_norm = batch_norm
        self.radius = sum(dilations)
        layers: list[nn.Module] = [_conv(channels, features, dilations[0]), nn.ReLU()]
        for dilation in dilations[1:-1]:
            # Normalization subtracts the mean, so a bias before it would do nothing.
            layers.append(_conv(features, features, dilation, bias=not batch_norm))
            if batch_norm:
                layers.append(nn.BatchNorm2d(features))
            layers.append(nn.ReLU())
        layers.append(_conv(features, channels, dilations[-1]))
        self.layers = nn.Sequential(*layers)

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1."""
        residual: Tensor = self.layers(lq)
        return lq - residual

    @classmethod
    def from_authors(cls, state: Mapping[str, Tensor], **settings: Any) -> Self:  # noqa: ANN401
        """Build from the state dict of one noise level.

        Parameters
        ----------
        state : mapping of str to Tensor
            Tensors named ``model.N.weight`` and so on, N counting every layer of the chain.
        **settings
            Our names, or `in_nc`, `out_nc`, `nc`. What is left out is read off the tensors, but
            for `dilations`, which leave no trace in them and are the paper's then.

        Raises
        ------
        SettingError
            If a setting is unknown or cannot work.
        WeightsError
            If the tensors contradict a setting, or are not those of an IRCNN.
        """
        asked = own_names(settings, _OWN)
        asked["dilations"] = tuple(asked.get("dilations", _DILATIONS))
        own, first, depth = chain(state)
        if first is None:
            raise WeightsError(
                f"No IRCNN in the {len(own)} tensors found: there is no chain of convolutions "
                "that starts with model.0.weight; check the network's name."
            )
        if depth != len(asked["dilations"]):
            raise WeightsError(
                f"There are {depth} convolutions, but dilations={asked['dilations']!r} are "
                f"{len(asked['dilations'])}; give one for each convolution."
            )
        found = {
            "channels": first.shape[1],
            "features": first.shape[0],
            "dilations": asked["dilations"],
            "batch_norm": any(key.endswith("running_mean") for key in own),
        }
        return load(cls(**agreed(found, asked)), own)


def _conv(entering: int, leaving: int, dilation: int, bias: bool = True) -> nn.Conv2d:
    """Return a 3x3 convolution that keeps the size, with He's initial weights."""
    layer = nn.Conv2d(entering, leaving, 3, padding=dilation, dilation=dilation, bias=bias)
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


PUBLIC = IRCNN
