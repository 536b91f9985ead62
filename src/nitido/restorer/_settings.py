"""What settings may be, wherever they are given: refused where they are told, not at a picture."""

from typing import get_args

from nitido.engines import Precision
from nitido.errors import SettingError


def check_strength(strength: float) -> None:
    """Refuse a strength outside 0..2.

    Raises
    ------
    SettingError
        If it is.
    """
    if not 0 <= strength <= 2:
        raise SettingError(f"strength is {strength}; it goes from 0 to 2.")


def check_sigma(sigma: float | None) -> None:
    """Refuse a noise level outside 0..255; None is judged from the picture.

    Raises
    ------
    SettingError
        If it is.
    """
    if sigma is not None and not 0 <= sigma <= 255:
        raise SettingError(f"sigma is {sigma}; it goes from 0 to 255, in 8-bit units.")


def check_precision(precision: str) -> None:
    """Refuse a word that names no precision.

    Raises
    ------
    SettingError
        That lists those there are.
    """
    if precision not in get_args(Precision):
        known = ", ".join(get_args(Precision))
        raise SettingError(f"precision is {precision!r}; it is one of {known}.")


def check_tile(tile: int | None) -> None:
    """Refuse a side of tiles below 0; 0 is the whole picture, None what is cheapest.

    Raises
    ------
    SettingError
        If it is.
    """
    if tile is not None and tile < 0:
        raise SettingError(f"tile is {tile}; give a side in pixels, or 0 for the whole picture.")
