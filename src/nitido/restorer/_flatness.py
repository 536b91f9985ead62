"""A result of one flat value, where the input was not, is refused before anything is written."""

import numpy as np

from nitido.errors import ResultError

_NOT_FLAT = 8 / 255  # what an input spans at least that is not flat
_FLAT = 0.1 / 255  # what a flat result spans at most

Span = tuple[float, float]  # lowest and highest value


class Flatness:
    """Remembers what the tiles of one picture span, before and after they were restored."""

    def __init__(self) -> None:
        self._before: Span = (np.inf, -np.inf)
        self._after: Span = (np.inf, -np.inf)

    def see(self, tile: np.ndarray, restored: np.ndarray) -> None:
        """Take in one tile and its result."""
        self._before = _wider(self._before, tile)
        self._after = _wider(self._after, restored)

    def check(self, whose: str, remedy: str) -> None:
        """Refuse a flat result of an input that is not flat.

        Raises
        ------
        ResultError
            That names whose result it is, and the remedy.
        """
        (low, high), (lowest, highest) = self._before, self._after
        if high - low > _NOT_FLAT and highest - lowest < _FLAT:
            raise ResultError(
                f"The result of {whose} is one flat value ({lowest:.3f}) where the input was not; "
                f"nothing was written. {remedy}"
            )


def _wider(span: Span, tile: np.ndarray) -> Span:
    return min(span[0], float(tile.min())), max(span[1], float(tile.max()))
