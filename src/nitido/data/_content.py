"""What a picture holds, whatever its file: a hash of its pixels, a thumbnail, points.

The hash is the same for a PNG, a TIFF and a BMP of one picture, and for a gray picture that is
stored as RGB; alpha and metadata do not count. JPEG files are compared as libjpeg decodes them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from nitido.data import _points
from nitido.data._member import Source, readable
from nitido.data._points import MARGIN, Points
from nitido.picture import PictureFile, open_picture

THUMBNAIL = 32
_VALUES = 2**22  # values decoded at once
_BLUR = np.ones(7, np.float32) / 7


@dataclass(frozen=True, eq=False)
class Content:
    """One picture, reduced to what finds it again.

    Attributes
    ----------
    file : Path or Member
        Where it lies.
    height, width, channels, depth : int
        As `nitido.picture.PictureFile` tells them.
    digest : str
        128-bit BLAKE2 of size, depth and pixels.
    thumbnail : ndarray
        (32, 32) float32: the gray picture squeezed to a square, without its coarse brightness,
        of unit length; zero where nothing is to be seen.
    points : Points
        Places that crops share; none where they were not asked for.
    """

    file: Source
    height: int
    width: int
    channels: int
    depth: int
    digest: str
    thumbnail: np.ndarray
    points: Points


def content(file: Source, *, points: bool = False) -> Content:
    """Decode a picture band by band, in bounded memory.

    Raises
    ------
    PictureError
        If the file is no picture, is damaged or breaks the limits of `nitido.Policy`.
    """
    with open_picture(readable(file)) as picture:
        hashed, narrow, places = _Hash(picture), [], _Places(picture)
        for band in _bands(picture):
            hashed.add(band)
            gray = _gray(band)
            narrow.append(_squeezed(gray.T, THUMBNAIL).T)
            if points:
                places.add(gray)
        return Content(
            file,
            picture.height,
            picture.width,
            picture.channels,
            picture.depth,
            hashed.digest(),
            _thumbnail(np.concatenate(narrow)),
            places.found() if points else _points.NO_POINTS,
        )


def _bands(picture: PictureFile) -> Iterator[np.ndarray]:
    """Yield (n, W, C), without alpha."""
    bands = picture.channels + picture.has_alpha
    count = max(1, _VALUES // (picture.width * bands))
    for _ in range(0, picture.height, count):
        yield picture.raw_rows(count)[..., : picture.channels]


def _gray(band: np.ndarray) -> np.ndarray:
    """Return (n, W) float32, 0..255; the mean of the bands is enough to know a picture again."""
    peak = {1: 255.0, 2: 65_535.0}.get(band.dtype.itemsize, 1.0)
    mean = band.mean(axis=2, dtype=np.float32)
    return np.asarray(mean * (255 / peak), np.float32)


class _Hash:
    """A hash of all bands, and one of the first as long as they are all alike."""

    def __init__(self, picture: PictureFile) -> None:
        size = f"{picture.height} {picture.width} {picture.depth}"
        self._all = blake2b(f"{size} {picture.channels}".encode(), digest_size=16)
        self._first = blake2b(f"{size} 1".encode(), digest_size=16)
        self._alike = picture.channels == 3

    def add(self, band: np.ndarray) -> None:
        little = band.astype(band.dtype.newbyteorder("<"), copy=False)
        self._all.update(np.ascontiguousarray(little).data)
        self._alike = self._alike and bool((band == band[..., :1]).all())
        if self._alike:
            self._first.update(np.ascontiguousarray(little[..., 0]).data)

    def digest(self) -> str:
        return (self._first if self._alike else self._all).hexdigest()


class _Places:
    """Points, found in bands that overlap by the margin."""

    def __init__(self, picture: PictureFile) -> None:
        self._height = picture.height
        self._rows = np.zeros((0, picture.width), np.float32)
        self._top = 0  # number of the first row that is kept
        self._done = 0  # rows whose points have been found
        self._points = _points.NO_POINTS

    def add(self, gray: np.ndarray) -> None:
        self._rows = np.concatenate([self._rows, gray])
        seen = self._top + len(self._rows)
        ready = seen if seen == self._height else seen - MARGIN
        if ready <= self._done:
            return
        core = slice(self._done - self._top, ready - self._top)
        found = _points.find_points(self._rows, core, self._top)
        self._points = _points.strongest([self._points, found])
        self._done = ready
        top = max(0, ready - MARGIN)
        self._rows, self._top = self._rows[top - self._top :], top

    def found(self) -> Points:
        return self._points


def _squeezed(array: np.ndarray, size: int) -> np.ndarray:
    """Return (size, W): the mean of each of `size` equal parts of the rows."""
    edges = np.linspace(0, len(array), size + 1)
    total = np.concatenate([np.zeros((1, array.shape[1])), np.cumsum(array, 0, dtype=np.float64)])
    whole = np.minimum(edges.astype(np.int64), len(array) - 1)
    at_edges = total[whole] + (edges - whole)[:, None] * (total[whole + 1] - total[whole])
    return np.asarray(np.diff(at_edges, axis=0) * (size / len(array)), np.float32)


def _thumbnail(narrow: np.ndarray) -> np.ndarray:
    """Squeeze (H, 32) to (32, 32) and take away what a blur would keep: all skies are alike."""
    small = _squeezed(narrow, THUMBNAIL)
    coarse = small
    for _ in range(2):
        padded = np.pad(coarse.T, ((3, 3), (0, 0)), mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, 7, axis=0)
        coarse = windows @ _BLUR
    fine = small - coarse
    fine -= fine.mean()
    length = float(np.linalg.norm(fine))
    # a mean deviation under a quarter of a level is the grain of an empty picture
    return fine / length if length > THUMBNAIL / 4 else np.zeros_like(fine)
