"""Fading of old prints: dyes bleach, paper yellows, corners darken.

The tone curve is LQ = lift + contrast * (1 - lift) * GT: black turns gray, the range shrinks. Then
red and blue are pulled apart, since the dyes of color film fade at different speeds, and the light
falls off with the square of the distance to the center (vignetting).
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._levels import Level, check, draw
from nitido.degradations._tints import check_gray_or_color


@dataclass(frozen=True)
class Fading:
    """Fade a picture, gray or RGB.

    Parameters
    ----------
    contrast : float or (float, float)
        Share of the range between the lifted black and white that is left, 0..1; 1 keeps it all.
    lift : float or (float, float)
        Value that black gets, 0..1.
    warmth : float or (float, float)
        Share by which red grows and blue shrinks, -1..1; below 0 it is the other way round, which
        looks cool. What passes white is clipped. Gray pictures stay gray.
    vignette : float or (float, float)
        Share of the light that is lost in the corners, 0..1.

    Raises
    ------
    SettingError
        If a level is out of range, or a picture is neither gray nor RGB.
    """

    contrast: Level = (0.5, 0.9)
    lift: Level = (0.05, 0.2)
    warmth: Level = (-0.08, 0.2)
    vignette: Level = (0.0, 0.4)
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("contrast", self.contrast, 0, 1)
        check("lift", self.lift, 0, 1)
        check("warmth", self.warmth, -1, 1)
        check("vignette", self.vignette, 0, 1)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, 1 or 3) in 0..1."""
        check_gray_or_color(gt)
        lift = draw(self.lift, rng)
        contrast = draw(self.contrast, rng) * (1 - lift)
        warmth = draw(self.warmth, rng)
        lq = gt * np.float32(contrast)
        lq += np.float32(lift)
        if gt.shape[2] == 3:
            lq *= np.array((1 + warmth, 1, 1 - warmth), np.float32)
        lq *= _light(gt.shape[0], gt.shape[1], draw(self.vignette, rng))[..., None]
        return np.clip(lq, 0, 1, out=lq)


def _light(height: int, width: int, vignette: float) -> np.ndarray:
    """Return the light that is left, float32 (H, W): 1 in the center, 1 - `vignette` in corners."""
    down = np.linspace(-1, 1, height + 1, dtype=np.float32)[1:] - np.float32(1 / height)
    across = np.linspace(-1, 1, width + 1, dtype=np.float32)[1:] - np.float32(1 / width)
    # Distances are measured in pixels, so that the fall-off is round.
    reach = height**2 + width**2
    lost = (down[:, None] * height) ** 2 + (across * width) ** 2
    return 1 - np.float32(vignette / reach) * lost


PUBLIC = Fading
