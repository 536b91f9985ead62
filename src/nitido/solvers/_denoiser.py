"""A trained denoiser that is told the level, as a function of whole pictures."""

from pathlib import Path

import torch
from torch import Tensor

from nitido.errors import SettingError
from nitido.solvers._strips import in_strips
from nitido.solvers._tensors import device
from nitido.weights import Weights, open_weights
from nitido.weights.loading import load_network

_ACTIVATION_BYTES = 400_000_000  # of one strip


def told_weights(name: str | Path | Weights) -> Weights:
    """Open weights that can be told a noise level.

    Raises
    ------
    UnknownNameError, WeightsError
        If there are none of this name, or the file is none of ours.
    SettingError
        If they take no noise level, or enlarge.
    """
    weights = name if isinstance(name, Weights) else open_weights(name)
    card = weights.card
    if card.input("sigma") is None:
        raise SettingError(
            f"denoiser: the weights {card.name} cannot be told a noise level, which falls from "
            "step to step here; give weights that take one, such as denoise."
        )
    if card.scale != 1:
        raise SettingError(f"denoiser: the weights {card.name} enlarge; give a denoiser.")
    return weights


class Denoiser:
    """Runs the network of weights over pictures of any size, gray or color.

    Networks for color see gray as color and give its mean; those for gray see every channel alone.
    """

    def __init__(self, weights: Weights) -> None:
        self._card = weights.card
        self._network = load_network(weights).to(device())

    def __call__(self, noisy: Tensor, sigma: float) -> Tensor:
        """Return (1, C, H, W) without noise of a standard deviation, on the scale 0..1."""
        card = self._card
        known = noisy.shape[1]
        given = noisy
        if known != card.channels:
            given = noisy.transpose(0, 1).expand(-1, card.channels, -1, -1)
        level = torch.full((len(given), 1, 1, 1), sigma, device=noisy.device)
        clean = in_strips(
            lambda strip: self._network(strip, level),
            given,
            overlap=None if card.radius is None else card.overlap,
            multiple_of=card.multiple_of,
            pixels=_ACTIVATION_BYTES // card.bytes_per_pixel // len(given),
        )
        if known != card.channels:
            clean = clean.mean(dim=1, keepdim=True).transpose(0, 1)
        return clean
