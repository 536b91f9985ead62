"""Plans as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Step:
    """One thing that is done to a picture.

    Parameters
    ----------
    task : str, optional
        Of the room `tasks`; None where weights or a method were named instead.
    weights : str
        Shipped weights, a file of weights, a solver, or ``classical:NAME``.
    strength : float
        0..2: how much of the effect; 1 is what is judged right.
    settings : mapping
        Anything else that the step is told: ``sigma`` in 8-bit units, ``scale``, those of a method.
    reason : str
        Why, in one sentence.
    """

    task: str | None
    weights: str
    strength: float = 1.0
    settings: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class Plan:
    """Steps in the order in which they run; none where a picture is left as it is."""

    steps: tuple[Step, ...] = ()
