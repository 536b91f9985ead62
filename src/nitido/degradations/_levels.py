"""Levels: one number, or a range from which every picture draws its own."""

from math import isfinite

import numpy as np

from nitido.errors import SettingError

Level = float | tuple[float, float]


def check(name: str, level: Level, low: float, high: float = float("inf")) -> None:
    """Refuse a level that leaves low..high or is not finite, or a range that is reversed."""
    pair = level if isinstance(level, tuple) else (level, level)
    if len(pair) != 2 or not all(isinstance(v, int | float) and isfinite(v) for v in pair):
        raise SettingError(f"{name} is {level!r}; give one number or two, the lower first.")
    if not low <= pair[0] <= pair[1] <= high:
        raise SettingError(f"{name} is {level!r}; it must rise within {low:g}..{high:g}.")


def check_whole(name: str, number: float) -> None:
    """Refuse what is no whole number from 1 up."""
    if not isinstance(number, int) or number < 1:
        raise SettingError(f"{name} is {number!r}; it must be a whole number from 1 up.")


def check_share(name: str, share: float) -> None:
    """Refuse what is no number within 0..1."""
    if not isinstance(share, int | float) or not 0 <= share <= 1:
        raise SettingError(f"{name} is {share!r}; it is a share, 0..1.")


def draw(level: Level, rng: np.random.Generator) -> float:
    """Return the level, or one drawn evenly from its range."""
    return float(rng.uniform(*level)) if isinstance(level, tuple) else float(level)


def draw_log(level: Level, rng: np.random.Generator) -> float:
    """Return the level, or one drawn evenly on a logarithmic scale from its positive range."""
    if not isinstance(level, tuple):
        return float(level)
    return float(np.exp(rng.uniform(np.log(level[0]), np.log(level[1]))))


def draw_integer(level: Level, rng: np.random.Generator) -> int:
    """Return the level as an integer, or one drawn evenly from its range, both ends included."""
    if isinstance(level, tuple):
        return int(rng.integers(round(level[0]), round(level[1]) + 1))
    return round(level)
