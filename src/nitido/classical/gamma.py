"""Gamma correction: a power of every value, which brightens or darkens the middle tones."""

from dataclasses import dataclass
from math import log
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import brightness, checked, finished
from nitido.classical._settings import check_number

_MIDDLE = 0.45  # mean brightness of a well exposed photograph
_FARTHEST = (0.25, 2.0)


@dataclass(frozen=True)
class Gamma:
    """Raise every value to a power.

    Parameters
    ----------
    gamma : float, optional
        The power, 0.01..100: below 1 brightens. None takes the one that brings the mean brightness
        to that of a well exposed photograph, within 0.25..2.

    Raises
    ------
    SettingError
        If `gamma` is out of range.
    """

    gamma: float | None = None
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        if self.gamma is not None:
            check_number("gamma", self.gamma, 0.01, 100)

    @property
    def reach(self) -> int | None:
        """LQ pixels to each side that decide about a pixel; None where the mean decides."""
        return None if self.gamma is None else 0

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the corrected picture, float32 (H, W, C) in 0..1."""
        pixels = finished(checked(lq))
        gamma = self.gamma
        if gamma is None:
            mean = float(np.clip(brightness(pixels).mean(dtype=np.float64), 0.001, 0.999))
            gamma = min(max(log(_MIDDLE) / log(mean), _FARTHEST[0]), _FARTHEST[1])
        return finished(pixels ** np.float32(gamma))


PUBLIC = Gamma
