"""Where values lie on a chart, and which of them are written beside its axes."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

_STEPS = (1, 2, 5)
_FEW = 6


@dataclass(frozen=True)
class Axis:
    """One direction of a chart: its bounds, the values that are written out, and its scale.

    Attributes
    ----------
    label : str
        What is shown, with its unit.
    low, high : float
        Values at both ends.
    ticks : tuple of float
        Values that are written out.
    log : bool
        Whether equal ratios are equally far apart.
    """

    label: str
    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool = False

    @classmethod
    def over(cls, label: str, values: Iterable[float], *, log: bool = False) -> Self:
        """Return an axis with round bounds that holds all values; on a log axis all above 0."""
        known = [value for value in values if math.isfinite(value) and (value > 0 or not log)]
        low, high = (min(known), max(known)) if known else (1.0, 10.0) if log else (0.0, 1.0)
        ticks = _ratios(low, high) if log else _steps(low, high)
        return cls(label, ticks[0], ticks[-1], ticks, log)

    @classmethod
    def exactly(cls, label: str, values: Iterable[float]) -> Self:
        """Return an axis that ends at the outermost values; few values are its ticks themselves."""
        known = sorted(set(values))
        low, high = known[0], known[-1]
        if low == high:
            return cls.over(label, known)
        if len(known) <= _FEW:
            return cls(label, low, high, tuple(known))
        return cls(label, low, high, tuple(t for t in _steps(low, high) if low <= t <= high))

    def at(self, value: float) -> float:
        """Return where a value lies: 0 at the low end, 1 at the high one."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def _steps(low: float, high: float) -> tuple[float, ...]:
    """Return multiples of 1, 2 or 5 times a power of ten from below `low` to above `high`."""
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-6):
        low, high = low - 0.5, high + 0.5
    raw = (high - low) / 5
    power = 10 ** math.floor(math.log10(raw))
    step = next((s * power for s in _STEPS if s * power >= raw * 0.999), 10 * power)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(round(n * step, 12) for n in range(first, last + 1))


def _ratios(low: float, high: float) -> tuple[float, ...]:
    """Return 1, 2 and 5 times powers of ten, or powers alone where there are many."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1
    steps = _STEPS if last - first <= 4 else (1,)
    every = [float(f"{step}e{power}") for power in range(first, last + 1) for step in steps]
    below = max(tick for tick in every if tick <= low)
    above = min(tick for tick in every if tick >= high and tick > below)
    return tuple(tick for tick in every if below <= tick <= above)


def written(value: float) -> str:
    """Return a tick as it is read: 0.5, 20, 5k, 2M."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")
