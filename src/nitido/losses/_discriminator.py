"""The network inside adversarial losses, which says whether a patch of a picture looks real.

It gives scores and no picture, so it is no network of the room of that name; and it is trained,
kept and thrown away with the loss.
"""

from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from nitido.errors import SettingError
from nitido.losses._pair import large_enough

_WIDEST = 8  # times `features`
_SLOPE = 0.2  # of the leaking rectifiers


class PatchDiscriminator(nn.Module):
    """Score overlapping patches, 70 x 70 pixels at a depth of 3.

    Isola, Zhu, Zhou, Efros: "Image-to-Image Translation with Conditional Adversarial Networks",
    CVPR 2017, arXiv 1611.07004, section 3.2.2 and appendix 6.1.2: `depth` halvings, then two
    convolutions at that resolution.

    **Departure from the paper:** it sees one picture, not the input beside it; and convolutions
    are normalized by their largest singular value (Miyato, Kataoka, Koyama, Yoshida: "Spectral
    Normalization for Generative Adversarial Networks", ICLR 2018, arXiv 1802.05957) instead of
    by the batch, so that real and restored pictures do not mix.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    features : int
        Width of the first layer; each halving doubles it, up to eight times.
    depth : int
        Halvings.

    Raises
    ------
    SettingError
        If a number is below 1.
    """

    def __init__(self, channels: int = 3, features: int = 64, depth: int = 3) -> None:
        super().__init__()
        for name, value in (("channels", channels), ("features", features), ("depth", depth)):
            if value < 1:
                raise SettingError(f"{name}: {value} found; give a whole number of at least 1.")
        self.smallest = 3 * 2**depth
        widths = [features * min(2**i, _WIDEST) for i in range(depth + 1)]
        entering = [channels, *widths]
        layers: list[nn.Module] = []
        for i, width in enumerate(widths):
            layers += [_conv(entering[i], width, 2 if i < depth else 1), nn.LeakyReLU(_SLOPE)]
        layers.append(_conv(widths[-1], 1, 1))
        self.layers = nn.Sequential(*layers)

    def forward(self, pictures: Tensor) -> Tensor:
        """Return scores (N, 1, h, w) of pictures (N, C, H, W); high where they look real.

        Raises
        ------
        SettingError
            If a side is too short for the depth.
        """
        large_enough(pictures, self.smallest)
        scores: Tensor = self.layers(pictures)
        return scores


def _conv(entering: int, leaving: int, stride: int) -> nn.Module:
    layer = nn.Conv2d(entering, leaving, 4, stride, padding=1)
    nn.init.normal_(layer.weight, std=0.02)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return spectral_norm(layer)
