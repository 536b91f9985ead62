"""Writing picture files: nothing is lost, nothing is half done."""

import hashlib
import tempfile
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from nitido.errors import PictureError, SettingError, UnwritableError
from nitido.picture import _exif
from nitido.picture._arrays import from_array
from nitido.picture._decode import PictureFile
from nitido.picture._encode import encode_file
from nitido.picture._file import show
from nitido.picture._formats import format_for, lay_out, suffix_of
from nitido.picture._metadata import Metadata
from nitido.picture._picture import DEPTHS, Picture, Rows
from nitido.picture._policy import Policy
from nitido.picture._rows import ArraySource, Source, portions
from nitido.picture._spool import Spool
from nitido.picture._target import find_target, new_file, publish, unwritable
from nitido.picture._vips import VipsError, sentence

_CHUNK = 2**22
_TYPES: dict[int, np.dtype[Any]] = {
    8: np.dtype(np.uint8),
    16: np.dtype(np.uint16),
    32: np.dtype(np.float32),
}
_ANY = Policy(2**62, 2**62, 2**20, 2**20, 2**40)
_NOTHING = Metadata()


class PictureWriter:
    """Writes a picture row by row; the file appears whole and checked, or not at all.

    Rows wait, rounded to the depth of the file, in up to 128 MiB of memory, larger pictures in an
    unnamed file in the output folder. `close` encodes them to a temporary name, decodes that file
    again and compares it with what was written, and only then gives it its name. Leaving a
    ``with`` block by an exception, or `abort`, leaves nothing behind.

    What a format cannot hold is refused if it would be seen (alpha in JPEG, five channels in PNG)
    and noted in `notes` if it is only finer (16 bits in JPEG, EXIF in BMP).

    Parameters
    ----------
    path : path-like
        The file to make. If it is a link, the file that it points to is made.
    height, width : int
        Size in pixels.
    channels : int
        Bands without alpha: 1 is gray, 3 is RGB; TIFF holds any number.
    has_alpha : bool
        Whether an alpha channel follows.
    depth : int
        8, 16, or 32 for float. A format that holds less gets the most it can hold.
    metadata : Metadata
        What the file shall carry.
    format : str, optional
        ``jpeg``, ``png``, ``tiff``, ``webp``, ``avif`` or ``bmp``; found from the suffix if None.
    overwrite : bool
        Whether an existing file may be replaced.
    metadata_policy : str
        ``keep``, ``private`` or ``strip``, as `Metadata.applied` says.
    quality : int
        1..100 for JPEG, WebP and AVIF; colors are kept at full resolution in JPEG and AVIF from
        90 on; 100 is lossless in WebP.

    Raises
    ------
    UnwritableError
        If the output exists, the folder is missing or read-only, or the format cannot hold the
        picture.
    SettingError
        If a setting is out of its range.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        *,
        height: int,
        width: int,
        channels: int,
        has_alpha: bool = False,
        depth: int = 8,
        metadata: Metadata = _NOTHING,
        format: str | None = None,
        overwrite: bool = False,
        metadata_policy: str = "keep",
        quality: int = 95,
    ) -> None:
        self._name = show(Path(path))
        self._overwrite = overwrite
        self._target = find_target(Path(path), self._name, overwrite)
        self._given = channels
        _check_settings(height, width, channels, depth, quality)
        self._layout, self._notes = lay_out(
            self._name,
            format_for(Path(path), self._name, format),
            (height, width, channels),
            has_alpha,
            depth,
            quality,
            metadata.applied(metadata_policy),
        )
        self._hash = hashlib.blake2b()
        shape = (height, width, self._layout.bands)
        try:
            self._spool: Spool | None = Spool(
                self._target.parent, shape, _TYPES[self._layout.depth]
            )
        except OSError as error:
            raise unwritable(self._name, error) from None

    @property
    def notes(self) -> tuple[str, ...]:
        """What the format could not hold, in human words; complete after `close`."""
        return tuple(self._notes)

    @property
    def format(self) -> str:
        """Format that is written."""
        return self._layout.format

    def append(self, pixels: Rows, alpha: Rows | None = None) -> None:
        """Take the next rows.

        Parameters
        ----------
        pixels : ndarray
            float32 (n, W, C), 0..1; clipped and rounded half up, unless the depth is 32.
        alpha : ndarray, optional
            float32 (n, W), 0..1; needed if and only if the picture has alpha.

        Raises
        ------
        SettingError
            If the rows have another shape, are too many, or hold NaN or infinite values.
        UnwritableError
            If the disk is full.
        """
        layout = self._layout
        if self._spool is None:
            raise SettingError(f"{self._name}: the writer has been closed.")
        self._check_rows(pixels, alpha, self._spool.row)
        step = max(1, _CHUNK // (layout.width * layout.bands))
        for start in range(0, len(pixels), step):
            part = pixels[start : start + step]
            joined = part
            if layout.channels != self._given:
                joined = np.repeat(part, layout.channels, axis=2)
            if alpha is not None:
                joined = np.concatenate((joined, alpha[start : start + step, :, None]), axis=2)
            if not np.isfinite(joined).all():
                raise SettingError(f"{self._name}: the rows hold NaN or infinite values.")
            self._store(self._spool, _rounded(joined, layout.depth))

    def close(self) -> None:
        """Encode, check and name the file; further calls do nothing.

        Raises
        ------
        UnwritableError
            If the disk is full, the encoder refuses, or the file does not read back as written.
        SettingError
            If rows are missing.
        """
        if self._spool is None:
            return
        try:
            if not self._spool.complete:
                given = f"{self._spool.row} of {self._layout.height}"
                raise SettingError(f"{self._name}: only {given} rows were given.")
            self._finish(self._spool)
        finally:
            self.abort()

    def abort(self) -> None:
        """Forget everything; nothing is written. Further calls do nothing."""
        if self._spool is not None:
            self._spool.close()
            self._spool = None

    def __enter__(self) -> "PictureWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def _check_rows(self, pixels: Rows, alpha: Rows | None, done: int) -> None:
        layout = self._layout
        wanted = (layout.width, self._given)
        if pixels.ndim != 3 or pixels.shape[1:] != wanted:
            raise SettingError(
                f"{self._name}: rows of shape {pixels.shape}; (n, {wanted[0]}, {wanted[1]}) needed."
            )
        if (alpha is not None) != layout.has_alpha:
            what = "needs" if layout.has_alpha else "has no"
            raise SettingError(f"{self._name}: the picture {what} alpha.")
        if alpha is not None and alpha.shape != pixels.shape[:2]:
            raise SettingError(
                f"{self._name}: alpha of shape {alpha.shape}; {pixels.shape[:2]} needed."
            )
        if done + len(pixels) > layout.height:
            raise SettingError(
                f"{self._name}: {done + len(pixels)} rows for a picture of {layout.height}."
            )

    def _store(self, spool: Spool, rows: np.ndarray[Any, np.dtype[Any]]) -> None:
        if self._layout.exact:
            self._hash.update(rows.data)
        try:
            spool.append(rows)
        except OSError as error:
            self.abort()
            raise unwritable(self._name, error) from None

    def _finish(self, spool: Spool) -> None:
        temporary = None
        try:
            temporary = new_file(self._target)
            carried, notes = encode_file(self._layout, spool, temporary)
            self._verify(temporary, carried)
            self._notes += notes
            publish(temporary, self._target, self._overwrite)
        except OSError as error:
            raise unwritable(self._name, error) from None
        except VipsError as error:
            raise UnwritableError(
                f"{self._name} could not be written: {sentence(error)}. Check the free space of "
                "the disk; nothing was changed."
            ) from None
        finally:
            if temporary is not None:
                temporary.unlink(missing_ok=True)

    def _verify(self, path: Path, carried: Metadata) -> None:
        """Decode the new file and compare it with what was to be written."""
        layout = self._layout
        digest = hashlib.blake2b()
        try:
            with PictureFile(path, _ANY) as file:
                found = (file.format, file.height, file.width, file.channels, file.has_alpha)
                wanted = (
                    layout.format,
                    layout.height,
                    layout.width,
                    layout.channels,
                    layout.has_alpha,
                )
                if found != wanted or file.depth != layout.depth:
                    raise self._unverified(f"it reads as {found}, {file.depth} bits")
                _compare_metadata(self, file.metadata, carried)
                step = max(1, _CHUNK // (layout.width * layout.bands))
                while file.position < layout.height:
                    rows = file.raw_rows(step)
                    if layout.exact:
                        digest.update(rows.data)
        except PictureError as error:
            if isinstance(error, UnwritableError):
                raise
            raise self._unverified(str(error)) from None
        if digest.digest() != self._hash.digest():
            raise self._unverified("its pixels differ from what was given")

    def _unverified(self, why: str) -> UnwritableError:
        return UnwritableError(
            f"{self._name}: the new file did not read back as written: {why}. Nothing was changed."
        )


def write(
    picture: Picture | np.ndarray,
    path: str | PathLike[str],
    *,
    overwrite: bool = False,
    metadata: str = "keep",
    quality: int = 95,
) -> tuple[str, ...]:
    """Write a whole picture; the format follows the suffix of `path`.

    Parameters
    ----------
    picture : Picture or ndarray
        What to write, with its depth, alpha and metadata; or an array, (H, W) or (H, W, C) of
        uint8, uint16 or float, nominal 0..1.
    path : path-like
        The file to make.
    overwrite : bool
        Whether an existing file may be replaced.
    metadata : str
        ``keep``, ``private`` (no places, names and serial numbers) or ``strip`` (only the ICC
        profile, without which the colors would change).
    quality : int
        1..100 for JPEG, WebP and AVIF.

    Returns
    -------
    tuple of str
        What the format could not hold, in human words.

    Raises
    ------
    UnwritableError
        If the output exists, cannot be written, or cannot hold the picture.
    SettingError
        If a setting is out of its range, or the array is no picture.
    """
    if isinstance(picture, Picture):
        pixels, alpha, depth, carried = (
            picture.pixels,
            picture.alpha,
            picture.depth,
            picture.metadata,
        )
    else:
        (pixels, alpha, depth), carried = from_array(picture), _NOTHING
    return write_rows(
        ArraySource(pixels, alpha, depth),
        path,
        carried,
        overwrite=overwrite,
        metadata=metadata,
        quality=quality,
    )


def write_rows(
    source: Source,
    path: str | PathLike[str],
    carried: Metadata = _NOTHING,
    *,
    overwrite: bool = False,
    metadata: str = "keep",
    quality: int = 95,
) -> tuple[str, ...]:
    """Write a picture while its rows are read or made; the format follows the suffix of `path`.

    Parameters
    ----------
    source : Source
        Standing at its first row. What it raises leaves no file behind.
    path : path-like
        The file to make.
    carried : Metadata
        What the file shall carry, before `metadata` decides what of it is kept.
    overwrite, metadata, quality
        As `write` takes them.

    Returns
    -------
    tuple of str
        What the format could not hold, in human words.

    Raises
    ------
    UnwritableError
        If the output exists, cannot be written, or cannot hold the picture.
    SettingError
        If a setting is out of its range.
    """
    with PictureWriter(
        path,
        height=source.height,
        width=source.width,
        channels=source.channels,
        has_alpha=source.has_alpha,
        depth=source.depth,
        metadata=carried,
        overwrite=overwrite,
        metadata_policy=metadata,
        quality=quality,
    ) as writer:
        for pixels, alpha in portions(source):
            writer.append(pixels, alpha)
    return writer.notes


def encode(
    picture: Picture | np.ndarray, format: str, *, metadata: str = "keep", quality: int = 95
) -> bytes:
    """Return the file that `write` would make.

    Parameters
    ----------
    picture : Picture or ndarray
        As `write` takes it.
    format : str
        ``jpeg``, ``png``, ``tiff``, ``webp``, ``avif`` or ``bmp``, or one of their suffixes.
    metadata, quality
        As `write` takes them.

    Raises
    ------
    UnwritableError
        If the format cannot hold the picture, or the folder for temporary files is full.
    SettingError
        If the format is unknown, a setting is out of its range, or the array is no picture.
    """
    suffix = suffix_of(format)
    with tempfile.TemporaryDirectory(prefix="nitido-") as folder:
        path = Path(folder, f"picture{suffix}")
        write(picture, path, metadata=metadata, quality=quality)
        return path.read_bytes()


def _rounded(rows: Rows, depth: int) -> np.ndarray[Any, np.dtype[Any]]:
    if depth == 32:
        return np.ascontiguousarray(rows, np.float32)
    peak = np.float32(2**depth - 1)
    scaled = np.multiply(rows, peak, dtype=np.float32)
    scaled += np.float32(0.5)
    np.clip(scaled, 0, peak, out=scaled)
    rounded: np.ndarray[Any, np.dtype[Any]] = scaled.astype(_TYPES[depth])
    return rounded  # the cast cuts toward zero: half goes up


def _check_settings(height: int, width: int, channels: int, depth: int, quality: int) -> None:
    if min(height, width, channels) < 1:
        raise SettingError(
            f"PictureWriter: height {height}, width {width}, channels {channels}; "
            "all must be 1 or more."
        )
    if depth not in DEPTHS:
        raise SettingError(f"PictureWriter: depth is {depth}; it must be 8, 16 or 32.")
    if not 1 <= quality <= 100:
        raise SettingError(f"PictureWriter: quality is {quality}; it must be 1..100.")


def _compare_metadata(writer: PictureWriter, found: Metadata, carried: Metadata) -> None:
    for what in ("icc", "xmp"):
        if getattr(found, what) != getattr(carried, what):
            raise writer._unverified(f"its {what.upper()} block differs")
    if not _exif.same(found.exif, carried.exif):
        raise writer._unverified("its EXIF block differs")
