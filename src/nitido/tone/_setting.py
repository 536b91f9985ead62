"""What a user may say about the range: that it is found, that it is all, or what it is."""

import math
from dataclasses import dataclass
from typing import Literal

from nitido.errors import SettingError
from nitido.tone._range import Range


@dataclass(frozen=True)
class Limits:
    """A range in a file's own values.

    Parameters
    ----------
    low, high : float
        Counts (0..65535) of a picture of 16 bits, the values themselves of one of floats.

    Raises
    ------
    SettingError
        If they are not finite, or `high` is not above `low`.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high)):
            raise SettingError(f"range is {self.low:g},{self.high:g}; both have to be finite.")
        if not self.low < self.high:
            raise SettingError(
                f"range is {self.low:g},{self.high:g}; the first has to be below the second."
            )

    def of(self, depth: int) -> Range:
        """Return the range in nominal units of a picture of this depth."""
        peak = 1 if depth == 32 else 2**depth - 1
        return Range(self.low / peak, self.high / peak)


RangeSetting = Literal["auto", "full"] | Limits


def parse_range(text: str) -> RangeSetting:
    """Return what ``auto``, ``full`` or ``LOW,HIGH`` asks for.

    Raises
    ------
    SettingError
        If it is none of them, or the limits are no range.
    """
    if text == "auto":
        return "auto"
    if text == "full":
        return "full"
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        raise SettingError(
            f"range is {text!r}; it is auto, full, or LOW,HIGH in the values of the file, "
            "such as 100,4095."
        ) from None
    return Limits(low, high)
