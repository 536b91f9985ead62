"""How the values of a picture are laid out before a network sees them."""

from nitido.tone._range import FULL, Range

__all__ = ["FULL", "Range"]
