"""Checks that settings share; each refuses with the name of the setting and what it may be."""

from collections.abc import Iterable
from math import inf, isfinite

from nitido.errors import SettingError


def check_number(name: str, value: float, low: float, high: float = inf) -> None:
    """Refuse what is no number within low..high."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (number and isfinite(value) and low <= value <= high):
        raise SettingError(f"{name} is {value!r}; it is a number within {low:g}..{high:g}.")


def check_whole(name: str, value: object, low: int, high: int) -> None:
    """Refuse what is no whole number within low..high."""
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise SettingError(f"{name} is {value!r}; it is a whole number within {low}..{high}.")


def check_odd(name: str, value: object, low: int, high: int) -> None:
    """Refuse what is no odd whole number within low..high."""
    check_whole(name, value, low, high)
    if isinstance(value, int) and value % 2 == 0:
        raise SettingError(f"{name} is {value}; a side with a middle is an odd number of pixels.")


def check_word(name: str, value: object, known: Iterable[str]) -> None:
    """Refuse what is none of the known words."""
    words = tuple(known)
    if value not in words:
        raise SettingError(f"{name} is {value!r}; it is one of {', '.join(words)}.")


def check_sigma(sigma: float | None) -> None:
    """Refuse a noise level that is neither None (estimate it) nor within 0..255."""
    if sigma is not None:
        check_number("sigma", sigma, 0, 255)
