"""AR-CNN: SRCNN with a layer that cleans its features, against compression artifacts.

Dong, Deng, Loy, Tang: "Compression Artifacts Reduction by a Deep Convolutional Network", ICCV 2015,
arXiv 1504.06993: four layers, section 3.2. The fast network, which maps at half the resolution
between a strided convolution and a deconvolution, and the parametric rectifiers of both: Yu, Dong,
Loy, Tang, "Deep Convolution Networks for Compression Artifacts Reduction", arXiv 1608.02778.

**Departure from the paper:** a rectifier has one slope for all its features, as in widespread
published weights. Zeros around the picture keep its size.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from torch import Tensor, nn

from nitido.errors import WeightsError
from nitido.networks._blocks import agreed, chain, load, own_names, whole

_OWN = {name: name for name in ("channels", "fast")}


class ARCNN(nn.Module):
    """Predict the picture as it was before compression.

    Parameters
    ----------
    channels : int
        Bands of the picture; 1 (luma) in the paper.
    fast : bool
        Whether to take the fast network, with about a seventh of the multiplications.

    Raises
    ------
    SettingError
        If `channels` is too small.
    """

    TINY: ClassVar[dict[str, Any]] = {}
    VARIANTS: ClassVar[dict[str, dict[str, Any]]] = {"arcnn_fast": {"fast": True}}
    scale = 1
    multiple_of: int
    radius: int
    channels: int

    def __init__(self, channels: int = 1, fast: bool = False) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        self.fast = fast
        self.multiple_of = 2 if fast else 1
        self.radius = 4 + 2 * 3 + 2 * 2 if fast else 4 + 3 + 2
        self.layers = nn.Sequential(*(_fast(channels) if fast else _plain(channels)))
        self.apply(_initialize)

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1."""
        restored: Tensor = self.layers(lq)
        return restored

    @classmethod
    def from_authors(cls, state: Mapping[str, Tensor], **settings: Any) -> Self:  # noqa: ANN401
        """Build from a published state dict of the plain or the fast network.

        Parameters
        ----------
        state : mapping of str to Tensor
            Tensors named ``base.N.weight`` and so on, N counting every layer, and
            ``last.weight`` and ``last.bias``; or ours.
        **settings
            Our names. What is left out is read off the tensors.

        Raises
        ------
        SettingError
            If a setting is unknown.
        WeightsError
            If the tensors contradict a setting, or are not those of an AR-CNN.
        """
        asked = own_names(settings, _OWN)
        own, first, depth = chain({re.sub(r"^base\.", "", key): t for key, t in state.items()})
        if first is None or depth not in (4, 5):
            raise WeightsError(
                f"No AR-CNN in the {len(own)} tensors found: there is no chain of four or five "
                "convolutions that starts with base.0.weight; check the network's name."
            )
        own = {key.replace("layers.last.", f"layers.{2 * depth - 2}."): t for key, t in own.items()}
        return load(cls(**agreed({"channels": first.shape[1], "fast": depth == 5}, asked)), own)


def _plain(channels: int) -> list[nn.Module]:
    """Extract features, clean them, map them, reconstruct."""
    return [
        nn.Conv2d(channels, 64, 9, padding=4),
        nn.PReLU(),
        nn.Conv2d(64, 32, 7, padding=3),
        nn.PReLU(),
        nn.Conv2d(32, 16, 1),
        nn.PReLU(),
        nn.Conv2d(16, channels, 5, padding=2),
    ]


def _fast(channels: int) -> list[nn.Module]:
    """Extract features at half the resolution, shrink, clean, map, and reconstruct at the full."""
    return [
        nn.Conv2d(channels, 64, 9, 2, padding=4),
        nn.PReLU(),
        nn.Conv2d(64, 32, 1),
        nn.PReLU(),
        nn.Conv2d(32, 32, 7, padding=3),
        nn.PReLU(),
        nn.Conv2d(32, 64, 1),
        nn.PReLU(),
        nn.ConvTranspose2d(64, channels, 9, 2, padding=4, output_padding=1),
    ]


def _initialize(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(layer.weight, std=0.001)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


PUBLIC = ARCNN
