"""Moire of a photographed screen: colored bands where two grids beat.

The subpixels of a screen form a fine grid of red, green and blue stripes, and a camera samples it
with its own grid of color filters. What is finer than half of a grid comes out as a coarse wave.
Here the light of the screen is the picture times a pattern p, LQ = GT (1 + strength p); p is made
as the camera makes it, after the pipeline that demoireing papers simulate (Liu et al. 2018,
"Demoireing of photographs of screens"): stripes of the subpixels, a third of a pixel apart, seen
turned, scaled and bent, sampled through color filters and demosaiced.

**Departure from the paper:** only the pattern is sampled and demosaiced, not the picture, and the
waves of the stripes are cut to their first harmonics. So the picture stays where it is and as sharp
as it is. Noise and JPEG are damages of their own.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._bayer import demosaiced
from nitido.degradations._fields import smooth_field
from nitido.degradations._levels import Level, check, draw, draw_log
from nitido.degradations._tints import check_gray_or_color

_PITCHES = (0.5, 1.0)  # screen pixels per camera pixel, where the grids beat most
_BEND = 0.8  # how far a band's frequency drifts at most over half of the picture, share of it
_DETAIL = (0.0, 0.75)  # of the demosaicing, see `demosaiced`
_ROWS = (0.2, 0.8)  # strength of the dark lines between rows, relative to the stripes
_CROSSED = 0.5  # strength of the product of both
_COLOR = (0.3, 1.0)  # share of the color that is left, as the camera's color filters overlap
_FAINTEST = 0.25  # the bands fade to this share where the camera is least in focus
_CELL = 0.6  # width of the parts that are in focus, share of the longer side


@dataclass(frozen=True)
class Moire:
    """Photograph the picture from a screen.

    Parameters
    ----------
    strength : float or (float, float)
        Root mean square of the pattern, relative to the picture's own brightness, 0..1.
    period : float or (float, float)
        Width of the bands in the middle of the picture, pixels, 4 or more; a pair is drawn evenly
        on a logarithmic scale. They bend and change their width towards the border.

    Raises
    ------
    SettingError
        If a level is out of range, or a picture is neither gray nor RGB.
    """

    strength: Level = (0.04, 0.16)
    period: Level = (8.0, 60.0)
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("strength", self.strength, 0, 1)
        check("period", self.period, 4)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, 1 or 3) in 0..1."""
        check_gray_or_color(gt)
        height, width, channels = gt.shape
        pattern = _pattern(height, width, draw_log(self.period, rng), rng)
        if channels == 1:
            pattern = pattern.mean(axis=2, keepdims=True)
        power = float(np.sqrt(np.mean(np.square(pattern), dtype=np.float64)))
        pattern *= np.float32(draw(self.strength, rng) / max(power, 1e-6))
        pattern += 1
        pattern *= gt
        return np.clip(pattern, 0, 1, out=pattern)


def _pattern(height: int, width: int, period: float, rng: np.random.Generator) -> np.ndarray:
    """Draw what a camera makes of the subpixels of a screen, float32 (H, W, 3)."""
    pitch = float(rng.choice(_PITCHES))
    turn = rng.uniform(0, 2 * np.pi)
    across = _phase(height, width, period, turn, rng)
    across += (pitch * np.arange(width) % 1).astype(np.float32)
    down = _phase(height, width, period, turn + np.pi / 2, rng)
    down += (pitch * np.arange(height) % 1).astype(np.float32)[:, None]
    rows = _wave(down)
    rows *= np.float32(rng.uniform(*_ROWS))
    light = np.empty((height, width, 3), np.float32)
    for channel in range(3):
        stripes = _wave(across + np.float32(channel / 3))
        light[..., channel] = stripes + rows + np.float32(_CROSSED) * stripes * rows
    pattern = demosaiced(light, int(rng.integers(4)), rng.uniform(*_DETAIL))
    brightness = pattern.mean(axis=2, keepdims=True)
    pattern -= brightness
    pattern *= np.float32(rng.uniform(*_COLOR))
    pattern += brightness
    focus = smooth_field(height, width, _CELL * max(height, width), rng)
    focus *= 1 - np.float32(_FAINTEST)
    focus += np.float32(_FAINTEST)
    pattern *= focus[..., None]
    return pattern


def _phase(
    height: int, width: int, period: float, turn: float, rng: np.random.Generator
) -> np.ndarray:
    """Return by how many periods the screen's grid is off the camera's, float32 (H, W).

    In the middle it grows by one every `period` pixels in the direction `turn`; perspective and
    lens add a quadratic form.
    """
    longer = max(height, width)
    rows = (np.arange(height) - height / 2)[:, None] / longer
    columns = (np.arange(width) - width / 2) / longer
    first, second, third = rng.uniform(-_BEND, _BEND, 3)
    down = np.sin(turn) * rows + first * rows**2
    across = np.cos(turn) * columns + second * columns**2
    phase = (third * longer / period * rows).astype(np.float32) * columns.astype(np.float32)
    phase += (longer / period * down + rng.random()).astype(np.float32)
    phase += (longer / period * across).astype(np.float32)
    return np.asarray(phase)


def _wave(phase: np.ndarray) -> np.ndarray:
    """Return the cosine of a phase in periods."""
    return np.asarray(np.cos(np.float32(2 * np.pi) * phase))


PUBLIC = Moire
