"""Where rows wait until a picture is complete: in memory, or in an unnamed file on disk."""

import os
import tempfile
from pathlib import Path
from typing import IO, Any

import numpy as np

from nitido.picture import _tiff
from nitido.picture._vips import pyvips

Array = np.ndarray[Any, np.dtype[Any]]
_IN_MEMORY = 2**27
_NAMES = {1: "uchar", 2: "ushort", 4: "float"}


class Spool:
    """Rows of a picture, given in order and read back once.

    On disk the rows are an uncompressed TIFF file, because libvips reads that in a stream; a raw
    file it would map into memory as a whole. The file has no name, so it ends with the process.

    Raises
    ------
    OSError
        If the folder cannot be written to, or the disk is full.
    """

    def __init__(self, folder: Path, shape: tuple[int, int, int], kind: np.dtype[Any]) -> None:
        self.shape, self.kind = shape, kind
        self.row = 0
        self._array: Array | None = None
        self._file: IO[bytes] | None = None
        if shape[0] * shape[1] * shape[2] * kind.itemsize <= _IN_MEMORY:
            self._array = np.empty(shape, kind)
        else:
            # Beside the output, where the user has room.
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
            self._file.write(bytes(_tiff.SPOOL_START))

    @property
    def complete(self) -> bool:
        """Whether all rows have been given."""
        return self.row == self.shape[0]

    def append(self, rows: Array) -> None:
        """Take the next rows, in the type of the spool and contiguous."""
        if self._array is not None:
            self._array[self.row : self.row + len(rows)] = rows
        elif self._file is not None:
            self._file.write(rows.data)
        self.row += len(rows)

    def array(self) -> Array:
        """Return all rows in memory."""
        if self._file is None:
            return self._kept()
        self._file.seek(_tiff.SPOOL_START)
        return np.frombuffer(self._file.read(), self.kind).reshape(self.shape)

    def image(self) -> Any:  # noqa: ANN401
        """Return all rows as a libvips image that is read once, top to bottom."""
        height, width, bands = self.shape
        if self._file is None:
            name = _NAMES[self.kind.itemsize]
            return pyvips.Image.new_from_memory(self._kept(), width, height, bands, name)
        _tiff.finish_spool(self._file, self.shape, self.kind.itemsize)
        self._file.flush()
        self._file.seek(0)
        os.lseek(self._file.fileno(), 0, os.SEEK_SET)
        source = pyvips.Source.new_from_descriptor(self._file.fileno())
        return pyvips.Image.tiffload_source(source, access="sequential", fail_on="error")

    def _kept(self) -> Array:
        if self._array is None:
            raise ValueError("the spool has been closed")
        return self._array

    def close(self) -> None:
        """Forget the rows; further calls do nothing."""
        self._array = None
        if self._file is not None:
            self._file.close()
            self._file = None
