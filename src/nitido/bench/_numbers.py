"""Numbers of scores as text."""

import math

_MINUS = "\N{MINUS SIGN}"


def decibels(value: float, *, signed: bool = False) -> str:
    """Return a number with two decimals, and with its sign where that is asked for."""
    if not math.isfinite(value):
        return "\N{INFINITY}" if value == math.inf else "\N{EN DASH}"
    return f"{value:{'+' if signed else ''}.2f}".replace("-", _MINUS)


def span(low_high: tuple[float, float] | None, *, signed: bool = False) -> str:
    """Return both ends of an interval, or nothing where there is none."""
    return " .. ".join(decibels(value, signed=signed) for value in low_high) if low_high else ""
