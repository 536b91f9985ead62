"""Real-ESRGAN's damage: blur, scaling, noise and JPEG, twice, with ringing at the end.

Wang, Xie, Dong, Shan, "Real-ESRGAN: training real-world blind super-resolution with pure synthetic
data", ICCV 2021 workshops, section 3, with the ranges of the authors' options for scale 4.

**Departure from the paper:** JPEG is libjpeg's and scaling Pillow's. The ground truth is sharpened
here, before the damage, and not in the target of training; `sharpen` turns it off.
"""

from dataclasses import dataclass
from math import pi
from typing import NamedTuple

import numpy as np

from nitido.degradations import _color_noise
from nitido.degradations._jpeg import check_channels, jpeg_round_trip
from nitido.degradations._kernels import (
    blurred,
    filtered,
    gaussian,
    generalized_gaussian,
    plateau,
    sinc,
)
from nitido.degradations._levels import check_whole
from nitido.degradations._resizing import draw_method, resized
from nitido.degradations._scaling import cut
from nitido.picture import to_8bit

_SINC = 0.1  # how often a blur is a sinc
_FINAL_SINC = 0.8
_QUALITY = (30, 95)


class _Stage(NamedTuple):
    """The ranges of one of the two stages."""

    blurred: float  # how often
    sigma: tuple[float, float]  # pixels, of the blur
    ways: tuple[float, float, float]  # how often the picture grows, shrinks, stays
    factors: tuple[float, float]  # smallest and largest of the scaling
    noise: tuple[float, float]  # 8-bit units, of Gaussian noise
    poisson: tuple[float, float]  # times the natural Poisson noise


_FIRST = _Stage(1.0, (0.2, 3.0), (0.2, 0.7, 0.1), (0.15, 1.5), (1, 30), (0.05, 3.0))
_SECOND = _Stage(0.8, (0.2, 1.5), (0.3, 0.4, 0.3), (0.3, 1.2), (1, 25), (0.05, 2.5))
_GRAY = 0.4  # how often noise is the same in all channels


@dataclass(frozen=True)
class RealEsrgan:
    """Damage and shrink a picture as training of Real-ESRGAN does.

    Parameters
    ----------
    scale : int
        1, 2, 3, 4, ...; odd rows and columns at the end are cut first.
    sharpen : bool
        Sharpen the picture first (unsharp masking), as the authors do.

    Raises
    ------
    SettingError
        If `scale` is below 1, or a picture is smaller than it or neither gray nor RGB.
    """

    scale: int = 4
    sharpen: bool = True

    def __post_init__(self) -> None:
        check_whole("scale", self.scale)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H // scale, W // scale, 1 or 3) with 8-bit values in 0..1."""
        check_channels(gt)
        picture = cut(gt, self.scale)
        whole = picture.shape[:2]
        size = (whole[0] // self.scale, whole[1] // self.scale)
        if self.sharpen:
            picture = _sharpened(picture)
        picture = _stored(_stage(picture, whole, _FIRST, rng), rng)
        picture = _stage(picture, size, _SECOND, rng)
        ringing = _final_kernel(rng)
        if rng.random() < 0.5:
            picture = blurred(resized(picture, size, draw_method(rng)), ringing, "reflect")
            picture = _stored(picture, rng)
        else:
            picture = _stored(picture, rng)
            picture = blurred(resized(picture, size, draw_method(rng)), ringing, "reflect")
        return to_8bit(picture)


def _stage(
    picture: np.ndarray, size: tuple[int, int], stage: _Stage, rng: np.random.Generator
) -> np.ndarray:
    """Blur, scale relative to `size`, and add noise."""
    if rng.random() < stage.blurred:
        picture = blurred(picture, _kernel(stage, rng), "reflect")
    way = rng.choice(3, p=stage.ways)
    low, high = ((1.0, stage.factors[1]), (stage.factors[0], 1.0), (1.0, 1.0))[way]
    factor = rng.uniform(low, high)
    picture = resized(picture, (int(size[0] * factor), int(size[1] * factor)), draw_method(rng))
    noisy = _gaussian_noise if rng.random() < 0.5 else _poisson_noise
    return np.asarray(np.clip(noisy(picture, stage, rng), 0, 1))


def _kernel(stage: _Stage, rng: np.random.Generator) -> np.ndarray:
    """Draw a blur: a sinc, or a plain, generalized or plateau Gaussian, round or stretched."""
    side = 2 * int(rng.integers(3, 11)) + 1
    if rng.random() < _SINC:
        return sinc(rng.uniform(pi / 3 if side < 13 else pi / 5, pi), side)
    kind = int(rng.choice(6, p=(0.45, 0.25, 0.12, 0.03, 0.12, 0.03)))
    first, second = rng.uniform(*stage.sigma, 2)
    ratio, angle = (1.0, 0.0) if kind % 2 == 0 else (first / second, rng.uniform(0, 180))
    if kind < 2:
        return gaussian(first, ratio, angle, side)
    if kind < 4:
        return generalized_gaussian(first, _around_one(0.5, 4, rng), ratio, angle, side)
    return plateau(first, _around_one(1, 2, rng), ratio, angle, side)


def _around_one(low: float, high: float, rng: np.random.Generator) -> float:
    """Draw below 1 as often as above it."""
    return float(rng.uniform(low, 1) if rng.random() < 0.5 else rng.uniform(1, high))


def _final_kernel(rng: np.random.Generator) -> np.ndarray:
    if rng.random() < _FINAL_SINC:
        return sinc(rng.uniform(pi / 3, pi), 21)
    return np.ones((1, 1))


def _gaussian_noise(picture: np.ndarray, stage: _Stage, rng: np.random.Generator) -> np.ndarray:
    draw = _color_noise.gray if rng.random() < _GRAY else _color_noise.per_channel
    return picture + np.float32(rng.uniform(*stage.noise) / 255) * draw(picture.shape, rng)


def _poisson_noise(picture: np.ndarray, stage: _Stage, rng: np.random.Generator) -> np.ndarray:
    """Add Poisson noise of as many photons as the picture has levels, times a drawn factor."""
    stored = to_8bit(picture)
    light = stored.mean(axis=2, keepdims=True) if rng.random() < _GRAY else stored
    levels = len(np.unique(np.rint(light * 255)))
    photons = 2.0 ** np.ceil(np.log2(levels))
    noise = rng.poisson(light * photons).astype(np.float32) / np.float32(photons) - light
    return np.asarray(picture + np.float32(rng.uniform(*stage.poisson)) * noise)


def _sharpened(picture: np.ndarray) -> np.ndarray:
    """Unsharp masking with a wide Gaussian, only where it changes more than 10 of 255."""
    soft = gaussian(8.0, size=51)
    detail = picture - filtered(picture, soft)
    mask = filtered((np.abs(detail) * 255 > 10).astype(np.float32), soft)
    sharp = np.clip(picture + np.float32(0.5) * detail, 0, 1)
    return np.asarray(mask * sharp + (1 - mask) * picture)


def _stored(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return jpeg_round_trip(picture, int(rng.integers(_QUALITY[0], _QUALITY[1] + 1)), "4:2:0")


PUBLIC = RealEsrgan
