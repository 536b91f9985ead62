"""Streaks of falling rain, and the veil of heavy rain.

During the exposure a drop draws a bright streak. The layer S of streaks screens the picture,
1 - (1 - B)(1 - S), as in the synthetic sets of deraining papers; further drops, too many to tell
apart, veil it: O = a (...) + (1 - a) A (Yang et al. 2017, "Deep joint rain detection and removal
from a single image").

A streak is a spread-out point; strewing points and blurring them along the fall gives the same as
thresholded noise that is motion-blurred, but every streak may have its own length and slant.

**Departure from the paper:** the streaks of all layers are added up first and then screened, where
the paper adds them to the picture, which clips.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._kernels import filtered, gaussian
from nitido.degradations._levels import Level, check, draw, draw_integer
from nitido.degradations._weather import draw_each, scattered, strewn

_FARTHER = 0.65  # size of the streaks in each next layer, relative to the one before
_LAYER_TURN = 6.0  # degrees by which layers behind the first are turned at most: perspective
_DROP_TURN = 1.5  # standard deviation of a single streak's angle, degrees
_DROP_LENGTH = 0.4  # streaks are shorter or longer by this share at most
_DROPS = 1 << 15  # streaks that are drawn at a time
_AIRLIGHT = (0.6, 0.95)


@dataclass(frozen=True)
class Rain:
    """Let it rain.

    Streaks are measured in pixels, whatever the size of the picture, so that a patch has the same
    rain as the photograph that it was cut from.

    Parameters
    ----------
    density : float or (float, float)
        Area of all streaks together, as a share of the picture, 0..1.
    length : float or (float, float)
        Mean length of the streaks of the nearest layer, pixels; single ones are up to 40 % shorter
        or longer.
    width : float or (float, float)
        Width of the streaks of the nearest layer, pixels, at half their brightness; 1 or more.
    angle : float or (float, float)
        Degrees from the vertical, -90..90; positive rain moves to the right while it falls.
    opacity : float or (float, float)
        Mean brightness of a streak over its length and width, 0..1; every streak draws its own.
    layers : int or (int, int)
        Number of layers, 1..3. Each next one is farther away: 0.65 times as long and wide, with an
        even share of the density, and turned by up to 6 degrees.
    veil : float or (float, float)
        Share of the light that comes from the veil of distant rain, 0..1; 0 is none. Its brightness
        is drawn from 0.6..0.95.

    Raises
    ------
    SettingError
        If a level is out of range.
    """

    density: Level = (0.03, 0.2)
    length: Level = (10.0, 40.0)
    width: Level = (1.0, 2.5)
    angle: Level = (-30.0, 30.0)
    opacity: Level = (0.2, 0.6)
    layers: Level = (1, 3)
    veil: Level = (0.0, 0.3)
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("density", self.density, 0, 1)
        check("length", self.length, 1)
        check("width", self.width, 1)
        check("angle", self.angle, -90, 90)
        check("opacity", self.opacity, 0, 1)
        check("layers", self.layers, 1, 3)
        check("veil", self.veil, 0, 1)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C) in 0..1."""
        layers = draw_integer(self.layers, rng)
        density = draw(self.density, rng) / layers
        length, width = draw(self.length, rng), draw(self.width, rng)
        angle = draw(self.angle, rng)
        streaks = np.zeros((*gt.shape[:2], 1), np.float32)
        for i in range(layers):
            turn = rng.uniform(-_LAYER_TURN, _LAYER_TURN) if i else 0.0
            near = _FARTHER**i
            size = max(1.0, near * length), max(1.0, near * width)
            streaks += self._layer(gt.shape, density, size, angle + turn, rng)
        lq = 1 - (1 - gt) * (1 - np.minimum(streaks, 1, out=streaks))
        airlight = np.array([rng.uniform(*_AIRLIGHT)])
        return scattered(lq, 1 - draw(self.veil, rng), airlight)

    def _layer(
        self,
        shape: tuple[int, ...],
        density: float,
        size: tuple[float, float],
        angle: float,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Draw one layer of streaks, `size` is their length and width; float32 (H, W, 1)."""
        height, width = shape[:2]
        length, wide = size
        margin = int(length) + 2  # a streak that begins outside may reach in
        places = strewn(height, width, margin, density * height * width / (length * wide), rng)
        canvas = np.zeros((height + 4 * margin, width + 4 * margin), np.float32)
        for first in range(0, places.shape[1], _DROPS):
            middles = places[:, first : first + _DROPS] + np.float32(margin)
            count = middles.shape[1]
            slant = np.radians(angle + _DROP_TURN * rng.standard_normal(count))
            long = length * rng.uniform(1 - _DROP_LENGTH, 1 + _DROP_LENGTH, count)
            light = wide * draw_each(self.opacity, count, rng)
            _draw_streaks(canvas, middles, np.stack((np.cos(slant), np.sin(slant))) * long, light)
        kept = canvas[2 * margin : 2 * margin + height, 2 * margin : 2 * margin + width, None]
        # A Gaussian is 2.355 sigma wide at half its height; drawing has blurred by 1/6 already.
        sigma = np.sqrt(max(0.0, (wide / 2.355) ** 2 - 1 / 6))
        return filtered(kept, gaussian(sigma)) if sigma > 0.2 else kept


def _draw_streaks(
    canvas: np.ndarray, middles: np.ndarray, ways: np.ndarray, light: np.ndarray
) -> None:
    """Add streaks to a canvas, float32 (H, W), as rows of points shared by their four pixels.

    `middles` and `ways` are (2, N), down and across; a way leads from one end to the other. `light`
    (N,) is the mean per pixel of length; the ends fade out.
    """
    length = float(np.hypot(*ways).max(initial=0))
    along = (np.arange(np.ceil(length) + 1) + 0.5) / (np.ceil(length) + 1) - 0.5
    fade = 1 - (2 * along) ** 4
    points = middles[:, :, None] + ways[:, :, None] * along
    weights = (light * np.hypot(*ways))[:, None] * (fade / fade.sum())
    corner = np.floor(points).astype(np.intp)
    part = points - corner
    flat, width = canvas.ravel(), canvas.shape[1]
    for down in (0, 1):
        for right in (0, 1):
            place = (corner[0] + down) * width + corner[1] + right
            share = np.abs(1 - down - part[0]) * np.abs(1 - right - part[1])
            np.add.at(flat, place.ravel(), (weights * share).ravel().astype(np.float32))


PUBLIC = Rain
