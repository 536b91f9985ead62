"""PNG: the chunks around the pixels."""

import re
import struct
import zlib
from collections.abc import Iterator

from nitido.picture import _exif
from nitido.picture._file import SafeFile
from nitido.picture._metadata import Facts, Metadata, add_from_exif

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_XMP = b"XML:com.adobe.xmp"
_INCH = 0.0254


def facts(file: SafeFile) -> Facts:
    """Read the metadata of a PNG file."""
    found = Facts()
    ended = False
    for kind, start, length in _chunks(file):
        if kind in (b"IHDR", b"pHYs", b"acTL"):
            _fixed(kind, file.read(start, min(length, 13)), found)
        elif kind == b"eXIf":
            found.exif = _exif.bare(file.block("EXIF", start, length))
        elif kind == b"iCCP":
            found.icc = _named(file, "ICC", file.block("ICC", start, length))
        elif kind == b"IEND":
            ended = True
        elif kind in (b"iTXt", b"zTXt", b"tEXt"):
            _text(file, kind, file.block("text", start, length), found)
    if not ended:
        found.notes.append("its end is missing, after the last pixel")
    add_from_exif(found)
    return found


def _fixed(kind: bytes, body: bytes, found: Facts) -> None:
    """Read one of the chunks of fixed length."""
    if kind == b"IHDR" and len(body) == 13:
        found.bits, found.palette = body[8], body[9] == 3
    elif kind == b"pHYs" and len(body) == 9:
        x, y, unit = struct.unpack(">IIB", body)
        found.dpi = (x * _INCH, y * _INCH) if unit == 1 and x and y else None
    elif kind == b"acTL" and len(body) == 8:
        found.frames = max(struct.unpack(">II", body)[0], 1)


def head(metadata: Metadata) -> bytes:
    """Return the chunks to put after the header chunk."""
    parts = []
    if metadata.icc is not None:
        parts.append(_chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(metadata.icc)))
    if metadata.dpi is not None:
        x, y = (min(max(round(v / _INCH), 1), 2**31 - 1) for v in metadata.dpi)
        parts.append(_chunk(b"pHYs", struct.pack(">IIB", x, y, 1)))
    if metadata.exif is not None:
        parts.append(_chunk(b"eXIf", metadata.exif))
    if metadata.xmp is not None:
        parts.append(_chunk(b"iTXt", _XMP + bytes(5) + metadata.xmp))
    return b"".join(parts)


def _chunks(file: SafeFile) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and length of every chunk; runs of pixel chunks are only stepped over."""
    at = len(SIGNATURE)
    while len(start := file.read(at, 8)) == 8:
        length, kind = struct.unpack(">I4s", start)
        if at + 8 + length > file.size:
            return  # a chunk that is cut off is left to the decoder to complain about
        if kind != b"IDAT":
            yield kind, at + 8, length
        if kind == b"IEND":
            return
        at += 12 + length


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _inflated(file: SafeFile, what: str, data: bytes) -> bytes | None:
    """Return compressed metadata, or None if it is damaged; a bomb meets the policy."""
    limit = file.policy.max_metadata
    engine = zlib.decompressobj()
    try:
        out = engine.decompress(data, limit + 1)
    except zlib.error:
        return None
    file.policy.check_metadata(file.name, what, len(out))
    return out if engine.eof else None


def _named(file: SafeFile, what: str, body: bytes) -> bytes | None:
    """Return the content of a chunk made of a name, a method byte and compressed data."""
    _, _, rest = body.partition(b"\0")
    return _inflated(file, what, rest[1:])


def _text(file: SafeFile, kind: bytes, body: bytes, found: Facts) -> None:
    key, _, rest = body.partition(b"\0")
    if kind == b"iTXt" and key == _XMP:
        if len(rest) < 2:
            return
        packed, rest = rest[0], rest[2:].partition(b"\0")[2].partition(b"\0")[2]
        found.xmp = _inflated(file, "XMP", rest) if packed else rest
    elif key in (b"Raw profile type exif", b"Raw profile type APP1") and found.exif is None:
        text = rest if kind == b"tEXt" else _named(file, "EXIF", body)
        blob = _unhexed(text or b"")
        found.exif = _exif.bare(blob) if blob and blob.startswith(_BLOCK_STARTS) else found.exif


_BLOCK_STARTS = (b"Exif\0\0", b"II*\0", b"MM\0*")


def _unhexed(text: bytes) -> bytes | None:
    """Return the bytes of a raw profile: its name, its length, then hexadecimal digits."""
    match = re.fullmatch(rb"\s*\S+\s+\d+\s+([0-9a-fA-F\s]*)", text)
    try:
        return bytes.fromhex(match[1].decode()) if match else None
    except ValueError:
        return None
