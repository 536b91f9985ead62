"""Shares: how many of the pictures get something, 0..1."""

from nitido.errors import SettingError


def check_share(name: str, share: float) -> None:
    """Refuse what is no number within 0..1."""
    if not isinstance(share, int | float) or not 0 <= share <= 1:
        raise SettingError(f"{name} is {share!r}; it is a share of the pictures, 0..1.")
