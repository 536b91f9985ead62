"""Where rows come from and go to; files in the picture room offer the same methods."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, runtime_checkable

import numpy as np

Taken = tuple[np.ndarray, np.ndarray | None]


class Source(Protocol):
    """Gives rows in order: pixels float32 (n, W, C) and alpha float32 (n, W) or None."""

    height: int
    width: int
    channels: int
    has_alpha: bool
    depth: int
    """Of its values: 8, 16, or 32 for float."""

    def rows(self, count: int) -> Taken:
        """Return the next rows, fewer at the end."""
        ...


@runtime_checkable
class Replayable(Source, Protocol):
    """A source that can be gone over more than once."""

    def again(self) -> AbstractContextManager[Source]:
        """Return the same picture at its first row; leaving the context gives back what it took."""
        ...


class Sink(Protocol):
    """Takes rows in order."""

    def append(self, pixels: np.ndarray, alpha: np.ndarray | None = None) -> None:
        """Take the next rows."""
        ...


class ArraySource:
    """Rows of an array in memory, float32 (H, W, C), with alpha (H, W) where it has any."""

    def __init__(
        self, pixels: np.ndarray, alpha: np.ndarray | None = None, depth: int = 32
    ) -> None:
        self.height, self.width, self.channels = pixels.shape
        self.has_alpha = alpha is not None
        self.depth = depth
        self._pixels = pixels
        self._alpha = alpha
        self._next = 0

    def rows(self, count: int) -> Taken:
        """Return the next rows as a view."""
        first, self._next = self._next, min(self._next + count, self.height)
        alpha = None if self._alpha is None else self._alpha[first : self._next]
        return self._pixels[first : self._next], alpha

    def again(self) -> AbstractContextManager[Source]:
        """Return the same array at its first row."""
        return nullcontext(ArraySource(self._pixels, self._alpha, self.depth))


class ArraySink:
    """Rows gathered into one array, float32 (H, W, C), and alpha (H, W) into another."""

    def __init__(self, height: int, width: int, channels: int, has_alpha: bool = False) -> None:
        self.pixels = np.empty((height, width, channels), np.float32)
        self.alpha = np.empty((height, width), np.float32) if has_alpha else None
        self._next = 0

    def append(self, pixels: np.ndarray, alpha: np.ndarray | None = None) -> None:
        """Copy the next rows."""
        rows = slice(self._next, self._next + len(pixels))
        self.pixels[rows] = pixels
        if self.alpha is not None:
            self.alpha[rows] = alpha
        self._next = rows.stop


class Stream:
    """A source whose rows are made while they are asked for, in portions of any height.

    Parameters
    ----------
    made : iterator of (ndarray, ndarray or None)
        Portions of at least one row, as `Source.rows` gives them; it may use the memory of a
        portion again once the next one is asked for.
    height, width, channels : int
        Of the picture.
    has_alpha : bool
        Whether every portion has alpha.
    depth : int
        8, 16, or 32 for float.
    """

    def __init__(
        self,
        made: Iterator[Taken],
        *,
        height: int,
        width: int,
        channels: int,
        has_alpha: bool,
        depth: int,
    ) -> None:
        self.height, self.width, self.channels = height, width, channels
        self.has_alpha, self.depth = has_alpha, depth
        self._made = made
        self._next = 0
        self._left: Taken = (np.empty((0, width, channels), np.float32), None)

    def rows(self, count: int) -> Taken:
        """Return the next rows, fewer at the end."""
        count = min(count, self.height - self._next)
        pixels = np.empty((count, self.width, self.channels), np.float32)
        alpha = np.empty((count, self.width), np.float32) if self.has_alpha else None
        done = 0
        while done < count:
            if not len(self._left[0]):
                self._left = next(self._made)
            ready, opacity = self._left
            taken = min(len(ready), count - done)
            pixels[done : done + taken] = ready[:taken]
            if alpha is not None and opacity is not None:
                alpha[done : done + taken] = opacity[:taken]
            self._left = (ready[taken:], None if opacity is None else opacity[taken:])
            done += taken
        self._next += count
        if self._next == self.height:  # what comes after the last portion happens at once
            for _ in self._made:
                pass
            self._left = (np.empty((0, self.width, self.channels), np.float32), None)
        return pixels, alpha


def portions(source: Source, pixels: int = 2**20) -> Iterator[Taken]:
    """Yield all rows of a source, about so many pixels at a time, but whole rows."""
    count = max(1, pixels // source.width)
    for _ in range(0, source.height, count):
        yield source.rows(count)
