"""One decoder for every format: rows come out upright, in order, as the file is read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from nitido.errors import PictureError, RefusedError, SettingError, UnreadableError
from nitido.picture import _bmp, _exif, _jpeg, _png, _tiff, _webp
from nitido.picture._file import Encoded, SafeFile, sniff
from nitido.picture._metadata import Facts, Metadata, check_icc, settle
from nitido.picture._picture import Rows
from nitido.picture._policy import Policy
from nitido.picture._vips import VipsError, pyvips, sentence

Raw = np.ndarray[tuple[int, ...], np.dtype[Any]]
_LOADERS = {
    "jpeg": pyvips.Image.jpegload_source,
    "png": pyvips.Image.pngload_source,
    "tiff": pyvips.Image.tiffload_source,
    "webp": pyvips.Image.webpload_source,
    "avif": pyvips.Image.heifload_source,
    "gif": pyvips.Image.gifload_source,
}
_FACTS: dict[str, Callable[[SafeFile], Facts]] = {
    "jpeg": _jpeg.facts,
    "png": _png.facts,
    "tiff": _tiff.facts,
    "webp": _webp.facts,
}
_PEAKS = {"uchar": 255, "ushort": 65_535}
_TYPES = {"uchar": np.uint8, "ushort": np.uint16, "float": np.float32, "double": np.float64}
_CHUNK = 2**22  # values decoded at once


class PictureFile:
    """A picture file whose rows are decoded as they are asked for; already upright.

    Attributes
    ----------
    height, width : int
        Size in pixels, after turning upright.
    channels : int
        Bands without alpha: 1 is gray, 3 is RGB.
    has_alpha : bool
        Whether there is an alpha channel.
    depth : int
        8, 16, or 32 for float.
    format : str
        Format found from the content.
    metadata : Metadata
        What the file carries besides pixels.
    notes : tuple of str
        What reading changes, in human words.

    Raises
    ------
    UnreadableError
        If the file is no picture, is damaged or is not a regular file.
    RefusedError
        If it breaks a limit of the policy.
    """

    def __init__(self, path: Path | Encoded, policy: Policy) -> None:
        self._place = path
        self._file = SafeFile(path, policy)
        self._next = 0
        self._bitmap: _bmp.Bitmap | None = None
        self._region: Any = None
        try:
            self.format = sniff(self._file)
            self._open()
        except BaseException as error:
            self.close()
            if isinstance(error, VipsError):
                raise self._damaged(error) from None
            raise

    def _open(self) -> None:
        file, policy = self._file, self._file.policy
        facts = _FACTS[self.format](file) if self.format in _FACTS else Facts()
        policy.check_frames(file.name, facts.frames)
        self._rows_of: Callable[[int, int], Raw]
        if self.format == "bmp":
            picture = self._bitmap = _bmp.Bitmap(file)
            facts.dpi, facts.palette = picture.dpi, picture.palette
            self.height, self.width, bands = picture.height, picture.width, picture.bands
            policy.check_size(file.name, self.height, self.width, bands)
            facts.alpha = "straight" if bands in (2, 4) else ""
            kind, self._rows_of = "uchar", picture.rows
        else:
            image = self._image(facts)
            self.height, self.width, bands = image.height, image.width, image.bands
            kind = image.format
            self._region = pyvips.Region.new(image)
            self._rows_of = self._vips_rows
        self.has_alpha = facts.alpha != ""
        self._type = _TYPES[kind]
        self._peak = _PEAKS.get(kind)
        self.channels = bands - self.has_alpha
        self.depth = {"uchar": 8, "ushort": 16}.get(kind, 32)
        self._bands = bands
        if facts.frames > 1:
            facts.notes.append(f"only frame 1 of {facts.frames} was read")
        if facts.palette:
            facts.notes.append("its palette was expanded to full colors")
        if facts.alpha == "premultiplied":  # libvips does it
            facts.notes.append("its colors were divided by its premultiplied alpha")
        if facts.orientation != 1:
            facts.notes.append("turned upright")
        if policy.salvage:
            facts.notes.append("read in salvage mode: damaged parts may be missing")
        settle(facts)
        self.metadata = Metadata(facts.icc, facts.exif, facts.xmp, facts.dpi)
        self.notes = tuple(facts.notes)

    @property
    def gray(self) -> bool:
        """Whether there is exactly one band besides alpha."""
        return self.channels == 1

    @property
    def position(self) -> int:
        """Number of rows that have been read."""
        return self._next

    def rows(self, count: int) -> tuple[Rows, Rows | None]:
        """Return the next rows, top to bottom; fewer at the end, none after it.

        Parameters
        ----------
        count : int
            Number of rows, 1 or more.

        Returns
        -------
        pixels : ndarray
            float32 (n, W, C), nominal 0..1.
        alpha : ndarray or None
            float32 (n, W), 0..1.

        Raises
        ------
        UnreadableError
            If the file is truncated or damaged at these rows, or holds NaN or infinite values.
        SettingError
            If `count` is below 1.
        """
        raw = self.raw_rows(count)
        data = np.divide(raw, self._peak or 1, dtype=np.float32)
        if not self.has_alpha:
            return data, None
        return np.ascontiguousarray(data[..., :-1]), np.ascontiguousarray(data[..., -1])

    def raw_rows(self, count: int) -> Raw:
        """Return the next rows as stored: (n, W, bands), alpha last, uint8, uint16 or float32."""
        if count < 1:
            raise SettingError(f"rows: count is {count}; it must be 1 or more.")
        count = min(count, self.height - self._next)
        if self._file.closed and count:
            raise SettingError(f"rows: {self._file.name} has been closed; open it again.")
        step = max(1, _CHUNK // (self.width * self._bands))
        out = np.empty((count, self.width, self._bands), self._type)
        for start in range(0, count, step):
            n = min(step, count - start)
            try:
                out[start : start + n] = self._rows_of(self._next, n)
            except VipsError as error:
                raise self._damaged(error) from None
            self._next += n
        if self._peak is None:
            self._check_finite(out)
        return out.astype(np.float32) if out.dtype == np.float64 else out

    def again(self) -> "PictureFile":
        """Return the same file at its first row, opened once more; use it in a ``with`` statement.

        Raises
        ------
        UnreadableError
            If it can no longer be read.
        """
        return PictureFile(self._place, self._file.policy)

    def close(self) -> None:
        """Close the file; further calls do nothing."""
        self._file.close()
        if self._bitmap is not None:
            self._bitmap.close()
        self._region = None
        self._rows_of = _nothing

    def __enter__(self) -> "PictureFile":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _image(self, facts: Facts) -> Any:  # noqa: ANN401
        """Return the libvips pipeline from the file to upright RGB or gray, not yet run."""
        file, policy = self._file, self._file.policy
        image = self._load("sequential")
        policy.check_size(file.name, image.height, image.width, image.bands)
        if facts.orientation > 2:
            image = self._load("random")  # turning needs rows that come later in the file
        if self.format in ("avif", "gif"):
            _add_vips_facts(image, facts)
            if b"avis" in file.read(0, 64):
                facts.notes.append("only the first picture was read: the file holds a sequence")
            policy.check_frames(file.name, facts.frames)
            for what, blob in (("ICC", facts.icc), ("EXIF", facts.exif), ("XMP", facts.xmp)):
                policy.check_metadata(file.name, what, len(blob or b""))
        self._check_kind(image)
        if self.format != "tiff":
            facts.alpha = "straight" if image.hasalpha() else ""
        elif facts.palette and image.bands == 4:
            facts.alpha = "straight"
        _note_depth(image, self.format, facts)
        return _turned(_rgb_or_gray(image, facts), facts.orientation)

    def _check_kind(self, image: Any) -> None:  # noqa: ANN401
        name = self._file.name
        if image.format not in _TYPES:
            raise RefusedError(
                f"{name}: its values are of the type {image.format}, which is not supported; "
                "save it with unsigned 8 or 16 bits or as float."
            )

    def _load(self, access: str) -> Any:  # noqa: ANN401
        file = self._file
        strict = "warning" if self.format == "jpeg" else "error"
        fail_on = "none" if file.policy.salvage else strict
        if file.data is not None:
            source = pyvips.Source.new_from_memory(file.data)
        else:
            with file.another() as stream:
                source = pyvips.Source.new_from_descriptor(stream.fileno())  # duplicates it
        return _LOADERS[self.format](source, access=access, fail_on=fail_on)

    def _vips_rows(self, start: int, count: int) -> Raw:
        data = self._region.fetch(0, start, self.width, count)
        return np.frombuffer(data, self._type).reshape(count, self.width, self._bands)

    def _damaged(self, error: Exception) -> PictureError:
        reason = sentence(error)
        return UnreadableError(
            f"{self._file.name} is a damaged or unsupported {self.format} file: {reason}. "
            "Get the file again, or take what is left of it with Policy(salvage=True)."
        )

    def _check_finite(self, rows: Raw) -> None:
        if not np.isfinite(rows).all():
            raise UnreadableError(
                f"{self._file.name} holds NaN or infinite values in the rows before "
                f"{self._next}; replace them first."
            )


def _nothing(start: int, count: int) -> Raw:
    return np.empty((count, 0, 0), np.uint8)


def _add_vips_facts(image: Any, facts: Facts) -> None:  # noqa: ANN401
    """Take the metadata from libvips, for containers that turn the picture themselves."""

    def field(name: str) -> Any:  # noqa: ANN401
        return image.get(name) if image.get_typeof(name) else None

    facts.frames = field("n-pages") or 1
    facts.icc, facts.xmp = field("icc-profile-data"), field("xmp-data")
    exif = field("exif-data")
    if exif:
        facts.exif = _exif.bare(exif)
        facts.dpi = _exif.resolution(facts.exif)


def _note_depth(image: Any, format: str, facts: Facts) -> None:  # noqa: ANN401
    if image.format == "double":
        facts.notes.append("its 64-bit float values were rounded to 32 bits")
    elif facts.bits < 8 and not facts.palette:
        facts.notes.append(f"its {facts.bits}-bit values were expanded to 8 bits")
    elif format == "avif" and image.format == "ushort":
        facts.notes.append("its 10- or 12-bit values were expanded to 16 bits")


def _rgb_or_gray(image: Any, facts: Facts) -> Any:  # noqa: ANN401
    """Convert CMYK to sRGB and leave everything else as it is."""
    cmyk = image.interpretation == "cmyk"
    check_icc(facts, image.bands - (facts.alpha != ""), cmyk)
    if cmyk:
        return _without_cmyk(image, facts)
    return image


def _without_cmyk(image: Any, facts: Facts) -> Any:  # noqa: ANN401
    """Convert CMYK to sRGB, through the profile of the file where it has one."""
    if image.get_typeof("icc-profile-data") and facts.icc is None:
        image = image.copy()
        image.remove("icc-profile-data")
    depth = 16 if image.format == "ushort" else 8
    how = "its own profile" if facts.icc else "a general profile"
    image = image.icc_transform(
        "srgb", input_profile="cmyk", embedded=True, intent="relative", depth=depth
    )
    facts.icc = pyvips.Image.profile_load("srgb")
    facts.alpha = "straight" if image.bands == 4 else ""
    facts.notes.append(f"CMYK was converted to sRGB through {how}")
    return image


def _turned(image: Any, orientation: int) -> Any:  # noqa: ANN401
    if orientation in (3, 4):
        image = image.rot180() if orientation == 3 else image.flipver()
    elif orientation in (5, 6, 7):
        image = image.rot90()
    elif orientation == 8:
        image = image.rot270()
    if orientation in (2, 5):
        image = image.fliphor()
    elif orientation == 7:
        image = image.flipver()
    return image
