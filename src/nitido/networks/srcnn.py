"""SRCNN: super-resolution in three convolutions: extract patches, map them, reconstruct.

Dong, Loy, He, Tang: "Image Super-Resolution Using Deep Convolutional Networks", IEEE Transactions
on Pattern Analysis and Machine Intelligence 38(2), 2016, arXiv 1501.00092. The three layers:
section 3.1; initial weights: section 3.3; sizes of the kernels: section 4.3. The network takes a
picture that is bicubically enlarged already: its scale is 1, and the enlargement is part of the
degradation.

**Departure from the paper:** zeros around the picture keep its size. In the paper's training every
convolution shrinks it, and the authors' test program repeats its border.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from torch import Tensor, nn

from nitido.errors import SettingError, WeightsError
from nitido.networks._blocks import agreed, chain, load, own_names, whole

_OWN = {
    **{name: name for name in ("channels", "features", "kernels")},
    "num_channels": "channels",
}


class SRCNN(nn.Module):
    """Predict the sharp picture from the enlarged one by a short chain of convolutions.

    Parameters
    ----------
    channels : int
        Bands of the picture; 1 (luma) in the paper's main experiments.
    features : (int, ...)
        Width of each hidden layer.
    kernels : (int, ...)
        Sides of the kernels, odd, one more than `features`; each widens the view by half of it.

    Raises
    ------
    SettingError
        If a number is too small, a kernel is even, or the lengths do not fit.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": (8, 4)}
    VARIANTS: ClassVar[dict[str, dict[str, Any]]] = {
        "srcnn_915": {"kernels": (9, 1, 5)},
        "srcnn_935": {"kernels": (9, 3, 5)},
        "srcnn_955": {"kernels": (9, 5, 5)},
    }
    scale = 1
    multiple_of = 1
    radius: int
    channels: int

    def __init__(
        self,
        channels: int = 1,
        features: tuple[int, ...] = (64, 32),
        kernels: tuple[int, ...] = (9, 5, 5),
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        self.features = tuple(whole("features", width) for width in features)
        self.kernels = tuple(whole("kernels", side) for side in kernels)
        if len(kernels) != len(features) + 1:
            raise SettingError(f"kernels {kernels} must be one more than features {features}.")
        if any(side % 2 == 0 for side in kernels):
            raise SettingError(f"kernels: {kernels} found; give odd numbers.")
        self.radius = sum(side // 2 for side in kernels)
        layers: list[nn.Module] = []
        entering = channels
        for leaving, side in zip((*features, channels), kernels, strict=True):
            layers += [nn.Conv2d(entering, leaving, side, padding=side // 2), nn.ReLU()]
            entering = leaving
        self.layers = nn.Sequential(*layers[:-1])
        self.apply(_initialize)

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1."""
        restored: Tensor = self.layers(lq)
        return restored

    @classmethod
    def from_authors(cls, state: Mapping[str, Tensor], **settings: Any) -> Self:  # noqa: ANN401
        """Build from a published state dict.

        Parameters
        ----------
        state : mapping of str to Tensor
            Tensors named ``convN.weight`` and ``convN.bias``, N counting from 1, or ours.
        **settings
            Our names, or `num_channels`. What is left out is read off the tensors.

        Raises
        ------
        SettingError
            If a setting is unknown.
        WeightsError
            If the tensors contradict a setting, or are not those of an SRCNN.
        """
        asked = own_names(settings, _OWN)
        own, first, depth = chain({_own_key(key): tensor for key, tensor in state.items()})
        kernels = [own.get(f"layers.{2 * i}.weight") for i in range(depth)]
        shapes = [kernel.shape for kernel in kernels if kernel is not None and kernel.ndim == 4]
        if first is None or len(shapes) < max(depth, 2):
            raise WeightsError(
                f"No SRCNN in the {len(own)} tensors found: there is no chain of convolutions "
                "that starts with conv1.weight; check the network's name."
            )
        found = {
            "channels": first.shape[1],
            "features": tuple(shape[0] for shape in shapes[:-1]),
            "kernels": tuple(shape[2] for shape in shapes),
        }
        return load(cls(**agreed(found, asked)), own)


def _own_key(key: str) -> str:
    """Translate ``convN``; every other layer of ours is a rectifier."""
    return re.sub(r"^conv([1-9]\d*)\.", lambda match: f"layers.{2 * int(match[1]) - 2}.", key)


def _initialize(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d):
        nn.init.normal_(layer.weight, std=0.001)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


PUBLIC = SRCNN
