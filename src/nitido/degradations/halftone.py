"""Printed screens as scanners give them: dots in a lattice whose area is the share of ink.

A printer lays a threshold under every place, here the sum of two cosines at right angles, whose
dots are round in the lights, squares in the middle and round holes in the shadows; ink lies where
the picture is darker than the threshold. Thresholds are ranks, so that the area of a dot is the
share of ink exactly. A color print has four screens at angles of their own (M. Zeleny's rosette);
the scanner averages over its pixels and blurs a little.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._kernels import filtered_by_axes
from nitido.degradations._levels import Level, check, check_share, draw

_FINER = 3  # dots are drawn that many times as large and averaged
_ANGLES = (30.0, 60.0, 45.0, 0.0)  # degrees from the first: cyan, magenta, yellow, black


@dataclass(frozen=True)
class Halftone:
    """Print with a screen and scan again.

    Parameters
    ----------
    period : float or (float, float)
        From dot to dot, pixels of the scan; 2 at least.
    angle : float or (float, float)
        Of the first screen, degrees; a color print's others follow from it.
    blur : float or (float, float)
        Standard deviation of the scanner's blur, pixels.
    gray : float
        Share of color pictures that are printed with black ink alone.

    Raises
    ------
    SettingError
        If a level is out of range or `gray` is no share.
    """

    period: Level = (3.0, 12.0)
    angle: Level = (0.0, 90.0)
    blur: Level = (0.3, 0.8)
    gray: float = 0.0
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("period", self.period, 2)
        check("angle", self.angle, -360, 360)
        check("blur", self.blur, 0, 20)
        check_share("gray", self.gray)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C) in 0..1; C other than 3 is printed band by band in black."""
        period, angle = draw(self.period, rng), draw(self.angle, rng)
        alone = rng.random() < self.gray
        light = np.clip(gt, 0, 1)
        if gt.shape[2] == 3 and not alone:
            paper = _four_colors(light, period, angle, rng)
        else:
            bands = light.mean(axis=2, keepdims=True) if alone else light
            ink = [_screen(1 - band, period, angle, rng) for band in np.moveaxis(bands, 2, 0)]
            paper = np.broadcast_to(1 - np.stack(ink, axis=2), gt.shape)
        return _scanned(np.ascontiguousarray(paper, np.float32), draw(self.blur, rng))


def _four_colors(
    light: np.ndarray, period: float, angle: float, rng: np.random.Generator
) -> np.ndarray:
    """Print (H, W, 3) with cyan, magenta, yellow and black, (H, W, 3)."""
    black = 1 - light.max(axis=2)
    rest = np.maximum(1 - black, 1e-6)[..., None]
    inks = [*np.moveaxis((1 - light - black[..., None]) / rest, 2, 0), black]
    dots = [
        1 - _screen(ink, period, angle + turned, rng)
        for ink, turned in zip(inks, _ANGLES, strict=True)
    ]
    return np.asarray(np.stack(dots[:3], axis=2) * dots[3][..., None])


def _screen(ink: np.ndarray, period: float, angle: float, rng: np.random.Generator) -> np.ndarray:
    """Return the share of every pixel (H, W) that ink covers, where `ink` (H, W) is its density."""
    rows, columns = (
        np.arange(side * _FINER, dtype=np.float32) * np.float32(2 * np.pi / period / _FINER)
        for side in ink.shape
    )
    down, across = rows[:, None], columns[None]
    cosine, sine = np.float32(np.cos(np.deg2rad(angle))), np.float32(np.sin(np.deg2rad(angle)))
    first, second = rng.uniform(0, 2 * np.pi, 2).astype(np.float32)
    height = np.cos(across * cosine + down * sine + first)
    height += np.cos(down * cosine - across * sine + second)
    rank = _RANKS[((height + 2) * np.float32((_RANKS.size - 1) / 4)).astype(np.int32)]
    covered = rank < ink.repeat(_FINER, 0).repeat(_FINER, 1)
    tall, wide = ink.shape
    shares: np.ndarray = covered.reshape(tall, _FINER, wide, _FINER).mean(axis=(1, 3))
    return shares.astype(np.float32)


def _scanned(paper: np.ndarray, sigma: float) -> np.ndarray:
    radius = int(np.ceil(3 * sigma))
    if not radius or min(paper.shape[:2]) <= radius:
        return paper
    taps = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    taps /= taps.sum()
    return np.asarray(np.clip(filtered_by_axes(paper, taps.tolist(), taps.tolist()), 0, 1))


def _ranks() -> np.ndarray:
    """Return the share of places where the sum of two cosines is below -2..2, at 4,097 heights."""
    wave = np.cos(np.linspace(0, 2 * np.pi, 512, endpoint=False))
    heights = np.sort(np.add.outer(wave, wave).ravel())
    shares = np.searchsorted(heights, np.linspace(-2, 2, 4097)) / heights.size
    return np.asarray(shares, np.float32)


_RANKS = _ranks()

PUBLIC = Halftone
