"""JPEG: the segments before the first scan."""

import struct
from collections.abc import Iterator

from nitido.picture import _exif
from nitido.picture._file import SafeFile
from nitido.picture._metadata import Facts, Metadata, add_from_exif

_EXIF, _XMP, _ICC = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"ICC_PROFILE\0"
_ROOM = 65_533  # the most bytes a segment can hold
_ICC_ROOM = _ROOM - len(_ICC) - 2


def facts(file: SafeFile) -> Facts:
    """Read the metadata of a JPEG file."""
    found = Facts()
    pieces: dict[int, bytes] = {}
    total = 0
    for body in _segments(file):
        if body.startswith(b"JFIF\0") and len(body) >= 12:
            found.dpi = _density(*struct.unpack_from(">BHH", body, 7))
        elif body.startswith(_EXIF):
            found.exif = found.exif or _exif.bare(body)
        elif body.startswith(_XMP):
            found.xmp = found.xmp or body[len(_XMP) :]
        elif body.startswith(_ICC) and len(body) > len(_ICC) + 2:
            pieces[body[len(_ICC)]] = body[len(_ICC) + 2 :]
            total = body[len(_ICC) + 1]
        elif body.startswith(b"MPF\0"):
            found.notes.append(
                "only the main picture was read: the file holds further pictures (MPO, gain map)"
            )
    _add_profile(found, pieces, total)
    add_from_exif(found)
    if found.xmp is not None and (b"MotionPhoto" in found.xmp or b"MicroVideo" in found.xmp):
        found.notes.append("only the still picture was read: the file holds a motion photo")
    return found


def _add_profile(found: Facts, pieces: dict[int, bytes], total: int) -> None:
    """Join the numbered pieces of the ICC profile."""
    if pieces and set(pieces) == set(range(1, total + 1)):
        found.icc = b"".join(pieces[i] for i in sorted(pieces))
    elif pieces:
        found.notes.append("its ICC profile is incomplete and was left out")


def head(metadata: Metadata) -> tuple[bytes, Metadata, list[str]]:
    """Return the segments to put after the start marker, what they hold, and what they cannot."""
    exif, xmp, notes = metadata.exif, metadata.xmp, []
    if exif is not None and len(exif) + len(_EXIF) > _ROOM:
        exif = None
        notes.append("its EXIF block is larger than JPEG can hold (64 KB) and was left out")
    if xmp is not None and len(xmp) + len(_XMP) > _ROOM:
        xmp = None
        notes.append("its XMP packet is larger than JPEG can hold (64 KB) and was left out")
    icc = metadata.icc
    if icc is not None and len(icc) > 255 * _ICC_ROOM:
        icc = None
        notes.append("its ICC profile is larger than JPEG can hold (16 MB) and was left out")
    unit, x, y = 0, 1, 1
    if metadata.dpi is not None:
        unit, (x, y) = 1, (min(max(round(v), 1), 65_535) for v in metadata.dpi)
    parts = [_segment(0xE0, b"JFIF\0\1\2" + struct.pack(">BHHBB", unit, x, y, 0, 0))]
    if exif is not None:
        parts.append(_segment(0xE1, _EXIF + exif))
    if xmp is not None:
        parts.append(_segment(0xE1, _XMP + xmp))
    if icc is not None:
        total = -(-len(icc) // _ICC_ROOM)
        for i in range(total):
            piece = icc[i * _ICC_ROOM : (i + 1) * _ICC_ROOM]
            parts.append(_segment(0xE2, _ICC + bytes((i + 1, total)) + piece))
    return b"".join(parts), Metadata(icc, exif, xmp, metadata.dpi), notes


def _segments(file: SafeFile) -> Iterator[bytes]:
    """Yield the body of every application segment before the first scan."""
    at, used = 2, 0
    while used <= file.policy.max_metadata:
        start = file.read(at, 4)
        if len(start) < 4 or start[0] != 0xFF:
            return
        marker = start[1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        if marker in (0xD9, 0xDA):
            return
        length = int.from_bytes(start[2:4], "big")
        if length < 2:
            return
        if 0xE0 <= marker <= 0xEF:
            yield file.read(at + 4, length - 2)
        at += 2 + length
        used += length
    file.policy.check_metadata(file.name, "JPEG header", used)


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _density(unit: int, x: int, y: int) -> tuple[float, float] | None:
    factor = {1: 1.0, 2: 2.54}.get(unit)
    return (x * factor, y * factor) if factor and x and y else None
