"""Encoding a spooled picture into a file of one format, its metadata bit for bit."""

import os
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from nitido.picture import _exif, _jpeg, _png, _tiff, _webp
from nitido.picture._formats import Layout
from nitido.picture._metadata import Metadata
from nitido.picture._spool import Array, Spool
from nitido.picture._vips import VipsError, pyvips


def encode_file(layout: Layout, spool: Spool, path: Path) -> tuple[Metadata, list[str]]:
    """Encode the rows of `spool` into the existing file `path`.

    Returns the metadata that the file now carries, and notes on what it could not carry.
    """
    if layout.format == "bmp":
        return _bmp(layout, spool.array(), path)
    wide = layout.depth == 16
    kind = ("grey16" if wide else "b-w") if layout.channels == 1 else ("rgb16" if wide else "srgb")
    return _ENCODERS[layout.format](layout, spool.image().copy(interpretation=kind), path)


def _jpeg_file(layout: Layout, image: Any, path: Path) -> tuple[Metadata, list[str]]:  # noqa: ANN401
    head, metadata, notes = _jpeg.head(layout.metadata)

    def splice(start: bytes) -> tuple[bytes, int]:
        return start[:2] + head, 2

    # Optimized coding would save a few percent but hold all coefficients in memory.
    options = {"Q": layout.quality, "subsample_mode": "off" if layout.quality >= 90 else "on"}
    _stream(image.jpegsave_target, path, splice, options)
    return metadata, notes


def _png_file(layout: Layout, image: Any, path: Path) -> tuple[Metadata, list[str]]:  # noqa: ANN401
    head = _png.head(layout.metadata)

    def splice(start: bytes) -> tuple[bytes, int] | None:
        """Put our chunks after the header and leave out the resolution libvips makes up."""
        at, kept = 8, start[:8]
        while at + 8 <= len(start):
            length, kind = struct.unpack_from(">I4s", start, at)
            if kind == b"IDAT":
                return kept, at
            chunk = start[at : at + 12 + length]
            kept += chunk + head if kind == b"IHDR" else b"" if kind == b"pHYs" else chunk
            at += 12 + length
        return None

    _stream(image.pngsave_target, path, splice, {"compression": 6, "filter": "paeth"})
    return layout.metadata, []


def _tiff_file(layout: Layout, image: Any, path: Path) -> tuple[Metadata, list[str]]:  # noqa: ANN401
    size = layout.height * layout.width * layout.bands * layout.depth // 8
    image.tiffsave(
        str(path),
        compression="deflate",
        predictor="float" if layout.depth == 32 else "horizontal",
        bigtiff=size > _CLASSIC_TIFF,
        keep="none",
    )
    _tiff.complete(path, layout.metadata, layout.channels, layout.has_alpha)
    return layout.metadata, []


def _webp_file(layout: Layout, image: Any, path: Path) -> tuple[Metadata, list[str]]:  # noqa: ANN401
    encoded = image.webpsave_buffer(
        Q=layout.quality,
        lossless=layout.quality == 100,
        exact=True,
        alpha_q=100,
        smart_subsample=True,
        keep="none",
    )
    metadata = _resolution_in_exif(layout.metadata)
    path.write_bytes(_webp.wrapped(encoded, metadata, layout.height, layout.width))
    return metadata, []


def _avif_file(layout: Layout, image: Any, path: Path) -> tuple[Metadata, list[str]]:  # noqa: ANN401
    metadata = _resolution_in_exif(layout.metadata)
    notes = []
    if len(metadata.exif or b"") > _AVIF_EXIF:
        metadata = replace(metadata, exif=None)
        notes.append("its EXIF block is larger than AVIF is given (60 KB) and was left out")
    # libvips would write the EXIF block anew, so it gets a dummy that is then replaced.
    dummy = _dummy_exif(len(metadata.exif)) if metadata.exif else None
    image = image.copy()
    for name, blob in (
        ("icc-profile-data", metadata.icc),
        ("exif-data", dummy),
        ("xmp-data", metadata.xmp),
    ):
        if blob:
            image.set_type(pyvips.GValue.blob_type, name, blob)
    target = pyvips.Target.new_to_memory()
    image.heifsave_target(
        target,
        compression="av1",
        Q=layout.quality,
        lossless=layout.quality == 100,
        bitdepth=12 if layout.depth == 16 else 8,
        subsample_mode="off" if layout.quality >= 90 else "on",
        keep="exif|icc|xmp" if dummy else "icc|xmp",
    )
    encoded = bytearray(target.get("blob"))
    if metadata.exif:
        at = encoded.rfind(b"II*\0", 0, encoded.index(_FILLER))
        end = encoded.rindex(_FILLER) + len(_FILLER)
        encoded[at:end] = metadata.exif.ljust(end - at, b"\0")
    path.write_bytes(encoded)
    if layout.depth == 16:
        notes.append("16-bit values were rounded to 12 bits: AVIF holds no more")
    if layout.has_alpha:
        notes.append("the transparency was compressed with loss, as AVIF does")
    return metadata, notes


_CLASSIC_TIFF = 3_500_000_000  # below its limit of 4 GB, as compression may add to the size
_AVIF_EXIF = 60_000
_FILLER = b"nitido's place for EXIF"


def _dummy_exif(size: int) -> bytes:
    """Return an EXIF block with a user comment longer than `size`."""
    value = bytes(8) + _FILLER * (size // len(_FILLER) + 2)
    comment = _exif.Tag(0x9286, 7, len(value), value)
    return b"Exif\0\0" + _exif.pack(_exif.Tags("<", [], [comment], [], []))


def _bmp(layout: Layout, rows: Array, path: Path) -> tuple[Metadata, list[str]]:
    dpi = layout.metadata.dpi
    image = Image.fromarray(rows[..., 0] if layout.channels == 1 else rows)
    image.save(path, format="BMP", **({"dpi": dpi} if dpi else {}))
    kept = Metadata(dpi=dpi)
    lost = replace(layout.metadata, dpi=None) != Metadata()
    return kept, ["ICC, EXIF and XMP were left out: BMP cannot hold them"] if lost else []


_ENCODERS = {
    "jpeg": _jpeg_file,
    "png": _png_file,
    "tiff": _tiff_file,
    "webp": _webp_file,
    "avif": _avif_file,
}


def _resolution_in_exif(metadata: Metadata) -> Metadata:
    """Return metadata for a format that has no other place for the resolution than EXIF."""
    if metadata.dpi is None or metadata.exif is not None:
        return metadata
    tags = _exif.Tags("<", _exif.resolution_tags(metadata.dpi, "<"), [], [], [])
    return replace(metadata, exif=_exif.pack(tags))


def _stream(
    save: Callable[..., Any],
    path: Path,
    splice: Callable[[bytes], tuple[bytes, int] | None],
    options: dict[str, Any],
) -> None:
    """Encode into `path`; `splice` replaces the start of the stream as soon as it has enough."""
    start = bytearray()
    failure: list[OSError] = []
    done = False
    with path.open("wb") as file:

        def write(data: Any) -> int:  # noqa: ANN401
            nonlocal done
            try:
                if done:
                    file.write(data)
                    return len(data)
                start.extend(data)
                change = splice(bytes(start))
                if change is not None:
                    file.write(change[0] + start[change[1] :])
                    done = True
            except OSError as error:  # an exception must not cross into libvips
                failure.append(error)
                return -1
            return len(data)

        target = pyvips.TargetCustom()
        target.on_write(write)
        try:
            save(target, keep="none", **options)
        except VipsError:
            if failure:
                raise failure[0] from None
            raise
        if failure:
            raise failure[0]
        file.flush()
        os.fsync(file.fileno())
