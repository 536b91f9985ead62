"""Several damages one after the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from nitido.degradations._degradation import Degradation
from nitido.degradations._spec import member
from nitido.errors import SettingError

_USUAL = ({"name": "gaussian_blur"}, {"name": "gaussian_noise", "sigma": 10}, {"name": "jpeg"})


@dataclass(frozen=True)
class Chain:
    """Apply every step in the given order, each to the result of the one before.

    Parameters
    ----------
    steps : sequence of Degradation or mapping
        Degradations, or ``{"name": ..., setting: value}`` as recipes write them. Without it a
        picture is blurred, gets noise and is stored as JPEG.

    Raises
    ------
    SettingError
        If there is no step, or a step is wrong.
    """

    steps: tuple[Degradation | Mapping[str, Any], ...] = _USUAL

    def __post_init__(self) -> None:
        if not self.steps:
            raise SettingError("steps is empty; a chain needs one at least.")
        object.__setattr__(self, "steps", tuple(member(step) for step in self.steps))

    @property
    def scale(self) -> int:
        """The product of the steps' scales."""
        return prod(step.scale for step in self._members)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H / scale, W / scale, C)."""
        picture = gt
        for step in self._members:
            picture = step(picture, rng)
        return picture

    @property
    def _members(self) -> tuple[Degradation, ...]:
        return self.steps  # type: ignore[return-value]


PUBLIC = Chain
