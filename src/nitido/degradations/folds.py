"""Creases of folded prints: the emulsion breaks along a straight line, one side lies in shadow.

Where the emulsion is lost the bare paper shows, in ragged pieces along the fold; elsewhere a fine
crack is left. The paper falls away on one side, into a soft shadow that fades with the distance d
as exp(-d / reach).
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._fields import smooth_curve
from nitido.degradations._levels import Level, check, draw, draw_integer
from nitido.degradations._tints import tint

_PAPER = (0.94, 0.91, 0.85)  # the bare base under the emulsion
_CRACK = 0.45  # opacity of the fine crack where no emulsion is lost
_REACH = 3.0  # of the shadow, in widths of the crease


@dataclass(frozen=True)
class Folds:
    """Crease a picture, gray or RGB, from border to border.

    Every crease draws its own levels.

    Parameters
    ----------
    count : int or (int, int)
        How many creases there are.
    width : float or (float, float)
        Greatest width of the lost emulsion as a share of the picture's shorter side, 0..1, but at
        least one pixel.
    angle : float or (float, float)
        Direction of the creases in degrees from the horizontal, clockwise, -180..180.
    loss : float or (float, float)
        Share of a crease's length along which emulsion is lost, 0..1.
    shadow : float or (float, float)
        Share of the light that is lost on the shadow's side, next to the crease, 0..1.

    Raises
    ------
    SettingError
        If a level is out of range, or a picture is neither gray nor RGB.
    """

    count: Level = (1, 3)
    width: Level = (0.006, 0.016)
    angle: Level = (0.0, 180.0)
    loss: Level = (0.3, 0.9)
    shadow: Level = (0.15, 0.45)
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("count", self.count, 0)
        check("width", self.width, 0, 1)
        check("angle", self.angle, -180, 180)
        check("loss", self.loss, 0, 1)
        check("shadow", self.shadow, 0, 1)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, 1 or 3) in 0..1."""
        paper = tint(_PAPER, gt)
        lq = np.array(gt, np.float32, order="C")
        for _ in range(draw_integer(self.count, rng)):
            self._fold(lq, paper, rng)
        return lq

    def _fold(self, lq: np.ndarray, paper: np.ndarray, rng: np.random.Generator) -> None:
        """Put one crease into `lq`."""
        height, width = lq.shape[:2]
        wide = max(1.0, draw(self.width, rng) * min(height, width))
        angle = np.radians(draw(self.angle, rng))
        sine, cosine = np.float32(np.sin(angle)), np.float32(np.cos(angle))
        down = np.arange(height, dtype=np.float32) - np.float32(rng.uniform(0.1, 0.9) * height)
        across = np.arange(width, dtype=np.float32) - np.float32(rng.uniform(0.1, 0.9) * width)

        # Only what lies near the line is changed; the shadow is below 1 % where it is cut off.
        side = (down * cosine)[:, None] - across * sine
        rows, columns = np.nonzero(np.abs(side) < 5 * _REACH * wide)
        if not rows.size:
            return
        side = side[rows, columns]
        along = down[rows] * sine + across[columns] * cosine
        place = (along - along.min()).astype(np.intp)
        length = int(place.max()) + 1
        side += np.float32(wide) * (smooth_curve(length, 30 * wide, rng)[place] - 0.5)

        shadow = np.exp(np.maximum(side, 0) / np.float32(-_REACH * wide))
        shadow *= np.float32(draw(self.shadow, rng)) * np.clip(side + 0.5, 0, 1)
        above, below = self._lost(wide, length, rng)
        reach = np.where(side > 0, below[place], above[place])
        side = np.abs(side)
        bare = np.clip(reach + 0.5 - side, 0, 1) * (reach > 0)
        crack = _CRACK * np.clip(1 - side / np.float32(max(0.75, 0.1 * wide)), 0, 1)
        bare = np.maximum(bare, crack)[:, None]
        lq[rows, columns] = lq[rows, columns] * (1 - shadow[:, None]) * (1 - bare) + bare * paper

    def _lost(
        self, wide: float, length: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Draw how far the emulsion is lost on either side, two of (length,) in pixels."""
        rough = smooth_curve(length, 10 * wide, rng) + 0.3 * smooth_curve(length, 2 * wide, rng)
        loss = draw(self.loss, rng)
        least = np.quantile(rough, 1 - loss) if loss else np.inf
        lost = 0.3 + 0.7 * np.clip((rough - np.float32(least)) / 0.2, 0, 1)  # pieces end bluntly
        lost *= np.float32(wide / 2) * (rough >= np.float32(least))
        return lost * _ragged(wide, length, rng), lost * _ragged(wide, length, rng)


def _ragged(wide: float, length: int, rng: np.random.Generator) -> np.ndarray:
    """Draw one torn edge, float32 (length,) in 0.4..1."""
    return 0.4 + 0.4 * smooth_curve(length, wide, rng) + 0.2 * smooth_curve(length, 0.2 * wide, rng)


PUBLIC = Folds
