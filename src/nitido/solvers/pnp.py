"""Plug-and-play restoration: a denoiser is all that is known of pictures, the damage is given.

Zhang, Li, Zuo, Zhang, Van Gool, Timofte: "Plug-and-Play Image Restoration with Deep Denoiser Prior"
(DPIR), IEEE TPAMI 44(10), 2022, arXiv 2008.13751. Half-quadratic splitting: section 4.1; levels
that fall evenly in logarithm from 49 to the noise level, and the balance 0.23 sigma^2 / sigma_k^2:
section 4.2. Deblurring, 8 steps: section 5.1; super-resolution, 24 steps, the last level no lower
than the scale: section 5.2; both by the closed form in the frequency domain. Where pixels are
missing, the steps and levels are those of demosaicing, 40 down to 0.6: section 5.3. The picture is
flipped or turned in one of eight ways from step to step.

**Departure from the paper:** any denoiser that is told the level serves. The authors take the world
beyond the border for the picture's other side, which is ``boundary="wrap"``; by default it is a
wide frame of unknown content that begins as a mirror image. Holes begin with the mean of their
neighborhood.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Literal, get_args

import numpy as np
import torch
from torch import Tensor

from nitido.classical import (
    Kernel,
    Marked,
    Mask,
    check_number,
    check_sigma,
    check_whole,
    check_word,
    checked,
    finished,
    kernel_rows,
    noise_level,
    taps,
)
from nitido.errors import SettingError
from nitido.picture import imresize
from nitido.solvers._agreement import (
    Convolved,
    Missing,
    bicubic_weights,
    filled,
    kernel_weights,
)
from nitido.solvers._denoiser import Denoiser, told_weights
from nitido.solvers._holes import check_holes, find_holes
from nitido.solvers._solver import OnProgress, silent
from nitido.solvers._tensors import entered, left
from nitido.weights import Weights

Boundary = Literal["unknown", "wrap"]

_LEAST = 0.255  # noise level that is expected at least, 8-bit units
_DEMOSAICED = 0.6  # last level where pixels are missing


@dataclass(frozen=True, eq=False)
class PlugAndPlay:
    """Undo a known damage, with a denoiser for all that is unknown.

    Parameters
    ----------
    kernel : mapping, rows of numbers, ndarray or path, optional
        Deblur: what blurred the picture, a blur of ours with its settings, ``{"name":
        "gaussian_blur", "sigma": 2}``; numbers, rows by columns; or a file of them, .npy, .npz or a
        gray .png. True convolution: a bright point has become an image of the kernel.
    scale : int
        Enlarge so many times, 1..16. The small picture was made by MATLAB's bicubic interpolation
        or, if a kernel is given, by it, the middle one of `scale` x `scale` pixels being kept, as
        the damage `nearest` does.
    mask : path-like or ndarray, optional
        Fill holes: a picture file as large as the picture, or (H, W); white is missing.
    marked : float or (float, float, float), optional
        Fill holes: the value, 0..1, that missing pixels have in all channels, or their color.
    sigma : float, optional
        Noise level, 8-bit units. None estimates it from a blurred picture; one that is small or has
        holes has none then. It is taken for 0.255 at least.
    denoiser : str, path or Weights
        Weights that are told the noise level, by name or file.
    steps : int, optional
        1..10000. None: 8 to deblur, 24 to enlarge, 40 to fill holes.
    start : float
        First level of the denoiser, 8-bit units, 1..255.
    weight : float
        Of the denoiser against what was seen, the paper's lambda, 0.0001..100.
    self_ensemble : bool
        Whether steps flip and turn the picture.
    boundary : {"unknown", "wrap"}
        What lies beyond the border: something that is found along with the picture, or the
        picture's other side, as where papers measure.

    Raises
    ------
    SettingError
        If a setting is out of range, the damage is not said, or the weights take no noise level.
    UnknownNameError
        If there are no such weights.
    WeightsError
        If their file cannot be used.
    """

    kernel: Kernel | None = None
    scale: int = 1
    mask: Mask = None
    marked: Marked | None = None
    sigma: float | None = None
    denoiser: str | Path | Weights = "denoise"
    steps: int | None = None
    start: float = 49.0
    weight: float = 0.23
    self_ensemble: bool = True
    boundary: Boundary = "unknown"
    reach: ClassVar[None] = None

    def __post_init__(self) -> None:
        if self.kernel is not None:
            object.__setattr__(self, "kernel", kernel_rows(self.kernel))
        check_whole("scale", self.scale, 1, 16)
        check_holes(self.mask, self.marked)
        check_sigma(self.sigma)
        if self.steps is not None:
            check_whole("steps", self.steps, 1, 10_000)
        check_number("start", self.start, 1, 255)
        check_number("weight", self.weight, 1e-4, 100)
        check_word("boundary", self.boundary, get_args(Boundary))
        convolved = self.kernel is not None or self.scale != 1
        if convolved and self._fills:
            raise SettingError("mask and marked do not go with kernel and scale; fill holes first.")
        if not convolved and not self._fills:
            raise SettingError("Nothing says what the damage is; give kernel, scale or mask.")
        _ = self.weights  # refuses what cannot be told a level

    @cached_property
    def weights(self) -> Weights:
        """The denoiser's."""
        return told_weights(self.denoiser)

    def __call__(self, lq: np.ndarray, *, report: OnProgress = silent) -> np.ndarray:
        """Return the restored picture, float32 (H * scale, W * scale, C) in 0..1."""
        pixels = checked(lq)
        missing = find_holes(pixels, self.mask, self.marked)
        if missing is not None and not missing.any():
            report(1.0)
            return finished(pixels)
        with torch.inference_mode():
            if missing is None:
                return left(self._deconvolved(pixels, report))
            known = entered(~missing[..., None])
            estimate = filled(entered(pixels), known)
            agree = Missing(entered(pixels), known)
            restored = left(self._alternate(agree, estimate, self._told(0), 40, report))
        if self.sigma:  # pixels that are there are noisy too
            return restored
        return finished(np.where(missing[..., None], restored, pixels))

    @property
    def _fills(self) -> bool:
        return self.mask is not None or self.marked is not None

    def _told(self, estimated: float) -> float:
        """Return the noise level, 8-bit units."""
        return max(estimated if self.sigma is None else self.sigma, _LEAST)

    def _deconvolved(self, pixels: np.ndarray, report: OnProgress) -> Tensor:
        kernel = None if self.kernel is None else taps(self.kernel)
        sigma = 0.0 if self.scale > 1 else 255 * noise_level(pixels, None)
        if kernel is None:
            weights, first = bicubic_weights(self.scale)
        else:
            weights, first = kernel_weights(kernel, self.scale)
        # A frame as wide as the weights reach keeps what is beyond one border from the other.
        wide = [0, 0] if self.boundary == "wrap" else [-(-n // self.scale) for n in weights.shape]
        seen = np.pad(pixels, [(n, n) for n in (*wide, 0)], mode="symmetric")
        known = entered(np.pad(np.ones_like(pixels[..., :1]), [(n, n) for n in (*wide, 0)]))
        agree = Convolved(entered(seen), known if any(wide) else None, weights, first, self.scale)
        estimate = entered(imresize(seen, self.scale))
        restored = self._alternate(
            agree, estimate, self._told(sigma), 8 if self.scale == 1 else 24, report
        )
        down, across = (n * self.scale for n in wide)
        height, width = (side * self.scale for side in pixels.shape[:2])
        return restored[..., down : down + height, across : across + width]

    def _alternate(
        self,
        agree: Convolved | Missing,
        estimate: Tensor,
        sigma: float,
        steps: int,
        report: OnProgress,
    ) -> Tensor:
        """Return the last estimate, (1, C, H, W); the noise level is in 8-bit units."""
        denoise = Denoiser(self.weights)
        last = max(sigma, _DEMOSAICED if self._fills else self.scale if self.scale > 1 else 0)
        levels = np.geomspace(max(self.start, last), last, self.steps or steps).tolist()
        for step, level in enumerate(levels):
            estimate = agree(estimate, self.weight * (sigma / level) ** 2)
            way = step % 8 if self.self_ensemble else 0
            estimate = _turned_back(denoise(_turned(estimate, way), level / 255), way)
            report((step + 1) / len(levels))
        return estimate


def _turned(picture: Tensor, way: int) -> Tensor:
    """Return a picture turned by 0 to 3 right angles and, from way 4 on, flipped first."""
    return (picture.flip(3) if way >= 4 else picture).rot90(way % 4, (2, 3))


def _turned_back(picture: Tensor, way: int) -> Tensor:
    turned = picture.rot90(-(way % 4), (2, 3))
    return turned.flip(3) if way >= 4 else turned


PUBLIC = PlugAndPlay
