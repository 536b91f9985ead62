"""One picture's tone: its tiles as a network is shown them, and the results put back."""

from dataclasses import dataclass

import numpy as np

from nitido.tone._photon import Photon
from nitido.tone._range import FULL, Range

_REACH = 2  # pixels to each side that decide about one; within the overlap of every network
_FEW = 5  # of the 5 x 5 values around one are far beyond the range at most, where it is an outlier

Places = tuple[np.ndarray, ...]  # rows, columns and channels


@dataclass(frozen=True)
class Withheld:
    """The part of a tile that a network was not shown.

    Parameters
    ----------
    excess : np.ndarray, optional
        Float32 (h, w, C): by how much plain excess lies beyond what was shown; None without any.
    alone : tuple of np.ndarray
        Places of outliers: rows, columns and channels.
    outliers : np.ndarray
        The values there.
    height : int
        Of the tile.
    """

    excess: np.ndarray | None
    alone: Places
    outliers: np.ndarray
    height: int


@dataclass(frozen=True)
class Tone:
    """What a network is shown of one picture, the same for all of its tiles.

    The range goes to 0..1. Values up to a span beyond it are shown as they are; what is farther
    away comes through unharmed: of large bright or dark parts the excess is cut off and added
    again, outliers (hot pixels, up to some together) are hidden behind the median of the sound
    values around them and come back exactly as they were.

    Parameters
    ----------
    range : Range
        Of the picture.
    photon : Photon, optional
        Its noise, where that is to be made white.
    """

    range: Range = FULL
    photon: Photon | None = None

    @property
    def level(self) -> float | None:
        """Noise, sigma in 8-bit units of what is shown, where it is known: that of photons."""
        if self.photon is None:
            return None
        dark, bright = self._ends(self.photon)
        return 255 / (bright - dark)

    def show(self, tile: np.ndarray) -> tuple[np.ndarray, Withheld | None]:
        """Return what a network is shown of a tile, and what it is not shown.

        Parameters
        ----------
        tile : np.ndarray
            Float32 (h, w, C) in the values of the picture; it is not changed.
        """
        low, high = (np.float32(limit) for limit in self.range.limits)
        if tile.min() >= low and tile.max() <= high:
            return self._forth(tile), None
        beyond = (tile < low) | (tile > high)
        alone = beyond & (_count(beyond) <= _FEW)
        places = np.nonzero(alone)
        inside = tile.clip(low, high)
        excess = None if len(places[0]) == beyond.sum() else tile - inside
        withheld = Withheld(excess, places, tile[places], len(tile))
        inside[places] = _medians(tile, beyond, places)
        return self._forth(inside), withheld

    def back(self, restored: np.ndarray, withheld: Withheld | None) -> np.ndarray:
        """Return a restored tile in the values of the picture, with what was not shown.

        Parameters
        ----------
        restored : np.ndarray
            Float32 (h * scale, w * scale, C); it is not changed.
        withheld : Withheld, optional
            Of the tile. In a larger result every value of it takes up scale x scale pixels.
        """
        result = self._back(restored)
        if withheld is None:
            return result
        scale = len(result) // withheld.height
        if withheld.excess is not None:
            result = result + withheld.excess.repeat(scale, axis=0).repeat(scale, axis=1)
        elif result is restored:
            result = restored.copy()
        rows, columns, channels = withheld.alone
        for down in range(scale):
            for across in range(scale):
                result[rows * scale + down, columns * scale + across, channels] = withheld.outliers
        return result

    def notes(self, depth: int) -> tuple[str, ...]:
        """Say what a network was shown, where that is not the picture as it is."""
        notes = []
        if self.range != FULL:
            notes.append(
                f"the picture's own range, {self.range.words(depth)}, was taken for the whole "
                "scale; levels are in 1/255 of it"
            )
        if self.photon is not None:
            notes.append(
                "the noise grows with brightness as that of photons does, so values were "
                f"transformed until it was {self.level:.1f}/255 everywhere"
            )
        return tuple(notes)

    def _forth(self, pixels: np.ndarray) -> np.ndarray:
        if self.photon is None:
            return self.range.map(pixels)
        dark, bright = self._ends(self.photon)
        return Range(dark, bright).map(self.photon.stabilize(pixels))

    def _back(self, shown: np.ndarray) -> np.ndarray:
        if self.photon is None:
            return self.range.unmap(shown)
        dark, bright = self._ends(self.photon)
        return self.photon.invert(Range(dark, bright).unmap(shown))

    def _ends(self, photon: Photon) -> tuple[float, float]:
        """Return what the transform makes of the ends of the range."""
        dark, bright = photon.stabilize(np.array([self.range.low, self.range.high]))
        return float(dark), float(bright)


def _count(true: np.ndarray) -> np.ndarray:
    """Return how many values are true within 5 x 5 pixels around each, channel by channel."""
    for axis in (0, 1):
        pad = [(0, 0)] * 3
        pad[axis] = (_REACH, _REACH)
        wide, length = np.pad(true.astype(np.uint8), pad), true.shape[axis]
        parts = (wide.take(range(k, k + length), axis) for k in range(2 * _REACH + 1))
        true = np.asarray(sum(parts), np.uint8)
    return true


def _medians(tile: np.ndarray, beyond: np.ndarray, places: Places) -> np.ndarray:
    """Return the median of the sound values within 5 x 5 pixels around each place."""
    pad = ((_REACH, _REACH), (_REACH, _REACH), (0, 0))
    sound = np.pad(np.where(beyond, np.nan, tile), pad, constant_values=np.nan)
    rows, columns, channels = places
    near = np.arange(2 * _REACH + 1)
    around = sound[
        rows[:, None, None] + near[:, None], columns[:, None, None] + near, channels[:, None, None]
    ].reshape(len(rows), len(near) ** 2)
    around.sort(axis=1)  # what is not sound comes last
    count = np.isfinite(around).sum(axis=1)
    each = np.arange(len(rows))
    middle: np.ndarray = (around[each, (count - 1) // 2] + around[each, count // 2]) / 2
    return middle
