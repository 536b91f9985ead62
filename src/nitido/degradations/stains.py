"""Stains of old prints: water marks, foxing and dust.

Water leaves irregular blotches that are darkest along their rim, where it dried last. Foxing are
small round rusty spots of fungus. Both absorb light: LQ = GT * (1 - a * (1 - tint)) with the
opacity a of the stain. Dust lies on top and hides what is below.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._fields import smooth_field
from nitido.degradations._levels import Level, check, draw, draw_integer, draw_log
from nitido.degradations._masks import Canvas, cover, smooth_step
from nitido.degradations._tints import Color, check_color, tint

_SPOT = (0.004, 0.025)  # width of a foxing spot, share of the shorter side
_SPOT_SOFT = 0.0025  # blur of its edge, share of the shorter side
_DUST = (0.8, 3.5)  # width of a speck of dust, pixels
_DUST_SOFT = 0.3  # blur of its edge, pixels
_DUST_OPACITY = (0.4, 0.95)


@dataclass(frozen=True)
class Stains:
    """Stain a picture, gray or RGB.

    Parameters
    ----------
    count : int or (int, int)
        Number of blotches.
    size : float or (float, float)
        Width of a blotch as a share of the picture's shorter side, 0..2; each draws its own.
    spots : int or (int, int)
        Number of foxing spots, 0.004 to 0.025 of the shorter side wide.
    dust : int or (int, int)
        Number of specks of dust, 0.8 to 3.5 pixels wide whatever the size of the picture; half of
        them are white, half black.
    opacity : float or (float, float)
        How much of the light that the tint does not reflect a stain takes where it is strongest,
        0..1. Each blotch draws its own, and so does each spot.
    tint : (float, float, float)
        Color of blotches and spots on white paper: red, green and blue, each 0..1.

    Raises
    ------
    SettingError
        If a level is out of range, or a picture is neither gray nor RGB.
    """

    count: Level = (1, 4)
    size: Level = (0.2, 0.8)
    spots: Level = (0, 25)
    dust: Level = (0, 25)
    opacity: Level = (0.4, 0.85)
    tint: Color = (0.55, 0.38, 0.18)
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("count", self.count, 0)
        check("size", self.size, 0, 2)
        check("spots", self.spots, 0)
        check("dust", self.dust, 0)
        check("opacity", self.opacity, 0, 1)
        check_color("tint", self.tint)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, 1 or 3) in 0..1."""
        height, width = gt.shape[:2]
        absorbed = 1 - tint(self.tint, gt)
        stain = self._spots(height, width, rng)
        for _ in range(draw_integer(self.count, rng)):
            self._blotch(stain, rng)
        return cover(gt * (1 - stain[..., None] * absorbed), self._dust(height, width, rng))

    def _blotch(self, stain: np.ndarray, rng: np.random.Generator) -> None:
        """Lay one blotch over `stain`, float32 (H, W); where they meet the stronger one wins."""
        shorter = min(stain.shape)
        size = max(1.0, draw(self.size, rng) * shorter)
        opacity = draw(self.opacity, rng)
        row, column = rng.random(2) * stain.shape
        rows = slice(max(0, int(row - size)), int(row + size) + 1)
        columns = slice(max(0, int(column - size)), int(column + size) + 1)
        part = stain[rows, columns]
        height, width = part.shape

        down = np.arange(height, dtype=np.float32) + np.float32(rows.start + 0.5 - row)
        across = np.arange(width, dtype=np.float32) + np.float32(columns.start + 0.5 - column)
        distance = np.hypot(down[:, None], across) / np.float32(size / 2)
        # The outline wanders between 0.4 and 1.6 of the radius, coarsely and finely.
        outline = distance + 0.8 * (smooth_field(height, width, 0.5 * size, rng) - 0.5)
        outline += 0.4 * (smooth_field(height, width, 0.15 * size, rng) - 0.5)
        inside = smooth_step((1 - outline) / 0.12)
        rim = np.exp(-np.square((outline - 0.88) / 0.1))
        mottle = 0.45 + 0.3 * smooth_field(height, width, 0.3 * size, rng)
        blotch = inside * (mottle + 0.4 * rim)
        blotch *= np.float32(opacity) / max(blotch.max(), np.float32(1e-6))
        np.maximum(part, blotch, out=part)

    def _spots(self, height: int, width: int, rng: np.random.Generator) -> np.ndarray:
        """Draw the foxing, float32 (H, W) in 0..1."""
        canvas = Canvas(height, width)
        shorter = min(height, width)
        for _ in range(draw_integer(self.spots, rng)):
            size = max(1.0, draw_log(_SPOT, rng) * shorter)
            across, down = rng.random(2) * (width, height)
            canvas.disc(across, down, size, rng.uniform(0.7, 1.4), draw(self.opacity, rng))
        return canvas.ink(_SPOT_SOFT * shorter)

    def _dust(self, height: int, width: int, rng: np.random.Generator) -> np.ndarray:
        """Draw the dust, float32 (H, W), positive where it is white."""
        canvas = Canvas(height, width)
        for _ in range(draw_integer(self.dust, rng)):
            across, down = rng.random(2) * (width, height)
            ink = draw(_DUST_OPACITY, rng) * (1 if rng.random() < 0.5 else -1)
            canvas.disc(across, down, draw_log(_DUST, rng), rng.uniform(0.4, 1.5), ink)
        return canvas.ink(_DUST_SOFT)


PUBLIC = Stains
