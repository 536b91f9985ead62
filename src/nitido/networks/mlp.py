"""Multilayer perceptron on patches: denoise each patch by itself, average where patches overlap.

Burger, Schuler, Harmeling: "Image Denoising: Can Plain Neural Networks Compete with BM3D?", CVPR
2012; told at more length in "Image Denoising with Multi-Layer Perceptrons, Part 1", arXiv
1211.1544. Layers: there in section 3.1; normalization of values: section 3.2; patches three pixels
apart and their average under a Gaussian window: section 3.4. The default is L-17-4x2047 of the
first paper: 17x17 patches and four hidden layers of 2047 units. The networks that the authors
published see 39x39 pixels to restore the 17x17 in the middle; these, and the deviation of the
window, half the way from the middle to the border, are as in their code.

**Departure from the paper:** patches hang over the border, past which they see the nearest pixel.
So every pixel is averaged over equally many patches, and a picture may be cut into tiles; in the
authors' code a pixel at the border lies in fewer patches.
"""

import re
from collections.abc import Mapping
from math import isqrt
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nitido.errors import SettingError, WeightsError
from nitido.networks._blocks import agreed, load, own_names, whole

_MEAN, _DEVIATION = 0.5, 0.2  # of pixels, in the paper's normalization
_STRIDE = 3
_OWN = {
    **{name: name for name in ("channels", "patch", "center", "hidden", "stride")},
    "step": "stride",
}


class MLP(nn.Module):
    """Map every noisy patch to a clean one and average them.

    Parameters
    ----------
    channels : int
        Bands of the picture; a patch holds all of them.
    patch : int
        Side of the patch that is seen, in pixels.
    center : int
        Side of the patch in its middle that is restored.
    hidden : (int, ...)
        Units of each hidden layer.
    stride : int
        Pixels from one patch to the next, at most `center`. Halving it takes four times as long.

    Raises
    ------
    SettingError
        If a number is too small, the center has no place in the middle of the patch, or patches
        leave gaps.
    """

    TINY: ClassVar[dict[str, Any]] = {"patch": 7, "center": 5, "hidden": (12, 10), "stride": 3}
    VARIANTS: ClassVar[dict[str, dict[str, Any]]] = {
        "mlp_17_4x2047": {},
        "mlp_39_17": {"patch": 39, "center": 17, "hidden": (3072, 3072, 2559, 2047)},
    }
    scale = 1
    multiple_of: int
    radius: int
    channels: int
    window: Tensor

    def __init__(
        self,
        channels: int = 1,
        patch: int = 17,
        center: int = 17,
        hidden: tuple[int, ...] = (2047, 2047, 2047, 2047),
        stride: int = _STRIDE,
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        self.center = whole("center", center)
        self.patch = whole("patch", patch, least=center)
        self.hidden = tuple(whole("hidden", units) for units in hidden)
        self.stride = self.multiple_of = whole("stride", stride)
        if (patch - center) % 2:
            raise SettingError(
                f"patch: {patch!r} found with center={center}; give two even or two odd numbers, "
                "so that the center lies in the middle."
            )
        if stride > center:
            raise SettingError(f"stride: {stride!r} found; give {center} at most, as center is.")
        if not hidden:
            raise SettingError("hidden: nothing found; give the units of one layer at least.")
        self.radius = center - 1 + (patch - center) // 2
        layers = [nn.Conv2d(channels, hidden[0], patch, stride=stride)]
        for entering, leaving in zip(hidden, (*hidden[1:], channels * center**2), strict=True):
            layers.append(nn.Conv2d(entering, leaving, 1))
        self.layers = nn.ModuleList(layers)
        self.register_buffer("window", _window(center), persistent=False)
        self.apply(_initialize)

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H, W); it may leave 0..1."""
        height, width = lq.shape[2:]
        # From the first patch that touches the picture to the last one.
        margin = (self.patch - self.center) // 2
        before = (self.center - 1) // self.stride * self.stride
        after = self.center - self.stride
        sides = (before + margin, after + margin)
        seen = F.pad((lq - _MEAN) / _DEVIATION, sides * 2, mode="replicate")
        *hidden, output = self.layers
        for layer in hidden:
            seen = torch.tanh(layer(seen))
        weighed = output(seen) * self.window.repeat(self.channels)[:, None, None]
        size = (before + height + after, before + width + after)
        total = self.window[None, :, None].expand(-1, -1, seen.shape[2] * seen.shape[3])
        restored = self._overlaid(weighed.flatten(2), size) / self._overlaid(total, size)
        restored = restored[..., before : before + height, before : before + width]
        return restored * _DEVIATION + _MEAN

    def _overlaid(self, patches: Tensor, size: tuple[int, int]) -> Tensor:
        """Sum patches (N, C * center * center, patches) in their places."""
        return F.fold(patches, size, self.center, stride=self.stride)

    @classmethod
    def from_authors(cls, state: Mapping[str, Tensor], **settings: Any) -> Self:  # noqa: ANN401
        """Build from the authors' published matrices.

        Parameters
        ----------
        state : mapping of str to Tensor
            Matrices named ``w_1``, ``w_2`` and so on, (out, in + 1), the last column the biases;
            or our tensors.
        **settings
            Our names, or `step`. What is left out is read off the tensors; the stride is no part
            of them and has its default.

        Raises
        ------
        SettingError
            If a setting is unknown or cannot work.
        WeightsError
            If the tensors contradict a setting, or are not those of such a network.
        """
        asked = own_names(settings, _OWN)
        own = _from_matrices(state) if "w_1" in state else dict(state)
        first = own.get("layers.0.weight")
        last = own.get(f"layers.{len(own) // 2 - 1}.weight")
        if first is None or last is None or first.ndim != 4 or last.ndim != 4:
            raise WeightsError(
                f"No multilayer perceptron in the {len(own)} tensors found: there are no matrices "
                "w_1, w_2 and so on; check the network's name."
            )
        kernels = [own.get(f"layers.{i}.weight", first) for i in range(len(own) // 2 - 1)]
        found = {
            "channels": first.shape[1],
            "patch": first.shape[2],
            "center": isqrt(last.shape[0] // first.shape[1]),
            "hidden": tuple(kernel.shape[0] for kernel in kernels),
            "stride": asked.get("stride", _STRIDE),
        }
        return load(cls(**agreed(found, asked)), own)


def _from_matrices(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Turn the authors' matrices into convolutions; patches are rows of pixels in both."""
    own: dict[str, Tensor] = {}
    for key, matrix in state.items():
        number = re.fullmatch(r"w_([1-9]\d*)", key)
        if number is None or matrix.ndim != 2:
            own[key] = matrix  # refused as unknown
            continue
        units, seen = matrix.shape[0], matrix.shape[1] - 1
        side = isqrt(seen) if number[1] == "1" else 1
        if number[1] == "1" and side**2 != seen:
            raise WeightsError(f"w_1 sees {seen} values, which make no square patch of gray.")
        shape = (units, seen // side**2, side, side)
        layer = f"layers.{int(number[1]) - 1}"
        own[f"{layer}.weight"] = matrix[:, :-1].reshape(shape)
        own[f"{layer}.bias"] = matrix[:, -1]
    return own


def _window(side: int) -> Tensor:
    """Return the weights of a patch's pixels in the average, (side * side), the middle's 1."""
    deviation = max(side // 2, 1) / 2
    offsets = torch.arange(side) - (side - 1) / 2
    falls = torch.exp(-0.5 * (offsets / deviation) ** 2)
    return torch.outer(falls, falls).flatten()


def _initialize(layer: nn.Module) -> None:
    """Keep the sums of normalized values in the range where tanh bends."""
    if isinstance(layer, nn.Conv2d):
        nn.init.normal_(layer.weight, std=layer.weight[0].numel() ** -0.5)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


PUBLIC = MLP
