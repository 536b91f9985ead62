"""Scratches of film and prints: thin bright or dark lines, mostly along the film's way.

A picture that ran through a projector or a scanner with grit in it carries lines in the direction
of travel, hardly curved and of changing depth. Scratches of the negative come out dark or bright
depending on which layer was hurt. The model of the papers on restoring old photographs: polylines
blended with white or black.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._fields import smooth_curve
from nitido.degradations._levels import Level, check, check_share, draw, draw_integer, draw_log
from nitido.degradations._masks import Canvas, cover

_PIECES = 24  # straight pieces of one scratch
_BENDS = 3  # of its way and its depth
_WANDER = 0.02  # how far a scratch leaves its straight way, share of its length
_SOFT = 0.0008  # blur of the edges, share of the shorter side


@dataclass(frozen=True)
class Scratches:
    """Draw scratches.

    Every scratch draws its own width, length, angle and opacity.

    Parameters
    ----------
    count : int or (int, int)
        How many there are.
    width : float or (float, float)
        Width as a share of the picture's shorter side, 0..1; drawn evenly on a logarithmic scale.
        No scratch is thinner than one pixel.
    length : float or (float, float)
        Length as a share of the shorter side, 0 or more; what reaches out of the picture is lost.
    angle : float or (float, float)
        Degrees from the vertical, clockwise, -180..180.
    opacity : float or (float, float)
        How much of the picture a scratch hides where it is deepest, 0..1.
    bright : float
        Share of the scratches that are white, 0..1; the others are black.

    Raises
    ------
    SettingError
        If a level is out of range or `bright` is no share.
    """

    count: Level = (1, 10)
    width: Level = (0.002, 0.008)
    length: Level = (0.2, 1.5)
    angle: Level = (-10.0, 10.0)
    opacity: Level = (0.3, 0.9)
    bright: float = 0.7
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("count", self.count, 0)
        check("width", self.width, 1e-6, 1)
        check("length", self.length, 0)
        check("angle", self.angle, -180, 180)
        check("opacity", self.opacity, 0, 1)
        check_share("bright", self.bright)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C) in 0..1."""
        height, width = gt.shape[:2]
        canvas = Canvas(height, width)
        for _ in range(draw_integer(self.count, rng)):
            self._scratch(canvas, height, width, rng)
        return cover(gt, canvas.ink(_SOFT * min(height, width)))

    def _scratch(self, canvas: Canvas, height: int, width: int, rng: np.random.Generator) -> None:
        shorter = min(height, width)
        wide = max(1.0, draw_log(self.width, rng) * shorter)
        length = draw(self.length, rng) * shorter
        angle = np.radians(draw(self.angle, rng))
        ink = draw(self.opacity, rng) * (1 if rng.random() < self.bright else -1)

        along = np.linspace(-0.5, 0.5, _PIECES + 1)
        aside = _WANDER * 2 * (smooth_curve(_PIECES + 1, (_PIECES + 1) / _BENDS, rng) - 0.5)
        way = np.array((np.sin(angle), -np.cos(angle)))
        points = length * (along[:, None] * way + aside[:, None] * way[::-1] * (1, -1))
        points += rng.random(2) * (width, height)

        depth = 0.3 + smooth_curve(_PIECES, _PIECES / _BENDS, rng)
        depth /= depth.max()
        # The ends taper off.
        taper = np.sqrt(1 - np.abs(2 * (along[1:] + along[:-1]) / 2) ** 4)
        for i in range(_PIECES):
            canvas.line(points[i : i + 2], wide * taper[i], ink * depth[i])


PUBLIC = Scratches
