"""Where rows come from and go to; files in the picture room offer the same two methods."""

from typing import Protocol

import numpy as np

Taken = tuple[np.ndarray, np.ndarray | None]


class Source(Protocol):
    """Gives rows in order: pixels float32 (n, W, C) and alpha float32 (n, W) or None."""

    height: int
    width: int
    channels: int

    def rows(self, count: int) -> Taken:
        """Return the next rows, fewer at the end."""
        ...


class Sink(Protocol):
    """Takes rows in order."""

    def append(self, pixels: np.ndarray, alpha: np.ndarray | None = None) -> None:
        """Take the next rows."""
        ...


class ArraySource:
    """Rows of an array in memory, float32 (H, W, C)."""

    def __init__(self, pixels: np.ndarray) -> None:
        self.height, self.width, self.channels = pixels.shape
        self._pixels = pixels
        self._next = 0

    def rows(self, count: int) -> Taken:
        """Return the next rows as a view."""
        first, self._next = self._next, min(self._next + count, self.height)
        return self._pixels[first : self._next], None


class ArraySink:
    """Rows gathered into one array, float32 (H, W, C)."""

    def __init__(self, height: int, width: int, channels: int) -> None:
        self.pixels = np.empty((height, width, channels), np.float32)
        self._next = 0

    def append(self, pixels: np.ndarray, alpha: np.ndarray | None = None) -> None:
        """Copy the next rows."""
        self.pixels[self._next : self._next + len(pixels)] = pixels
        self._next += len(pixels)
