"""The limits of each format, and what a picture becomes within them."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from nitido.errors import SettingError, UnwritableError
from nitido.picture import _exif
from nitido.picture._metadata import Metadata


class Holds(NamedTuple):
    """What a format can hold."""

    suffixes: tuple[str, ...]
    depths: tuple[int, ...] = (8,)
    channels: tuple[int, ...] = (1, 3)
    alpha: bool = False
    side: int = 10_000_000


FORMATS = {
    "jpeg": Holds((".jpg", ".jpeg", ".jpe", ".jfif"), side=65_535),
    "png": Holds((".png",), depths=(8, 16), alpha=True),
    "tiff": Holds((".tif", ".tiff"), depths=(8, 16, 32), channels=(), alpha=True),
    "webp": Holds((".webp",), channels=(3,), alpha=True, side=16_383),
    "avif": Holds((".avif",), depths=(8, 16), channels=(3,), alpha=True, side=16_384),
    "bmp": Holds((".bmp", ".dib")),
}


@dataclass(frozen=True)
class Layout:
    """Everything that decides the bytes of a file."""

    format: str
    height: int
    width: int
    channels: int
    has_alpha: bool
    depth: int
    quality: int
    metadata: Metadata

    @property
    def bands(self) -> int:
        """Channels with alpha."""
        return self.channels + self.has_alpha

    @property
    def exact(self) -> bool:
        """Whether the format gives back the very values it was given."""
        lossy = self.format in ("jpeg", "avif") or (self.format == "webp" and self.quality < 100)
        return not lossy


def format_for(path: Path, name: str, format: str | None) -> str:
    """Return the format that was asked for, or else the one that the suffix names."""
    if format is not None:
        if format not in FORMATS:
            raise SettingError(f"No output format '{format}'; there are {', '.join(FORMATS)}.")
        return format
    suffix = path.suffix.lower()
    for known, holds in FORMATS.items():
        if suffix in holds.suffixes:
            return known
    suffixes = " ".join(holds.suffixes[0] for holds in FORMATS.values())
    raise UnwritableError(
        f"{name}: the suffix '{suffix}' names no format that can be written; use one of {suffixes}."
    )


def suffix_of(format: str) -> str:
    """Return the first suffix of a format that is named, or given as one of its suffixes."""
    wanted = format.lower().removeprefix(".")
    for known, holds in FORMATS.items():
        if wanted == known or f".{wanted}" in holds.suffixes:
            return holds.suffixes[0]
    raise SettingError(f"No output format '{format}'; there are {', '.join(FORMATS)}.")


def lay_out(
    name: str,
    format: str,
    shape: tuple[int, int, int],
    has_alpha: bool,
    depth: int,
    quality: int,
    metadata: Metadata,
) -> tuple[Layout, list[str]]:
    """Return what is written of a picture (H, W, C), and notes on what the format cannot hold.

    Raises
    ------
    UnwritableError
        If something is lost that would be seen.
    """
    height, width, channels = shape
    notes = []
    holds = FORMATS[format]
    if max(height, width) > holds.side:
        raise _cannot(name, f"{format} holds at most {holds.side:,} pixels per side", shape)
    if holds.channels and channels not in (*holds.channels, 1):
        raise _cannot(name, f"{format} holds only gray and RGB", shape)
    if has_alpha and not holds.alpha:
        raise UnwritableError(
            f"{name}: {format} cannot hold the transparency of this picture; "
            "write PNG, TIFF or WebP."
        )
    if holds.channels and channels not in holds.channels:
        notes.append(f"gray was written as RGB: {format} knows no gray")
        channels = 3
    held = max((d for d in holds.depths if d <= depth), default=8)
    if held < depth:
        notes.append(f"{depth}-bit values were rounded to {held} bits, all {format} holds")
    if metadata.exif is not None:
        try:
            exif = _exif.sized(_exif.bare(metadata.exif), height, width)
            metadata = replace(metadata, exif=exif)
        except ValueError:
            metadata = replace(metadata, exif=None)
            notes.append("the EXIF block is damaged and was left out")
    return Layout(format, height, width, channels, has_alpha, held, quality, metadata), notes


def _cannot(name: str, why: str, shape: tuple[int, int, int]) -> UnwritableError:
    height, width, channels = shape
    return UnwritableError(
        f"{name}: {why}, but this is {width} x {height} in {channels} channels; write TIFF."
    )
