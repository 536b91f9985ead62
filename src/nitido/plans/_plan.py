"""Plans as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import ConfigDict

from nitido.errors import SettingError
from nitido.plans._plain import from_json, to_json

_VERSION = 1


@dataclass(frozen=True)
class Step:
    """One thing that is done to a picture.

    Parameters
    ----------
    task : str, optional
        Of the room `tasks`, or ``resize``; None where weights or a method were named instead.
    weights : str
        Shipped weights, a file of weights, a solver, or ``classical:NAME``; of ``resize`` it is
        ``bicubic``.
    strength : float
        0..2: how much of the effect; 1 is what is judged right.
    settings : mapping
        Anything else that the step is told: ``sigma`` in 8-bit units, ``range``,
        ``width`` and ``height`` of ``resize``, those of a method.
    reason : str
        Why, in one sentence.

    Raises
    ------
    SettingError
        If the strength is out of its range, or nothing is named that does the step.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)

    task: str | None
    weights: str
    strength: float = 1.0
    settings: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.weights:
            raise SettingError(f"A step of the task {self.task} names no weights; say which.")
        if not 0 <= self.strength <= 2:
            raise SettingError(f"strength is {self.strength}; it goes from 0 to 2.")


@dataclass(frozen=True)
class Plan:
    """Steps in the order in which they run; none where a picture is left as it is.

    Parameters
    ----------
    steps : tuple of Step
        The first one gets the picture, every other one what the one before it left.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)

    steps: tuple[Step, ...] = ()

    def to_json(self) -> str:
        """Return the plan as a JSON object in one line of ASCII.

        Raises
        ------
        SettingError
            If a setting is nothing that JSON can hold, as an array is not.
        """
        return to_json(self, _VERSION)

    @classmethod
    def from_json(cls, text: str | bytes) -> "Plan":
        """Read a plan that `to_json` wrote, or somebody else in the same form.

        Raises
        ------
        SettingError
            If it is no JSON, of a newer version than this program knows, or a part of it is
            unknown, missing or out of its range; the sentence names the part.
        """
        return from_json(cls, text, _VERSION)


def parse_tasks(text: str) -> tuple[str, ...]:
    """Return the names in ``dejpeg,denoise,upscale``, as ``--task`` takes them.

    Raises
    ------
    SettingError
        If there is nothing before, between or behind a comma.
    """
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise SettingError(
            f"task is {text!r}; give names with commas between them: dejpeg,denoise."
        )
    return names
