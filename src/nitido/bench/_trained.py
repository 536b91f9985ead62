"""Which levels of a damage weights were trained on, as their card's recipe says."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from nitido import catalog, degradations
from nitido.weights import Card

Levels = tuple[float, float]
_PARTS = ("choices", "steps")  # settings of compositions that hold damages


def trained_ranges(card: Card | None, damage: str, setting: str) -> tuple[Levels, ...] | None:
    """Return the ranges of a setting that training drew from, merged, from low to high.

    Damages within ``one_of`` and ``chain`` count as well. A recipe that leaves the setting out has
    its default.

    Parameters
    ----------
    card : Card or None
        Of the weights.
    damage, setting : str
        A degradation and one of its levels: ``"gaussian_noise", "sigma"``.

    Returns
    -------
    tuple of (float, float) or None
        Empty if the damage was no part of the training; None where no recipe is known.
    """
    spec = card.recipe.get("degradation") if card else None
    if not spec:
        return None
    default = inspect.signature(catalog.find(degradations, damage)).parameters[setting].default
    levels = (part.get(setting, default) for part in _damages(spec) if part["name"] == damage)
    return _merged([_range(level) for level in levels])


def _damages(spec: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a damage as recipes write it, and all that it is made of."""
    yield spec
    for key in _PARTS:
        for part in spec.get(key, ()):
            yield from _damages(part)


def _range(level: float | tuple[float, float]) -> Levels:
    if isinstance(level, int | float):
        return float(level), float(level)
    low, high = level
    return float(low), float(high)


def _merged(ranges: list[Levels]) -> tuple[Levels, ...]:
    merged: list[Levels] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)
