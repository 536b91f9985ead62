"""Zero-Shot Noise2Noise: a small network that learns the noise of one picture from that picture.

Mansour, Heckel: "Zero-Shot Noise2Noise: Efficient Image Denoising without any Data", CVPR 2023,
arXiv 2303.11253. Every 2 x 2 pixels give two small pictures, the means of their diagonals, with
almost the same content and independent noise; residual and consistency loss: section 3. Network,
rate and steps: section 4 and the authors' published code. The method takes the noise for zero-mean
and independent from pixel to pixel; grain that is coarser stays.

**Departure from the paper:** a picture that is larger than `crop` on a side is not seen as a whole
in every step, but through a window at a random place, and denoised in strips that join without a
seam; and three times as many such steps are made, 6,000, the rate halved every 3,000. That takes a
fifth of the time of the paper's 2,000 with windows of 256, and brings a little more (two pictures
of CBSD68, sigma 25: 29.1 and 28.9 dB; 29.0 for the first with windows of 256). Of odd sides the
last row or column is not learned from.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nitido.classical import check_number, check_whole, checked, finished
from nitido.solvers._solver import OnProgress, silent
from nitido.solvers._strips import in_strips
from nitido.solvers._tensors import device, entered, left, seeded

_REACH = 2  # pixels, of two 3 x 3 convolutions
_STRIP = 500_000  # pixels, with 48 features about 0.3 GB


@dataclass(frozen=True)
class ZeroShotNoise2Noise:
    """Learn the noise of one picture from its neighboring pixels, and take it away.

    Parameters
    ----------
    steps : int
        Of Adam, 1..1000000.
    lr : float
        Rate of Adam, 0..1.
    halve_every : int
        Steps after which the rate is halved, again and again.
    features : int
        Width of the network, 1..1024.
    crop : int
        Side of the largest window that a step learns from, pixels, 2..65536.
    seed : int
        Of the initial weights and of the windows' places, 0..4294967295.

    Raises
    ------
    SettingError
        If a setting is out of range.
    """

    steps: int = 6000
    lr: float = 1e-3
    halve_every: int = 3000
    features: int = 48
    crop: int = 64
    seed: int = 0
    scale: ClassVar[int] = 1
    reach: ClassVar[None] = None
    weights: ClassVar[None] = None

    def __post_init__(self) -> None:
        check_whole("steps", self.steps, 1, 1_000_000)
        check_number("lr", self.lr, 0, 1)
        check_whole("halve_every", self.halve_every, 1, 1_000_000)
        check_whole("features", self.features, 1, 1024)
        check_whole("crop", self.crop, 2, 65_536)
        check_whole("seed", self.seed, 0, 2**32 - 1)

    def __call__(self, lq: np.ndarray, *, report: OnProgress = silent) -> np.ndarray:
        """Return the denoised picture, float32 (H, W, C) in 0..1.

        One that is a single pixel high or wide has no 2 x 2 pixels and comes back as it is.
        """
        pixels = checked(lq)
        if min(pixels.shape[:2]) < 2:
            report(1.0)
            return finished(pixels)
        noisy = entered(pixels)
        network = self._learned(noisy, report)
        with torch.inference_mode():
            noise = in_strips(network, noisy, overlap=_REACH, pixels=_STRIP)
            return left(noisy - noise)

    def _learned(self, noisy: Tensor, report: OnProgress) -> nn.Module:
        """Return the network that predicts the noise of a picture (1, C, H, W)."""
        with seeded(self.seed):
            network = noise_network(noisy.shape[1], self.features).to(device())
        places = np.random.default_rng(self.seed)
        optimizer = torch.optim.Adam(network.parameters(), self.lr)
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, self.halve_every, 0.5)
        for step in range(self.steps):
            optimizer.zero_grad()
            disagreement(network, self._window(noisy, places)).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            report((step + 1) / self.steps)
        return network

    def _window(self, noisy: Tensor, places: np.random.Generator) -> Tensor:
        for axis in (2, 3):
            spare = noisy.shape[axis] - self.crop
            if spare > 0:
                noisy = noisy.narrow(axis, int(places.integers(spare + 1)), self.crop)
        return noisy


def noise_network(channels: int, features: int) -> nn.Sequential:
    """Return the network of the paper, which predicts the noise: (N, C, H, W) to the same."""
    return nn.Sequential(
        nn.Conv2d(channels, features, 3, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(features, features, 3, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(features, channels, 1),
    )


def pair(picture: Tensor) -> tuple[Tensor, Tensor]:
    """Return the means of the two diagonals of every 2 x 2 pixels, each (N, C, H // 2, W // 2)."""
    height, width = (side // 2 * 2 for side in picture.shape[2:])
    upper, lower = (picture[..., row:height:2, :width] for row in (0, 1))
    first = (upper[..., 1::2] + lower[..., 0::2]) / 2
    second = (upper[..., 0::2] + lower[..., 1::2]) / 2
    return first, second


def disagreement(network: nn.Module, noisy: Tensor) -> Tensor:
    """Return the loss of the paper, a scalar.

    Each half without its noise should be the other half, and the halves of the picture without its
    noise.
    """
    first, second = pair(noisy)
    clean_first, clean_second = first - network(first), second - network(second)
    residual = F.mse_loss(clean_first, second) + F.mse_loss(clean_second, first)
    half_first, half_second = pair(noisy - network(noisy))
    consistency = F.mse_loss(clean_first, half_first) + F.mse_loss(clean_second, half_second)
    return (residual + consistency) / 2


PUBLIC = ZeroShotNoise2Noise
