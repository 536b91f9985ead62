"""Haze: light scattered into the line of sight, more of it the farther away things are.

The model of Koschmieder, which dehazing papers use: O = J t + A (1 - t) with t = exp(-beta d),
the clean picture J, the airlight A and the depth d. RESIDE (Li et al. 2019, "Benchmarking
single-image dehazing and beyond") draws A from 0.7..1 and beta from 0.6..1.8 indoors.

**Departure from the paper:** pictures come without depth, so that it is invented: farther towards
the top, as in most photographs outdoors, plus a smooth random relief. It does not follow the edges
of things.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._fields import smooth_field
from nitido.degradations._levels import Level, check, draw
from nitido.degradations._weather import scattered

_TILT = 20.0  # degrees by which the gradient of depth leaves the vertical at most
_RELIEF = (0.2, 0.6)  # share of the depth that the random relief makes
_CELL = (0.3, 1.0)  # width of its hills, share of the longer side


@dataclass(frozen=True)
class Haze:
    """Cover a picture with haze.

    The depth spans the whole picture, whatever its size: a patch and a photograph both have their
    nearest and their farthest point.

    Parameters
    ----------
    beta : float or (float, float)
        How dense it is at the farthest point, 0 or more; exp(-beta) of the light comes through.
    airlight : float or (float, float)
        Brightness of the haze, 0..1.
    tint : float or (float, float)
        By how much the haze may be warmer or colder, 0..1: the first channel of the airlight is up
        to this share brighter than the mean and the last as much darker, or the other way round.
    nearest : float or (float, float)
        Depth of the nearest point relative to the farthest, 0..1; at 1 the haze is even.

    Raises
    ------
    SettingError
        If a level is out of range.
    """

    beta: Level = (0.6, 2.0)
    airlight: Level = (0.7, 1.0)
    tint: Level = (0.0, 0.06)
    nearest: Level = (0.0, 0.5)
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("beta", self.beta, 0)
        check("airlight", self.airlight, 0, 1)
        check("tint", self.tint, 0, 1)
        check("nearest", self.nearest, 0, 1)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C) in 0..1."""
        beta, nearest = draw(self.beta, rng), draw(self.nearest, rng)
        warmth = np.linspace(1, -1, gt.shape[2]) if gt.shape[2] > 1 else np.zeros(1)
        warmth *= draw(self.tint, rng) * rng.uniform(-1, 1)
        airlight = np.clip(draw(self.airlight, rng) * (1 + warmth), 0, 1)
        transmission = _depth(gt.shape[0], gt.shape[1], rng)
        transmission *= np.float32(-beta * (1 - nearest))
        transmission -= np.float32(beta * nearest)
        np.exp(transmission, out=transmission)
        return scattered(gt, transmission[..., None], airlight)


def _depth(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """Draw a depth that runs from 0 at the nearest to 1 at the farthest point, float32 (H, W)."""
    longer = max(height, width)
    tilt = np.radians(rng.uniform(-_TILT, _TILT))
    down = np.arange(height, dtype=np.float32) * np.float32(-np.cos(tilt) / longer)
    across = np.arange(width, dtype=np.float32) * np.float32(np.sin(tilt) / longer)
    relief = np.float32(rng.uniform(*_RELIEF))
    depth = smooth_field(height, width, rng.uniform(*_CELL) * longer, rng)
    depth *= relief
    depth += (1 - relief) * down[:, None]
    depth += (1 - relief) * across
    depth -= depth.min()
    depth /= max(depth.max(), np.float32(1e-9))  # a single pixel is as near as can be
    return depth


PUBLIC = Haze
