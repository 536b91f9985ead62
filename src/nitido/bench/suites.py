"""Suites by name: ``SET/gaussian_noise_S``, ``SET/gaussian_noise_S_8bit`` and ``SET/paired``.

Gaussian noise follows the papers since DnCNN: the generator is seeded with 0 for every image, the
noise is drawn as (H, W, C) and added to the float picture, unclipped; results are clipped and
rounded to 8 bits, and the PSNR is taken over all channels without a border. ``_8bit`` clips and
rounds the input as well, as an image file would have it.
"""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from nitido.bench._suite import Pair, Suite
from nitido.data import pairs, pictures
from nitido.degradations.gaussian_noise import GaussianNoise
from nitido.errors import UnknownNameError
from nitido.picture import read

_GAUSSIAN = re.compile(r"gaussian_noise_(\d+(?:\.\d+)?)(_8bit)?")
_KINDS = ("gaussian_noise_25", "gaussian_noise_25_8bit", "paired")


def find_suite(name: str) -> Suite:
    """Return a suite by its name ``SET/DAMAGE``.

    Raises
    ------
    UnknownNameError
        If the part behind the last slash is no protocol.
    """
    images, _, damage = name.rpartition("/")
    if damage == "paired" and images:
        return Suite(name, 1, partial(_paired, images))
    match = _GAUSSIAN.fullmatch(damage)
    if not match or not images:
        raise UnknownNameError("suite", name, [f"SET/{kind}" for kind in _KINDS])
    noise = GaussianNoise(sigma=float(match[1]), clip=1.0 if match[2] else 0.0)
    return Suite(name, 1, partial(_damaged, images, noise))


def _damaged(images: str, noise: GaussianNoise, data: Path | None) -> Iterator[Pair]:
    for file in pictures(images, data):
        gt = read(file).pixels
        yield file.stem, noise(gt, np.random.default_rng(0)), gt


def _paired(images: str, data: Path | None) -> Iterator[Pair]:
    for lq, gt in pairs(images, data):
        yield gt.stem, read(lq).pixels, read(gt).pixels
