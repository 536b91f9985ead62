"""WebP: the chunks of its RIFF container."""

import struct
from collections.abc import Iterator

from nitido.picture import _exif
from nitido.picture._file import SafeFile
from nitido.picture._metadata import Facts, Metadata, add_from_exif

_HAS_ICC, _HAS_ALPHA, _HAS_EXIF, _HAS_XMP = 0x20, 0x10, 0x08, 0x04


def facts(file: SafeFile) -> Facts:
    """Read the metadata of a WebP file."""
    found = Facts()
    frames = 0
    for kind, start, length in _chunks(file):
        if kind == b"ICCP":
            found.icc = file.block("ICC", start, length)
        elif kind == b"EXIF":
            found.exif = _exif.bare(file.block("EXIF", start, length))
        elif kind == b"XMP ":
            found.xmp = file.block("XMP", start, length)
        elif kind == b"ANMF":
            frames += 1
    found.frames = max(frames, 1)
    add_from_exif(found)
    return found


def wrapped(encoded: bytes, metadata: Metadata, height: int, width: int) -> bytes:
    """Return an encoded picture with its metadata put into the container."""
    chunks = [
        (kind, encoded[start : start + length])
        for kind, start, length in _walk(encoded)
        if kind in (b"ALPH", b"VP8 ", b"VP8L")
    ]
    flags = 0
    for kind, body in chunks:
        if kind == b"ALPH" or (kind == b"VP8L" and body[4] & 0x10):
            flags |= _HAS_ALPHA
    for flag, kind, blob in (
        (_HAS_EXIF, b"EXIF", metadata.exif),
        (_HAS_XMP, b"XMP ", metadata.xmp),
    ):
        if blob is not None:
            flags |= flag
            chunks.append((kind, blob))
    if metadata.icc is not None:
        flags |= _HAS_ICC
        chunks.insert(0, (b"ICCP", metadata.icc))
    if flags & ~_HAS_ALPHA or chunks[0][0] == b"ALPH":
        size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        chunks.insert(0, (b"VP8X", struct.pack("<I", flags) + size))
    body = b"WEBP" + b"".join(_chunk(*chunk) for chunk in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunks(file: SafeFile) -> Iterator[tuple[bytes, int, int]]:
    at = 12
    while len(start := file.read(at, 8)) == 8:
        kind, length = struct.unpack("<4sI", start)
        yield kind, at + 8, length
        at += 8 + length + length % 2


def _walk(encoded: bytes) -> Iterator[tuple[bytes, int, int]]:
    at = 12
    while at + 8 <= len(encoded):
        kind, length = struct.unpack_from("<4sI", encoded, at)
        yield kind, at + 8, length
        at += 8 + length + length % 2


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack("<4sI", kind, len(body)) + body + bytes(len(body) % 2)
