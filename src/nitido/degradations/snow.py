"""Falling snow: flakes in three depths, and the veil of those too far away to tell apart.

Flakes z of brightness A hide the picture, A z + (1 - z) B, as in the synthetic sets of desnowing
papers (Liu et al. 2018, "DesnowNet"), which also have flakes of three sizes. Near flakes are large,
few and out of focus, far ones small and many.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._levels import Level, check, draw
from nitido.degradations._masks import smooth_step
from nitido.degradations._weather import draw_each, scattered, strewn

_DEPTHS = (1.0, 0.55, 0.3)  # size of the flakes of each layer, relative to the nearest
_SOFT = (0.35, 0.9)  # half the width of a flake's edge, share of its radius
_SIZES = 0.4  # flakes are smaller or larger by this share at most
_FLAT = 0.25  # the two axes of a flake differ by this share of the radius at most, each way
_WHITE = (0.85, 1.0)  # brightness of the flakes and of the veil
_PIXELS = 1 << 20  # pixels of flakes that are drawn at a time


@dataclass(frozen=True)
class Snow:
    """Let it snow.

    Flakes are measured in pixels, whatever the size of the picture, so that a patch has the same
    snow as the photograph that it was cut from.

    Parameters
    ----------
    density : float or (float, float)
        Area of all flakes together, as a share of the picture, 0..1; each of the three layers has a
        third of it.
    radius : float or (float, float)
        Mean radius of the nearest flakes, pixels; single ones are up to 40 % smaller or larger. The
        farther layers have 0.55 and 0.3 of it.
    length : float or (float, float)
        Way that the nearest flakes fall during the exposure, pixels; the farther ones 0.55 and 0.3
        of it. A flake that moves is longer and hides less.
    angle : float or (float, float)
        Degrees from the vertical, -90..90; positive snow moves to the right while it falls.
    opacity : float or (float, float)
        How much of the picture a flake that stands still hides, 0..1; every flake draws its own.
    veil : float or (float, float)
        Share of the light that comes from the veil of distant snow, 0..1; 0 is none.

    Raises
    ------
    SettingError
        If a level is out of range.
    """

    density: Level = (0.02, 0.12)
    radius: Level = (2.0, 6.0)
    length: Level = (0.0, 8.0)
    angle: Level = (-40.0, 40.0)
    opacity: Level = (0.5, 1.0)
    veil: Level = (0.0, 0.25)
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("density", self.density, 0, 1)
        check("radius", self.radius, 0.5)
        check("length", self.length, 0)
        check("angle", self.angle, -90, 90)
        check("opacity", self.opacity, 0, 1)
        check("veil", self.veil, 0, 1)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C) in 0..1."""
        white = np.array([rng.uniform(*_WHITE)])
        density = draw(self.density, rng) / len(_DEPTHS)
        radius, length = draw(self.radius, rng), draw(self.length, rng)
        angle = np.radians(draw(self.angle, rng))
        way = length * np.array((np.cos(angle), np.sin(angle)), np.float32)
        lq = scattered(gt, 1 - draw(self.veil, rng), white)
        for near in _DEPTHS[::-1]:  # near flakes are in front
            clear = self._layer(gt.shape, density, near * radius, np.float32(near) * way, rng)
            lq = scattered(lq, clear, white)
        return lq

    def _layer(
        self,
        shape: tuple[int, ...],
        density: float,
        radius: float,
        way: np.ndarray,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Draw one layer of flakes; return how much of the picture it lets through, (H, W, 1)."""
        height, width = shape[:2]
        soft = rng.uniform(*_SOFT)
        area = np.pi * radius**2 * (1 + _SIZES**2 / 3)
        reach = (1 + _SIZES) * (1 + soft) * np.exp(_FLAT) * radius + float(np.hypot(*way)) / 2
        margin = int(np.ceil(reach)) + 1
        places = strewn(height, width, margin, density * height * width / area, rng)
        # One pixel more than the margins, for places that are rounded up to the very border.
        hidden = np.zeros((height + 4 * margin + 1, width + 4 * margin + 1), np.float32)
        side = 2 * margin + 1
        step = max(1, _PIXELS // side**2)
        for first in range(0, places.shape[1], step):
            centers = places[:, first : first + step] + np.float32(margin)
            count = centers.shape[1]
            radii = np.float32(radius) * draw_each((1 - _SIZES, 1 + _SIZES), count, rng)
            opacity = draw_each(self.opacity, count, rng)
            corner = np.floor(centers).astype(np.intp) - margin
            grid = np.arange(side, dtype=np.float32)
            offset = (centers - corner).astype(np.float32)
            down = grid[:, None] - offset[0, :, None, None]
            across = grid - offset[1, :, None, None]
            flakes = _flakes(down, across, radii, way, soft, rng)
            flakes *= opacity[:, None, None]
            # Layers of flakes let through the product of what each lets through: logarithms add.
            np.log1p(-np.minimum(flakes, np.float32(0.9999), out=flakes), out=flakes)
            line = (corner[0, :, None] + np.arange(side)) * hidden.shape[1] + corner[1, :, None]
            pixel = line[:, :, None] + np.arange(side)
            np.add.at(hidden.ravel(), pixel.ravel(), flakes.ravel())
        kept = hidden[2 * margin : 2 * margin + height, 2 * margin : 2 * margin + width, None]
        return np.exp(kept)


def _flakes(
    down: np.ndarray,
    across: np.ndarray,
    radii: np.ndarray,
    way: np.ndarray,
    soft: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return the opacity of ellipses that moved along `way`, float32 (N, side, side) in 0..1.

    `down` (N, side, 1) and `across` (N, 1, side) count from their centers. The distance from the
    way is measured in the units of each ellipse, turned at random. What a flake hides is spread
    over the longer shape that it draws by moving.
    """
    turn = draw_each((0, np.pi), len(radii), rng)
    flat = np.exp(draw_each((-_FLAT, _FLAT), len(radii), rng))
    first = np.stack((np.cos(turn), np.sin(turn))) / (radii * flat)
    second = np.stack((-np.sin(turn), np.cos(turn))) / (radii / flat)
    u = down * first[0, :, None, None] + across * first[1, :, None, None]
    v = down * second[0, :, None, None] + across * second[1, :, None, None]
    half_u, half_v = way @ first / 2, way @ second / 2
    half = np.hypot(half_u, half_v)
    if half.any():
        cosine, sine = (part[:, None, None] / half[:, None, None] for part in (half_u, half_v))
        along = np.abs(cosine * u + sine * v) - half[:, None, None]
        v = cosine * v - sine * u
        u = np.maximum(along, 0, out=along)
    # A soft disc has a larger area than a sharp one; made smaller, it has the same.
    shrunk = 1 / np.sqrt(1 + np.float32(soft) ** 2 / 5)
    distance = np.sqrt(u * u + v * v) / shrunk
    edge = smooth_step((1 + np.float32(soft) - distance) / np.float32(2 * soft))
    # Area of the shape in units of the ellipse: a disc, and a rectangle as long as the way.
    spread = 1 + 4 * half * shrunk / np.float32(np.pi)
    return np.asarray(edge / spread[:, None, None])


PUBLIC = Snow
