"""What lies between two steps: values as a file of 16 bits would hold them, and a place to wait."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from nitido.errors import UnwritableError
from nitido.picture import Source, Taken, portions

_IN_MEMORY = 2**26  # bytes of a waiting picture; what is larger goes to the folder for temporaries
_PEAK = np.float32(65535)


class Rounded:
    """A source as it would be read back from a file of 16 bits; one of floats as it is.

    So a chain gives what its steps give one by one, whether a picture waits between them or not.
    """

    def __init__(self, source: Source) -> None:
        self.height, self.width, self.channels = source.height, source.width, source.channels
        self.has_alpha, self.depth = source.has_alpha, source.depth
        self._source = source

    def rows(self, count: int) -> Taken:
        """Return the next rows, fewer at the end."""
        pixels, alpha = self._source.rows(count)
        if self.depth == 32:
            return pixels, alpha
        return _counts(pixels) / _PEAK, None if alpha is None else _counts(alpha) / _PEAK


class Waiting:
    """A picture that waits until all of it has been made, so that it can be gone over again.

    Small ones wait in memory, large ones in a file without a name, which ends with the process.
    Values are kept exactly: counts of 16 bits, or floats.

    Parameters
    ----------
    source : Rounded
        Standing at its first row; its rows are asked for when the first ones are wanted here.

    Raises
    ------
    UnwritableError
        While rows are asked for, if the folder for temporary files is full or read-only.
    """

    def __init__(self, source: Rounded) -> None:
        self.height, self.width, self.channels = source.height, source.width, source.channels
        self.has_alpha, self.depth = source.has_alpha, source.depth
        self._source: Rounded | None = source
        self._next = 0
        self._kind = np.dtype(np.float32 if source.depth == 32 else np.uint16)
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115

    def rows(self, count: int) -> Taken:
        """Return the next rows, fewer at the end."""
        taken = self._read(self._next, count)
        self._next += len(taken[0])
        return taken

    @contextmanager
    def again(self) -> Iterator[Source]:
        """Return the same picture at its first row; only one of all readers reads at a time."""
        yield _Reader(self)

    def close(self) -> None:
        """Forget the picture; further calls do nothing."""
        self._file.close()

    def _read(self, first: int, count: int) -> Taken:
        """Return rows from anywhere."""
        if self._source is not None:
            source, self._source = self._source, None
            self._take(source)
        count = min(count, self.height - first)
        bands = self.channels + self.has_alpha
        self._file.seek(first * self.width * bands * self._kind.itemsize)
        data = self._file.read(count * self.width * bands * self._kind.itemsize)
        kept = np.frombuffer(data, self._kind).reshape(count, self.width, bands)
        rows = kept.astype(np.float32)
        if self.depth != 32:
            rows /= _PEAK
        if not self.has_alpha:
            return rows, None
        return np.ascontiguousarray(rows[..., :-1]), np.ascontiguousarray(rows[..., -1])

    def _take(self, source: Source) -> None:
        try:
            for pixels, alpha in portions(source):
                joined = pixels if alpha is None else np.dstack((pixels, alpha))
                kept = joined if self.depth == 32 else _counts(joined)
                self._file.write(np.ascontiguousarray(kept, self._kind).data)
        except OSError as error:
            raise UnwritableError(
                f"A picture could not wait between two steps in {tempfile.gettempdir()}: "
                f"{error.strerror or error}. Make room there, or name another folder as TMPDIR."
            ) from error


class _Reader:
    """One who reads a waiting picture from its first row on."""

    def __init__(self, waiting: Waiting) -> None:
        self.height, self.width, self.channels = waiting.height, waiting.width, waiting.channels
        self.has_alpha, self.depth = waiting.has_alpha, waiting.depth
        self._waiting = waiting
        self._next = 0

    def rows(self, count: int) -> Taken:
        """Return the next rows, fewer at the end."""
        taken = self._waiting._read(self._next, count)
        self._next += len(taken[0])
        return taken


def _counts(values: np.ndarray) -> np.ndarray:
    """Return 0..1 as whole numbers 0..65535, still float32."""
    return np.asarray(np.floor(values.clip(0, 1) * _PEAK + np.float32(0.5)), np.float32)
