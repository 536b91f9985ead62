"""How the values of a picture are laid out before a network sees them, and put back after it."""

from nitido.tone._finding import RangeFinder, find_range
from nitido.tone._photon import Photon, find_photon
from nitido.tone._range import FULL, Range
from nitido.tone._setting import Limits, RangeSetting, parse_range
from nitido.tone._tone import Tone, Withheld

__all__ = [
    "FULL",
    "Limits",
    "Photon",
    "Range",
    "RangeFinder",
    "RangeSetting",
    "Tone",
    "Withheld",
    "find_photon",
    "find_range",
    "parse_range",
]
