"""Drops of rain on a window or on the lens, in front of a scene in focus.

A drop is a strong lens: it shows a wide part of the scene, small and upside down, and as the camera
is focused far behind it, its picture and its outline are blurred. Its edge is darker, the sky
brightens its lower half, and a lamp makes a spot. Papers write it O = (1 - M) B + R, with the mask
M of the drops and what they show, R (Qian et al. 2018, "Attentive generative adversarial network
for raindrop removal from a single image").

**Departure from the paper:** its pictures are photographs through wet glass. Here the drops are
drawn, and the part of the scene that they would show beyond the border is mirrored at it.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._kernels import filtered, gaussian
from nitido.degradations._levels import Level, check, draw, draw_integer, draw_log
from nitido.degradations._masks import smooth_step
from nitido.degradations._weather import strewn

_SMALLER = (2, 5)  # how many times smaller a drop shows the scene
_FISHEYE = 0.5  # how much smaller still at its edge
_UNEVEN = 0.08  # how far the outline wanders from a circle, share of the radius
_HIGH = 0.15  # drops are higher than wide by this share at most, or the other way round
_REACH = 1.45  # no drop reaches farther, in radii: it may be both uneven and high
_RIM = (0.1, 0.35)  # how much darker the edge is
_SKY = (0.1, 0.3)  # how much darker the top and brighter the bottom is, where the sky is seen
_SPOT = (0.2, 0.7)  # opacity of the bright spot
_SPOT_WIDTH = 0.16  # its standard deviation, share of the radius


@dataclass(frozen=True)
class Raindrops:
    """Put drops of water in front of the picture.

    Drops are measured in pixels, whatever the size of the picture, so that a patch has the same
    drops as the photograph that it was cut from. A small patch may have none.

    Parameters
    ----------
    density : float or (float, float)
        Area of all drops together, as a share of the picture, 0..1.
    radius : float or (float, float)
        Radius of the drops, pixels, 1 or more. Every drop draws its own, evenly on a logarithmic
        scale.
    blur : float or (float, float)
        Standard deviation of the blur of what the drops show and of their outline, pixels.

    Raises
    ------
    SettingError
        If a level is out of range.
    """

    density: Level = (0.05, 0.25)
    radius: Level = (5.0, 20.0)
    blur: Level = (0.7, 2.5)
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("density", self.density, 0, 1)
        check("radius", self.radius, 1)
        check("blur", self.blur, 0)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C) in 0..1."""
        height, width = gt.shape[:2]
        low, high = self.radius if isinstance(self.radius, tuple) else (self.radius, self.radius)
        # The mean of the squared radius, if its logarithm is drawn evenly.
        squared = (high**2 - low**2) / (2 * np.log(high / low)) if high > low else low**2
        expected = draw(self.density, rng) * height * width / (np.pi * squared)
        margin = int(np.ceil(1.5 * _REACH * high)) + 1
        centers = strewn(height, width, margin, expected, rng).T - np.float32(margin)
        blur, smaller = draw(self.blur, rng), draw_integer(_SMALLER, rng)
        lq = np.array(gt, np.float32, order="C")
        shown = filtered(_reduced(gt, smaller), gaussian(blur))
        for center in centers:
            drop = _Drop(center, draw_log(self.radius, rng), blur, rng)
            drop.cover(lq, shown, smaller)
        return lq


class _Drop:
    """One drop, with a shape and a shine of its own."""

    def __init__(
        self, center: np.ndarray, radius: float, blur: float, rng: np.random.Generator
    ) -> None:
        self.center = center
        self.radius = np.float32(radius)
        self.edge = np.float32(min(1 + 2 * blur, radius))
        self.high = np.float32(np.exp(rng.uniform(-_HIGH, _HIGH)))
        self.waves = _UNEVEN * rng.uniform(-1, 1, 4).astype(np.float32)
        self.rim = np.float32(rng.uniform(*_RIM))
        self.sky = np.float32(rng.uniform(*_SKY))
        self.spot = np.float32(rng.uniform(*_SPOT))
        self.spot_at = rng.uniform((-0.5, -0.4), (-0.25, 0.4)).astype(np.float32)

    def cover(self, lq: np.ndarray, shown: np.ndarray, smaller: int) -> None:
        """Draw the drop over a picture, float32 (H, W, C); `shown` is the scene, made smaller."""
        reach = int(np.ceil(_REACH * (self.radius + self.edge / 2))) + 1
        top, left = (int(value) - reach for value in self.center)
        rows = np.arange(max(top, 0), min(top + 2 * reach + 1, lq.shape[0]), dtype=np.float32)
        columns = np.arange(max(left, 0), min(left + 2 * reach + 1, lq.shape[1]), dtype=np.float32)
        if not rows.size or not columns.size:
            return
        down = (rows[:, None] + np.float32(0.5) - self.center[0]) / self.radius
        across = (columns + np.float32(0.5) - self.center[1]) / self.radius
        distance = self._distance(down, across)
        opacity = smooth_step((1 - distance) * self.radius / self.edge + np.float32(0.5))
        wide = 1 + np.float32(_FISHEYE) * np.minimum(distance, 1) ** 2
        # Turned upside down around the center, where the drop shows what is behind it.
        middle = self.center / np.float32(smaller) - np.float32(0.5)
        content = _sampled(
            shown, middle[0] - self.radius * down * wide, middle[1] - self.radius * across * wide
        )
        content *= (1 - self.rim * smooth_step((distance - 0.55) / np.float32(0.45)))[..., None]
        content *= 1 + self.sky * np.clip(down, -1, 1)[..., None]
        away = (down - self.spot_at[0]) ** 2 + (across - self.spot_at[1]) ** 2
        shine = self.spot * np.exp(away / np.float32(-2 * _SPOT_WIDTH**2))
        content += shine[..., None] * (1 - content)
        part = lq[int(rows[0]) : int(rows[-1]) + 1, int(columns[0]) : int(columns[-1]) + 1]
        part += opacity[..., None] * (np.minimum(content, 1) - part)

    def _distance(self, down: np.ndarray, across: np.ndarray) -> np.ndarray:
        """Return the distance from the center, float32 (rows, columns); 1 on the outline."""
        down, across = down / self.high, across * self.high
        distance = np.sqrt(down**2 + across**2)
        cosine = across / np.maximum(distance, np.float32(1e-6))
        sine = down / np.maximum(distance, np.float32(1e-6))
        two, three = cosine**2 - sine**2, cosine * (cosine**2 - 3 * sine**2)
        outline = 1 + self.waves[0] * two + self.waves[1] * 2 * sine * cosine
        outline += self.waves[2] * three + self.waves[3] * sine * (3 * cosine**2 - sine**2)
        return np.asarray(distance / outline)


def _reduced(gt: np.ndarray, factor: int) -> np.ndarray:
    """Average blocks of `factor` x `factor` pixels; the last ones may be smaller."""
    for axis in (0, 1):
        starts = np.arange(0, gt.shape[axis], factor)
        sums = np.add.reduceat(gt, starts, axis=axis, dtype=np.float32)
        counts = np.diff(starts, append=gt.shape[axis]).astype(np.float32)
        gt = sums / counts.reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
    return gt


def _sampled(picture: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Interpolate a picture bilinearly at fractional places, mirrored beyond its border."""
    row, down = _mirrored(rows, picture.shape[0])
    column, right = _mirrored(columns, picture.shape[1])
    next_row = np.minimum(row + 1, picture.shape[0] - 1)
    next_column = np.minimum(column + 1, picture.shape[1] - 1)
    down, right = down[..., None], right[..., None]
    upper = picture[row, column] * (1 - right) + picture[row, next_column] * right
    lower = picture[next_row, column] * (1 - right) + picture[next_row, next_column] * right
    return np.asarray(upper * (1 - down) + lower * down)


def _mirrored(places: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the pixel before each place, mirrored into 0..length - 1, and the way beyond it."""
    last = np.float32(length - 1)
    if length == 1:
        return np.zeros(places.shape, np.intp), np.zeros(places.shape, np.float32)
    places = last - np.abs(np.mod(places, 2 * last) - last)
    first = places.astype(np.intp)
    return first, places - first.astype(np.float32)


PUBLIC = Raindrops
