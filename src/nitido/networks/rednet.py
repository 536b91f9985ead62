"""RED-Net: convolutions that abstract, deconvolutions that recover, skips between mirror layers.

Mao, Shen, Yang: "Image Restoration Using Very Deep Convolutional Encoder-Decoder Networks with
Symmetric Skip Connections", NIPS 2016, arXiv 1603.09056; longer version: arXiv 1606.08921.
Architecture and skip connections: section 2; networks of 10, 20 and 30 layers, the smallest without
skips: section 4. As in the authors' published network definition, each skip is added to the
rectified result of a deconvolution, and that of the last one, which is linear, to the input.

**Departure from the paper:** initial weights are those of He et al., ICCV 2015. `stride` and
`rectified` belong to a widespread port, whose weights need them; they are off by default.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from torch import Tensor, nn
from torch.nn import functional as F

from nitido.errors import SettingError, WeightsError
from nitido.networks._blocks import agreed, load, own_names, whole

_OWN = {
    **{name: name for name in ("channels", "features", "depth", "skips", "stride", "rectified")},
    "num_features": "features",
    "num_layers": "convolutions",  # half the depth
}


class REDNet(nn.Module):
    """Restore by a chain of convolutions, its mirror image, and the input added.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    features : int
        Width of the hidden layers.
    depth : int
        Number of layers, even: half of them convolutions, the other half deconvolutions.
    skips : bool
        Whether every second convolution is added to the deconvolution that mirrors it.
    stride : int
        1, or 2 to work at half the resolution.
    rectified : bool
        Whether negative results become 0.

    Raises
    ------
    SettingError
        If a number is too small, `depth` is odd, or `stride` is neither 1 nor 2.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": 8, "depth": 10}
    VARIANTS: ClassVar[dict[str, dict[str, Any]]] = {
        "rednet10": {"depth": 10, "skips": False},
        "rednet20": {"depth": 20},
        "rednet30": {"depth": 30},
    }
    scale = 1
    multiple_of: int
    radius: int
    channels: int

    def __init__(
        self,
        channels: int = 1,
        features: int = 64,
        depth: int = 30,
        skips: bool = True,
        stride: int = 1,
        rectified: bool = False,
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        self.features = whole("features", features)
        self.depth = whole("depth", depth, least=2)
        self.stride = self.multiple_of = whole("stride", stride)
        if depth % 2:
            raise SettingError(f"depth: {depth} found; give an even number.")
        if stride > 2:
            raise SettingError(f"stride: {stride} found; give 1 or 2.")
        self.skips, self.rectified = skips, rectified
        # All but the first and the last layer step in strided pixels.
        self.radius = stride * (depth - 2) + 2
        self.encoder = nn.ModuleList(
            nn.Conv2d(features if i else channels, features, 3, 1 if i else stride, padding=1)
            for i in range(depth // 2)
        )
        self.decoder = nn.ModuleList(
            nn.ConvTranspose2d(features, features, 3, padding=1) for _ in range(depth // 2 - 1)
        )
        self.decoder.append(
            nn.ConvTranspose2d(features, channels, 3, stride, padding=1, output_padding=stride - 1)
        )
        self.apply(_initialize)

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1."""
        state = lq
        kept = []
        for number, convolution in enumerate(self.encoder, start=1):
            state = F.relu(convolution(state))
            if self.skips and number % 2 == 0 and number < len(self.encoder):
                kept.append((number, state))
        *hidden, last = self.decoder
        for number, deconvolution in enumerate(hidden, start=1):
            state = F.relu(deconvolution(state))
            if kept and kept[-1][0] == len(self.encoder) - number:
                state = state + kept.pop()[1]
        restored: Tensor = lq + last(state)
        return F.relu(restored) if self.rectified else restored

    @classmethod
    def from_authors(cls, state: Mapping[str, Tensor], **settings: Any) -> Self:  # noqa: ANN401
        """Build from the state dict of the widespread port, or from ours.

        Parameters
        ----------
        state : mapping of str to Tensor
            Tensors named ``conv_layers.N.0.weight``, ``deconv_layers.N.0.weight`` and so on.
        **settings
            Our names, or `num_layers` (of convolutions) and `num_features`. What is left out is
            read off the tensors; what these do not tell is as in the port, which has stride 2, no
            negative results, and skips from 20 layers on, or, with our tensors, our default.

        Raises
        ------
        SettingError
            If a setting is unknown or cannot work.
        WeightsError
            If the tensors contradict a setting, or are not those of a RED-Net.
        """
        asked = own_names(settings, _OWN)
        own = {_own_key(key): tensor for key, tensor in state.items()}
        first = own.get("encoder.0.weight")
        if first is None or first.ndim != 4:
            raise WeightsError(
                f"No RED-Net in the {len(state)} tensors found: conv_layers.0.0.weight is missing; "
                "check the network's name."
            )
        convolutions = sum(re.fullmatch(r"encoder\.\d+\.weight", key) is not None for key in own)
        port = any(key.startswith("conv_layers.") for key in state)
        untold = {
            "skips": convolutions > 5 if port else True,
            "stride": 2 if port else 1,
            "rectified": port,
        }
        found = {
            "channels": first.shape[1],
            "features": first.shape[0],
            "depth": 2 * convolutions,
            "convolutions": convolutions,
            **{name: asked.get(name, value) for name, value in untold.items()},
        }
        found = agreed(found, asked)
        del found["convolutions"]
        return load(cls(**found), own)


def _own_key(key: str) -> str:
    """Translate the port's name of a tensor; ours and unknown ones stay as they are."""
    key = re.sub(r"^conv_layers\.(\d+)\.0\.", r"encoder.\1.", key)
    return re.sub(r"^deconv_layers\.(\d+)\.(0\.)?", r"decoder.\1.", key)


def _initialize(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    elif isinstance(layer, nn.ConvTranspose2d):  # holds its kernels the other way round
        nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d) and layer.bias is not None:
        nn.init.zeros_(layer.bias)


PUBLIC = REDNet
