"""Missing regions that are given: the mask files of a test set, or a shape written down."""

from dataclasses import dataclass, field
from os import PathLike

import numpy as np

from nitido.degradations._masks import Fill, LosesPixels
from nitido.errors import PictureError, SettingError
from nitido.picture import read

Source = str | PathLike[str] | tuple[tuple[float, ...], ...]

_CENTER = ((0, 0, 0, 0), (0, 1, 1, 0), (0, 1, 1, 0), (0, 0, 0, 0))


@dataclass(frozen=True)
class MissingMask(LosesPixels):
    """Lose what a mask marks; it is stretched to every picture by nearest neighbor.

    Parameters
    ----------
    source : path-like or tuple of tuples of float
        A picture file, read once, whose white (above one half) is missing; or the rows of such a
        picture, values in 0..1. Without it the middle of the picture is missing, a quarter of its
        area.
    invert : bool
        Whether black is missing instead, as in the mask files of some papers.
    fill : float or "noise"
        Value in the holes, 0..1, or even random values.

    Raises
    ------
    SettingError
        If the mask cannot be read or has no rows of equal length, or `fill` is something else.
    """

    source: Source = _CENTER
    invert: bool = False
    fill: Fill = 0.0
    _marked: np.ndarray = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.invert, bool):
            raise SettingError(f"invert is {self.invert!r}; it is true or false.")
        super().__post_init__()
        object.__setattr__(self, "_marked", _above_half(self.source) != self.invert)

    def mask(self, height: int, width: int, rng: np.random.Generator) -> np.ndarray:
        """Return the holes, bool (height, width), True where a pixel is missing; draws nothing."""
        rows, columns = (
            (np.arange(side) + 0.5) * given / side
            for side, given in zip((height, width), self._marked.shape, strict=True)
        )
        return np.asarray(self._marked[rows.astype(np.intp)[:, None], columns.astype(np.intp)])


def _above_half(source: Source) -> np.ndarray:
    """Return where a mask is bright, bool (H, W)."""
    if isinstance(source, str | PathLike):
        try:
            return np.asarray(read(source).pixels.mean(axis=2) > 0.5)
        except PictureError as error:
            raise SettingError(f"source: {error}") from error
    try:
        rows = np.asarray(source, np.float32)
    except (TypeError, ValueError):
        rows = np.empty(0, np.float32)
    if not isinstance(source, tuple) or rows.ndim != 2 or not rows.size:
        raise SettingError("source is no mask; give a picture file, or a tuple of equal rows.")
    return rows > 0.5


PUBLIC = MissingMask
