"""Deep Image Prior: a network that has seen no picture learns one, and is stopped in time.

Ulyanov, Vedaldi, Lempitsky: "Deep Image Prior", CVPR 2018, arXiv 1711.10925. A network with random
weights turns a fixed random code into a picture; its weights are fitted to the damaged one. What
is natural is learned long before noise: section 2. Denoising, super-resolution and inpainting
differ in what is compared: section 3. Network, codes, rates, steps, noise on the code,
averaging of results and the fall back after a bad step follow the authors' published code. Their
settings for other examples are variants: ``_jpeg`` for blocks, ``_pixels`` for half of all pixels
missing, ``_text`` for lettering, ``_hole`` for a large hole.

**Departure from the paper:** the authors cut pictures to sides that the network can halve; here it
draws a larger picture, and only what lies in the given one counts. Averaging and falling back serve
all three tasks, not denoising alone; after a fall back the bad step is left out. Pixels that are
not missing come back as they are. Besides the authors' Lanczos filter a small picture may have
been made by bicubic interpolation, the default.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, get_args

import numpy as np
import torch
from torch import Tensor

from nitido.classical import (
    Marked,
    Mask,
    check_number,
    check_odd,
    check_whole,
    check_word,
    checked,
    finished,
)
from nitido.errors import SettingError
from nitido.solvers._holes import check_holes, find_holes
from nitido.solvers._shrinking import Shrinking, check_shrinking, shrunk
from nitido.solvers._skip_network import SkipNetwork, Upsampling
from nitido.solvers._solver import OnProgress, silent
from nitido.solvers._tensors import chance, device, entered, left, seeded

_CODE = 0.1  # codes are drawn evenly from 0 to this
_WORSE = 10**0.5  # times the error of the step before, 5 dB: the network has lost its way


@dataclass(frozen=True, eq=False)
class DeepImagePrior:
    """Fit an untrained network to one picture: denoise it, fill its holes, or enlarge it.

    Parameters
    ----------
    mask : path-like or ndarray, optional
        Fill holes: a picture file as large as the picture, or (H, W); white is missing.
    marked : float or (float, float, float), optional
        Fill holes: the value, 0..1, that missing pixels have in all channels, or their color.
    scale : int
        Enlarge so many times, 1..16.
    shrinking : {"bicubic", "lanczos2"}
        How the picture would have become so small.
    steps : int, optional
        Of Adam, 1..1000000. More is nearer to the damaged picture, noise included. None: 3000 to
        denoise, 6000 to fill holes, 2000 to enlarge (4000 from 8 times on).
    lr : float
        Rate of Adam, 0..1.
    code_noise : float, optional
        Standard deviation of noise on the code, drawn anew for every step, 0..1. None: 1/30 to
        denoise, 0.05 to enlarge 8 times and more, else 0.03.
    averaging : float
        Weight of what came before in the running mean of results, 0..0.9999; 0 is the last alone.
    features : (int, ...)
        Width of every scale of the network, the finest first; 1 to 8 scales.
    skips : (int, ...)
        Width of the skip of every scale; 0 is none.
    code : int
        Channels of the code.
    kernel : int
        Side of the convolutions on the way down, 3 or 5.
    upsampling : {"bilinear", "nearest"}
        How a scale becomes twice as large.
    mixing : bool
        Whether a 1 x 1 convolution follows at every scale on the way up.
    most_megapixels : float
        Larger results are refused: all of the picture is learned at once, and with the default
        network a megapixel takes about 9 GB.
    seed : int
        Of weights, code and noise, 0..4294967295.

    Raises
    ------
    SettingError
        If a setting is out of range, a mask does not fit, or the result would be too large.
    """

    mask: Mask = None
    marked: Marked | None = None
    scale: int = 1
    shrinking: Shrinking = "bicubic"
    steps: int | None = None
    lr: float = 0.01
    code_noise: float | None = None
    averaging: float = 0.99
    features: tuple[int, ...] = (128, 128, 128, 128, 128)
    skips: tuple[int, ...] = (4, 4, 4, 4, 4)
    code: int = 32
    kernel: int = 3
    upsampling: Upsampling = "bilinear"
    mixing: bool = True
    most_megapixels: float = 1.0
    seed: int = 0
    reach: ClassVar[None] = None
    weights: ClassVar[None] = None
    VARIANTS: ClassVar[dict[str, dict[str, Any]]] = {
        "deep_image_prior_jpeg": {
            "features": (8, 16, 32, 64, 128),
            "skips": (0, 0, 0, 4, 4),
            "code": 3,
            "steps": 2400,
        },
        "deep_image_prior_pixels": {"lr": 1e-3, "steps": 11_000},
        "deep_image_prior_text": {"skips": (128, 128, 128, 128, 128), "upsampling": "nearest"},
        "deep_image_prior_hole": {
            "features": (16, 32, 64, 128, 128, 128),
            "skips": (0, 0, 0, 0, 0, 0),
            "code": 1,
            "kernel": 5,
            "upsampling": "nearest",
            "mixing": False,
            "steps": 3000,
            "code_noise": 0.0,
        },
    }

    def __post_init__(self) -> None:
        check_holes(self.mask, self.marked)
        check_whole("scale", self.scale, 1, 16)
        check_shrinking("shrinking", self.shrinking)
        if self.steps is not None:
            check_whole("steps", self.steps, 1, 1_000_000)
        check_number("lr", self.lr, 0, 1)
        if self.code_noise is not None:
            check_number("code_noise", self.code_noise, 0, 1)
        check_number("averaging", self.averaging, 0, 0.9999)
        check_whole("code", self.code, 1, 1024)
        check_odd("kernel", self.kernel, 3, 5)
        check_word("upsampling", self.upsampling, get_args(Upsampling))
        check_number("most_megapixels", self.most_megapixels, 0)
        check_whole("seed", self.seed, 0, 2**32 - 1)
        for name, widths, least in (("features", self.features, 1), ("skips", self.skips, 0)):
            if not isinstance(widths, tuple) or not 1 <= len(widths) <= 8:
                raise SettingError(f"{name} is {widths!r}; give a width for each of 1 to 8 scales.")
            for width in widths:
                check_whole(name, width, least, 1024)
        if len(self.features) != len(self.skips):
            raise SettingError(
                f"skips are {len(self.skips)}, features {len(self.features)}; each scale has both."
            )
        if self.scale != 1 and self._fills:
            raise SettingError("scale and holes do not go together; fill first, then enlarge.")

    def __call__(self, lq: np.ndarray, *, report: OnProgress = silent) -> np.ndarray:
        """Return the restored picture, float32 (H * scale, W * scale, C) in 0..1."""
        pixels = checked(lq)
        self._check_size(pixels.shape[0] * self.scale, pixels.shape[1] * self.scale)
        missing = find_holes(pixels, self.mask, self.marked)
        if missing is None:
            return left(self._fitted(entered(pixels), None, report))
        if not missing.any():
            report(1.0)
            return finished(pixels)
        seen = entered(~missing[..., None])
        restored = left(self._fitted(entered(pixels), seen, report))
        return finished(np.where(missing[..., None], restored, pixels))

    def network(self, channels: int) -> SkipNetwork:
        """Return the untrained network for pictures of so many channels, its weights drawn."""
        with seeded(self.seed):
            return SkipNetwork(
                self.code,
                channels,
                self.features,
                self.skips,
                self.kernel,
                self.upsampling,
                self.mixing,
            )

    @property
    def _fills(self) -> bool:
        return self.mask is not None or self.marked is not None

    def _check_size(self, height: int, width: int) -> None:
        if height * width > self.most_megapixels * 1e6:
            raise SettingError(
                f"The result would have {height * width / 1e6:.1f} megapixels, and all of it is "
                f"learned at once: most_megapixels is {self.most_megapixels:g}. Take a part of the "
                "picture or a smaller one, or raise the limit where memory allows."
            )

    def _schedule(self) -> tuple[int, float]:
        """Return the steps, and the noise on the code."""
        if self._fills:
            steps, noise = 6000, 0.03
        elif self.scale == 1:
            steps, noise = 3000, 1 / 30
        else:
            steps, noise = (2000, 0.03) if self.scale < 8 else (4000, 0.05)
        return self.steps or steps, noise if self.code_noise is None else self.code_noise

    def _fitted(self, lq: Tensor, seen: Tensor | None, report: OnProgress) -> Tensor:
        """Return what the network has learned of a picture (1, C, H, W) when the steps are over."""
        height, width = (side * self.scale for side in lq.shape[2:])
        network = self.network(lq.shape[1]).to(device())
        parameters = list(network.parameters())
        optimizer = torch.optim.Adam(parameters, self.lr)
        draw = chance(self.seed)
        shape = (1, self.code, *network.canvas(height, width))
        code = _CODE * torch.rand(shape, generator=draw, device=draw.device)
        mean: Tensor | None = None
        before, good = float("inf"), [parameter.detach().clone() for parameter in parameters]
        steps, noise = self._schedule()
        for step in range(steps):
            jitter = torch.randn(shape, generator=draw, device=draw.device)
            picture = network(code + noise * jitter)[..., :height, :width]
            shown = shrunk(picture, self.shrinking, self.scale) if self.scale > 1 else picture
            error = _mean_square(shown - lq, seen)
            if (now := error.item()) > _WORSE * before:
                _restore(parameters, good)
                report((step + 1) / steps)
                continue
            before, good = now, [parameter.detach().clone() for parameter in parameters]
            restored = picture.detach()
            mean = restored if mean is None else torch.lerp(restored, mean, self.averaging)
            optimizer.zero_grad()
            error.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            report((step + 1) / steps)
        assert mean is not None, "the first step is never a bad one"
        return mean


def _mean_square(difference: Tensor, seen: Tensor | None) -> Tensor:
    """Return the mean square of (1, C, H, W), where `seen`, (1, 1, H, W), is 1."""
    if seen is None:
        return difference.square().mean()
    return (difference.square() * seen).mean() / seen.mean()


@torch.no_grad()
def _restore(parameters: list[torch.nn.Parameter], good: list[Tensor]) -> None:
    for parameter, value in zip(parameters, good, strict=True):
        parameter.copy_(value)


PUBLIC = DeepImagePrior
