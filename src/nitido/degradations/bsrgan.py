"""BSRGAN's damage: blur, scaling, noise and JPEG in an order of their own for every picture.

Zhang, Liang, Van Gool, Timofte, "Designing a practical degradation model for deep blind image
super-resolution", ICCV 2021, section 3, with the constants of the authors' code. Seven steps are
shuffled: two blurs, two scalings (which keep their order), Gaussian noise, JPEG and, rarely, the
noise of a camera; JPEG always ends the chain.

**Departure from the paper:** the camera's pipeline is our `camera_noise`, scaling is Pillow's, and
the blurs keep the picture in place where the authors shift it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nitido.degradations import _color_noise
from nitido.degradations._jpeg import check_channels, jpeg_round_trip
from nitido.degradations._kernels import blurred, gaussian
from nitido.degradations._resizing import draw_method, resized
from nitido.degradations._scaling import cut
from nitido.degradations._spec import member
from nitido.errors import SettingError

_QUALITY = (30, 95)
_SIGMA = (2, 25)  # 8-bit units
_JPEG, _CAMERA = 0.9, 0.25  # how often these steps are taken
_HALVED = 0.25  # how often a picture is halved before all else, at scale 4


@dataclass(frozen=True)
class Bsrgan:
    """Damage and shrink a picture as training of BSRGAN does.

    Parameters
    ----------
    scale : int
        2 or 4; odd rows and columns at the end are cut first.

    Raises
    ------
    SettingError
        If `scale` is another number, or a picture is smaller than it or neither gray nor RGB.
    """

    scale: int = 4

    def __post_init__(self) -> None:
        if self.scale not in (2, 4):
            raise SettingError(f"scale is {self.scale!r}; BSRGAN has 2 and 4.")

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H // scale, W // scale, 1 or 3) with 8-bit values in 0..1."""
        check_channels(gt)
        picture = cut(gt, self.scale)
        size = (picture.shape[0] // self.scale, picture.shape[1] // self.scale)
        scale = self.scale
        if scale == 4 and rng.random() < _HALVED:
            picture = resized(picture, (2 * size[0], 2 * size[1]), draw_method(rng))
            scale = 2
        for step in _shuffled(rng):
            picture = step(picture, scale, size, rng)
        picture = resized(picture, size, "bicubic")
        return _stored(picture, rng)


def _blur(
    picture: np.ndarray, scale: int, size: tuple[int, int], rng: np.random.Generator
) -> np.ndarray:
    side = 2 * int(rng.integers(2, 12)) + 3
    if rng.random() < 0.5:
        wide, narrow = np.sort(np.sqrt(rng.uniform(0, 4 + scale, 2)))[::-1]
        ratio = float(wide / max(narrow, 1e-3))
        kernel = gaussian(float(wide), ratio, float(rng.uniform(0, 180)), side)
    else:
        kernel = gaussian(float(rng.uniform(0, 2 + 0.2 * scale)), size=side)
    return blurred(picture, kernel, "reflect")


def _shrink_somehow(
    picture: np.ndarray, scale: int, size: tuple[int, int], rng: np.random.Generator
) -> np.ndarray:
    if rng.random() < 0.75:
        factor = rng.uniform(1, 2 * scale)
        smaller = (int(picture.shape[0] / factor), int(picture.shape[1] / factor))
        return resized(picture, smaller, draw_method(rng))
    soft = blurred(picture, gaussian(float(rng.uniform(0.1, 0.6 * scale)), size=25), "reflect")
    return soft[::scale, ::scale]


def _shrink_to_size(
    picture: np.ndarray, scale: int, size: tuple[int, int], rng: np.random.Generator
) -> np.ndarray:
    return resized(picture, size, draw_method(rng))


def _noise(
    picture: np.ndarray, scale: int, size: tuple[int, int], rng: np.random.Generator
) -> np.ndarray:
    sigma = np.float32(rng.integers(_SIGMA[0], _SIGMA[1] + 1) / 255)
    kind = rng.random()
    if kind > 0.6 or picture.shape[2] == 1:
        noise = _color_noise.per_channel(picture.shape, rng)
    elif kind < 0.4:
        noise = _color_noise.gray(picture.shape, rng)
    else:
        noise = _color_noise.mixed(picture.shape, rng)
    return np.clip(picture + sigma * noise, 0, 1)


def _compression(
    picture: np.ndarray, scale: int, size: tuple[int, int], rng: np.random.Generator
) -> np.ndarray:
    return _stored(picture, rng) if rng.random() < _JPEG else picture


def _camera(
    picture: np.ndarray, scale: int, size: tuple[int, int], rng: np.random.Generator
) -> np.ndarray:
    return member({"name": "camera_noise"})(picture, rng) if rng.random() < _CAMERA else picture


_Step = Callable[[np.ndarray, int, tuple[int, int], np.random.Generator], np.ndarray]
_STEPS: tuple[_Step, ...] = (
    *(_blur, _blur, _shrink_somehow, _shrink_to_size),
    *(_noise, _compression, _camera),
)


def _shuffled(rng: np.random.Generator) -> list[_Step]:
    """Return the steps in a random order, the scaling to size after the other scaling."""
    steps = [_STEPS[i] for i in rng.permutation(len(_STEPS))]
    first, last = steps.index(_shrink_somehow), steps.index(_shrink_to_size)
    if first > last:
        steps[first], steps[last] = steps[last], steps[first]
    return steps


def _stored(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return jpeg_round_trip(picture, int(rng.integers(_QUALITY[0], _QUALITY[1] + 1)), "4:2:0")


PUBLIC = Bsrgan
