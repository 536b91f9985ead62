"""The protocol that engines follow, and the checks that they share."""

from collections.abc import Mapping
from typing import ClassVar, Literal, Protocol, get_args

import numpy as np

from nitido.errors import EngineError
from nitido.weights import Weights

Precision = Literal["auto", "fp32", "bf16"]
Device = str  # "auto", "cpu", "cuda" or "cuda:N"
Told = Mapping[str, np.ndarray]


class Engine(Protocol):
    """A network as a function of arrays, built from weights, a tile size and a precision."""

    gains_by_fixed_tiles: ClassVar[bool]
    """Whether tiles run faster on a network that was built for their size alone."""
    precision: Literal["fp32", "bf16"]
    """The arithmetic in use."""

    def __call__(self, lq: np.ndarray, told: Told | None = None) -> np.ndarray:
        """Run the network on one batch of tiles; the result belongs to the caller."""
        ...


def check_precision(weights: Weights, asked: Precision) -> None:
    """Refuse a word that is no precision, and bf16 where the card does not call it safe."""
    if asked not in get_args(Precision):
        known = ", ".join(get_args(Precision))
        raise EngineError(f"No precision '{asked}'; there are {known}.")
    if asked == "bf16" and asked not in weights.card.precisions:
        raise EngineError(f"{weights.card.name} is not safe in bf16, its card says; use fp32.")


def complete(weights: Weights, lq: np.ndarray, told: Told | None) -> dict[str, np.ndarray]:
    """Return an array for every input beside LQ: what was told, else -1 where the network judges.

    Raises
    ------
    EngineError
        If something is told that the network does not take, or left out that it cannot judge.
    """
    given = dict(told or {})
    card = weights.card
    if unknown := sorted(set(given) - {one.name for one in card.inputs}):
        takes = ", ".join(one.name for one in card.inputs) or "nothing"
        raise EngineError(
            f"{card.name} is told {unknown[0]}, but takes {takes} beside the picture."
        )
    for one in card.inputs:
        if one.name in given:
            continue
        if one.judged != "network":
            raise EngineError(f"{card.name} was not told {one.name}, which it cannot judge itself.")
        sides = lq.shape[2:] if one.shape == "plane" else (1, 1)
        given[one.name] = np.full((len(lq), one.channels, *sides), -1, np.float32)
    return given


def blank(weights: Weights, lq: np.ndarray) -> dict[str, np.ndarray]:
    """Return something for every input of the network, to try it out with."""
    judged = {one.name: one for one in weights.card.inputs if one.judged != "network"}
    return {
        name: np.zeros(
            (len(lq), one.channels, *(lq.shape[2:] if one.shape == "plane" else (1, 1))), np.float32
        )
        for name, one in judged.items()
    }
