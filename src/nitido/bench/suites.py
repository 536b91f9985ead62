"""Suites by name, ``SET/DAMAGE``; docs/benchmarks.md says what each name fixes.

The damages: ``gaussian_noise_S`` and ``gaussian_noise_S_8bit``, ``jpeg_Q`` and ``jpeg_color_Q``,
``bicubic_xN`` and ``bicubic_y_xN``, ``salt_and_pepper_D`` and ``impulse_noise_D``,
``floyd_steinberg``, ``combined``, and ``paired`` for sets that hold damaged pictures themselves.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from nitido import catalog, degradations
from nitido.bench._suite import Color, Damage, Suite
from nitido.degradations.jpeg import Jpeg
from nitido.errors import SettingError, UnknownNameError
from nitido.picture import imresize, to_8bit, to_counts

KINDS = {
    "gaussian_noise_25": "noise of sigma 25 on float pictures, unclipped, as papers have it",
    "gaussian_noise_25_8bit": "the same noise, clipped and rounded as in an image file",
    "jpeg_10": "JPEG of quality 10 of the luma",
    "jpeg_color_10": "JPEG of quality 10 of RGB, 4:2:0",
    "bicubic_x4": "MATLAB's bicubic down-scaling of 8-bit RGB; PSNR on luma",
    "bicubic_y_x4": "the older protocol: luma alone, not rounded once it is down-scaled",
    "salt_and_pepper_30": "30 % of the pixels black or white, each channel on its own",
    "impulse_noise_30": "30 % of the values replaced by any other value",
    "floyd_steinberg": "error diffusion to 2 levels per channel",
    "combined": "nearest-neighbor down and up by 3, 5 % salt and pepper, JPEG of quality 10",
    "paired": "the pairs that the set holds in its folders lq and gt",
}
"""One name of each kind, and what it is."""

_SEED = 0  # of every picture: what is drawn does not depend on the others
# LIVE1 is published in color; the tables of JPEG are of its luma, which is a set of its own.
_LUMA_OF = {"live1": "live1_gray"}


def find_suite(name: str) -> Suite:
    """Return a suite by its name ``SET/DAMAGE``.

    Raises
    ------
    UnknownNameError
        If the part behind the last slash is no protocol.
    SettingError
        If a level of the damage is out of its range.
    """
    images, _, damage = name.rpartition("/")
    for pattern, make in _MAKERS:
        if images and (match := pattern.fullmatch(damage)):
            return make(name, images, *match.groups())
    raise UnknownNameError("suite", name, [f"SET/{kind}" for kind in KINDS])


def _gaussian_noise(name: str, images: str, level: str, stored: str | None) -> Suite:
    sigma = float(level)
    if sigma > 255:
        raise SettingError(f"{name}: sigma is {level}; it goes from 0 to 255, in 8-bit units.")

    def damage(gt: np.ndarray) -> np.ndarray:
        lq = gt + np.float32(sigma / 255) * _unit_noise(gt.size).reshape(gt.shape)
        return to_8bit(lq) if stored else lq

    # Protocol 1 drew from another generator, and compared the input clipped and rounded.
    return Suite(name, 2, images, damage, sigma=sigma, rounds_input=bool(stored))


@lru_cache(maxsize=1)  # pictures of one size are damaged by the same noise
def _unit_noise(count: int) -> np.ndarray:
    """Return what ``numpy.random.seed(0)`` and ``randn`` give, as the papers in Python draw it."""
    noise = np.random.RandomState(_SEED).standard_normal(count).astype(np.float32)
    noise.flags.writeable = False
    return noise


def _jpeg(name: str, images: str, color: str | None, quality: str) -> Suite:
    jpeg = Jpeg(quality=int(quality))

    def damage(gt: np.ndarray) -> np.ndarray:
        return jpeg(gt, np.random.default_rng(_SEED))

    if color:
        return Suite(name, 1, images, damage, color="rgb")
    folder, slash, last = images.rpartition("/")
    return Suite(name, 1, folder + slash + _LUMA_OF.get(last, last), damage, color="luma")


def _bicubic(name: str, images: str, luma: str | None, factor: str) -> Suite:
    scale = int(factor)

    def of_luma(gt: np.ndarray) -> np.ndarray:
        return imresize(gt, 1 / scale)

    def of_files(gt: np.ndarray) -> np.ndarray:  # MATLAB rounds integers after each axis
        return imresize(to_counts(gt), 1 / scale).astype(np.float32) / np.float32(255)

    damage: Damage = of_luma if luma else of_files
    color: Color = "luma" if luma else "rgb"
    return Suite(name, 1, images, damage, color, on_luma=True, scale=scale, border=scale)


def _seeded(degradation: str, **settings: Any) -> Callable[..., Suite]:  # noqa: ANN401
    """Return what makes suites of a damage of the room; a level in percent becomes its density."""

    def make(name: str, images: str, percent: str | None = None) -> Suite:
        level = {} if percent is None else {"density": float(percent) / 100}
        made = catalog.build(degradations, degradation, **settings, **level)

        def damage(gt: np.ndarray) -> np.ndarray:
            lq: np.ndarray = made(gt, np.random.default_rng(_SEED))
            return lq

        return Suite(name, 1, images, damage)

    return make


def _paired(name: str, images: str) -> Suite:
    return Suite(name, 1, images, None)


_MAKERS: tuple[tuple[re.Pattern[str], Callable[..., Suite]], ...] = (
    (re.compile(r"gaussian_noise_(\d+(?:\.\d+)?)(_8bit)?"), _gaussian_noise),
    (re.compile(r"jpeg_(color_)?(\d+)"), _jpeg),
    (re.compile(r"bicubic_(y_)?x([2-8])"), _bicubic),
    (
        re.compile(r"salt_and_pepper_(\d+(?:\.\d+)?)"),
        _seeded("salt_and_pepper", per_channel=True),
    ),
    (re.compile(r"impulse_noise_(\d+(?:\.\d+)?)"), _seeded("impulse_noise", per_channel=True)),
    (re.compile(r"floyd_steinberg"), _seeded("error_diffusion", kernel="floyd_steinberg")),
    (re.compile(r"combined"), _seeded("combined", factor=3, density=0.05, quality=10)),
    (re.compile(r"paired"), _paired),
)
