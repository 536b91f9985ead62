"""One damage out of several, drawn for each picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nitido.degradations._degradation import Degradation
from nitido.degradations._spec import member
from nitido.errors import SettingError

_NOISES = ({"name": "gaussian_noise"}, {"name": "poisson_noise"}, {"name": "camera_noise"})


@dataclass(frozen=True)
class OneOf:
    """Draw one of the choices for every picture.

    Parameters
    ----------
    choices : sequence of Degradation or mapping
        Degradations, or ``{"name": ..., setting: value}`` as recipes write them; all of one scale.
        Without it the noise is Gaussian, Poisson or a camera's.
    shares : sequence of float, optional
        How often each is drawn, in any unit; even without it.

    Raises
    ------
    SettingError
        If there is no choice, the scales differ, or the shares do not fit the choices.
    """

    choices: tuple[Degradation | Mapping[str, Any], ...] = _NOISES
    shares: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not self.choices:
            raise SettingError("choices is empty; one_of needs one at least.")
        object.__setattr__(self, "choices", tuple(member(choice) for choice in self.choices))
        scales = {choice.scale for choice in self._members}
        if len(scales) > 1:
            raise SettingError(f"choices have scales {sorted(scales)}; they must agree.")
        if self.shares and (
            len(self.shares) != len(self.choices) or min(self.shares) < 0 or not sum(self.shares)
        ):
            raise SettingError(f"shares is {self.shares!r}; give one share from 0 up per choice.")

    @property
    def scale(self) -> int:
        """The scale that all choices have."""
        return self._members[0].scale

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H / scale, W / scale, C)."""
        share = np.asarray(self.shares) / sum(self.shares) if self.shares else None
        return self._members[int(rng.choice(len(self.choices), p=share))](gt, rng)

    @property
    def _members(self) -> tuple[Degradation, ...]:
        return self.choices  # type: ignore[return-value]


PUBLIC = OneOf
