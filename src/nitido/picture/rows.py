"""Where rows come from and go to; files in the picture room offer the same two methods."""

from typing import Protocol

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
