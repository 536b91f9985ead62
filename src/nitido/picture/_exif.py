"""EXIF blocks, edited in place so that everything not meant to change keeps its bytes.

An EXIF block is a small TIFF file. Maker notes point to absolute positions inside it, so a block
is patched where it stands instead of being taken apart and written again.
"""

import struct
from collections.abc import Iterable
from typing import NamedTuple

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_SWAP = {3: 2, 4: 4, 5: 4, 8: 2, 9: 4, 10: 4, 11: 4, 12: 8, 13: 4}
SHORT, LONG, RATIONAL = 3, 4, 5
ORIENTATION, X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 0x0112, 0x011A, 0x011B, 0x0128
EXIF_IFD, GPS_IFD, INTEROP_IFD = 0x8769, 0x8825, 0xA005
POINTERS = (EXIF_IFD, GPS_IFD, INTEROP_IFD)
# Who took the picture, with which very camera, and where: owner, serial numbers, unique ids,
# maker notes, GPS, IPTC and Photoshop blocks (they hold by-lines).
PRIVATE = frozenset(
    (
        *(0x013B, 0x013C, 0x8298, 0x9C9D, 0xA430, 0xA431, 0xA435, 0xA420, 0x927C, GPS_IFD),
        *(0x83BB, 0x8649, 0xC62F, 0xC68B, 0xFDE8, 0x02BC),
    )
)
# Tags that describe how the pixels are stored, or copies of them; the encoder writes its own.
STORAGE = frozenset(
    (
        *(254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 274, 277, 278, 279, 280),
        *(281, 282, 283, 284, 288, 289, 290, 291, 292, 293, 296, 297, 301, 317, 318, 319, 320),
        *(321, 322, 323, 324, 325, 326, 327, 328, 330, 332, 334, 336, 338, 339, 340, 341, 342),
        *(347, 512, 513, 514, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532, 700, 32997),
        *(34675, 37724, 50255, EXIF_IFD, GPS_IFD),
    )
)
_WIDTHS, _HEIGHTS = (0x0100, 0xA002), (0x0101, 0xA003)
_MAX_ENTRIES = 4096


class Tag(NamedTuple):
    """One tag with its value as raw bytes in the byte order of its block."""

    tag: int
    kind: int
    number: int
    value: bytes


class Tags(NamedTuple):
    """All tags of a block, folder by folder."""

    order: str
    main: list[Tag]
    exif: list[Tag]
    gps: list[Tag]
    interop: list[Tag]


class _Entry(NamedTuple):
    tag: int
    kind: int
    number: int
    at: int
    start: int
    size: int


def bare(blob: bytes) -> bytes:
    """Return a block without the ``Exif`` prefix that some formats put before it."""
    return blob[6:] if blob.startswith(b"Exif\0\0") else blob


def orientation(blob: bytes) -> int:
    """Return the orientation 1..8; 1 if it is missing, of the wrong type or out of range."""
    try:
        order, first = _header(blob)
        entries, _ = _folder(blob, order, first)
    except ValueError:
        return 1
    value = next((_number(blob, order, e) for e in entries if e.tag == ORIENTATION), None)
    return value if value is not None and 1 <= value <= 8 else 1


def resolution(blob: bytes) -> tuple[float, float] | None:
    """Return the resolution in dots per inch, or None."""
    try:
        tags = {t.tag: t for t in unpack(blob).main}
        order = _header(blob)[0]
    except ValueError:
        return None
    return dots_per_inch(tags, order)


def dots_per_inch(tags: dict[int, Tag], order: str) -> tuple[float, float] | None:
    """Return the resolution that the tags of a main folder name, in dots per inch, or None."""
    unit = tags.get(RESOLUTION_UNIT)
    step = (
        2 if unit is None or len(unit.value) < 2 else struct.unpack_from(order + "H", unit.value)[0]
    )
    values = []
    for name in (X_RESOLUTION, Y_RESOLUTION):
        tag = tags.get(name)
        if tag is None or tag.kind != RATIONAL or len(tag.value) < 8:
            return None
        top, bottom = struct.unpack_from(order + "II", tag.value)
        values.append(top / bottom if bottom else 0.0)
    if step not in (2, 3) or min(values) <= 0:
        return None
    factor = 1.0 if step == 2 else 2.54
    return values[0] * factor, values[1] * factor


def resolution_tags(dpi: tuple[float, float], order: str) -> list[Tag]:
    """Return the three tags that say `dpi`."""
    pairs = [struct.pack(order + "II", round(v * 10_000), 10_000) for v in dpi]
    return [
        Tag(X_RESOLUTION, RATIONAL, 1, pairs[0]),
        Tag(Y_RESOLUTION, RATIONAL, 1, pairs[1]),
        Tag(RESOLUTION_UNIT, SHORT, 1, struct.pack(order + "H", 2)),
    ]


def upright(blob: bytes) -> bytes:
    """Return the block of a picture that has been turned: orientation 1, no old thumbnail.

    Raises
    ------
    ValueError
        If the block is damaged.
    """
    data = bytearray(blob)
    order, first = _header(data)
    entries, following = _folder(data, order, first)
    for entry in entries:
        if entry.tag == ORIENTATION:
            struct.pack_into(order + "HHIHH", data, entry.at, ORIENTATION, SHORT, 1, 1, 0)
    _drop_thumbnail(data, order, following)
    return bytes(data)


def sized(blob: bytes, height: int, width: int) -> bytes:
    """Return the block with its own notes of height and width, where it has any, made true.

    Raises
    ------
    ValueError
        If the block is damaged.
    """
    data = bytearray(blob)
    order, entries = _all_entries(data)
    for entry in entries:
        value = width if entry.tag in _WIDTHS else height if entry.tag in _HEIGHTS else None
        if value is not None and entry.kind in (SHORT, LONG) and entry.number == 1:
            struct.pack_into(order + "HHII", data, entry.at, entry.tag, LONG, 1, value)
    return bytes(data)


def without(blob: bytes, tags: Iterable[int]) -> bytes:
    """Return the block without `tags`, wherever they stand; their values are overwritten.

    Raises
    ------
    ValueError
        If the block is damaged.
    """
    unwanted = frozenset(tags)
    data = bytearray(blob)
    order, first = _header(data)
    folders = [first, *_pointers(data, order, first)]
    for offset in folders:
        _drop_entries(data, order, offset, unwanted)
    return bytes(data)


def unpack(blob: bytes) -> Tags:
    """Take a block apart.

    Raises
    ------
    ValueError
        If the block is damaged.
    """
    order, first = _header(blob)
    main = _folder(blob, order, first)[0]
    exif = _sub(blob, order, main, EXIF_IFD)
    return Tags(
        order,
        _values(blob, main),
        _values(blob, exif),
        _values(blob, _sub(blob, order, main, GPS_IFD)),
        _values(blob, _sub(blob, order, exif, INTEROP_IFD)),
    )


def pack(tags: Tags) -> bytes:
    """Build a block from tags; their values must be in the byte order `tags.order`."""
    order = tags.order
    out = bytearray((b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8))
    main, exif = list(tags.main), list(tags.exif)
    # The main folder comes first, so the room for its records is kept until the end.
    subs = bool(exif or tags.interop) + bool(tags.gps)
    out += bytes(2 + 12 * (len(main) + subs) + 4)
    if tags.interop:
        exif.append(_pointer(order, INTEROP_IFD, _append_folder(out, order, tags.interop)))
    if exif:
        main.append(_pointer(order, EXIF_IFD, _append_folder(out, order, exif)))
    if tags.gps:
        main.append(_pointer(order, GPS_IFD, _append_folder(out, order, tags.gps)))
    _fill_folder(out, order, 8, main)
    return bytes(out)


def same(first: bytes | None, second: bytes | None) -> bool:
    """Return whether two blocks say the same, in whatever order, byte order and container.

    The tags that only describe storage do not count, nor does a missing orientation.
    """
    if first is None or second is None:
        return first == second or not any(_said(first or second or b""))
    return _said(first) == _said(second)


def _said(blob: bytes) -> list[set[Tag]]:
    try:
        tags = unpack(blob)
    except ValueError:
        return []
    folders = (tags.main, tags.exif, tags.gps, tags.interop)
    return [
        {t if tags.order == "<" else swapped(t) for t in folder if t.tag not in STORAGE}
        for folder in folders
    ]


def swapped(tag: Tag) -> Tag:
    """Return a tag with its value in the other byte order."""
    unit = _SWAP.get(tag.kind)
    if unit is None:
        return tag
    whole = len(tag.value) // unit * unit
    parts = (tag.value[i : i + unit][::-1] for i in range(0, whole, unit))
    return tag._replace(value=b"".join(parts))


def _header(blob: bytes | bytearray) -> tuple[str, int]:
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(bytes(blob[:4]))
    if order is None or len(blob) < 8:
        raise ValueError("no EXIF header")
    return order, struct.unpack_from(order + "I", blob, 4)[0]


def _folder(blob: bytes | bytearray, order: str, offset: int) -> tuple[list[_Entry], int]:
    """Return the entries of a folder and the position of its pointer to the next one."""
    if offset < 8 or offset + 2 > len(blob):
        raise ValueError("an EXIF folder lies outside its block")
    count = struct.unpack_from(order + "H", blob, offset)[0]
    end = offset + 2 + 12 * count
    if count > _MAX_ENTRIES or end > len(blob):
        raise ValueError("an EXIF folder is cut off")
    entries = []
    for at in range(offset + 2, end, 12):
        tag, kind, number = struct.unpack_from(order + "HHI", blob, at)
        size = SIZES.get(kind, 1) * number
        start = at + 8 if size <= 4 else struct.unpack_from(order + "I", blob, at + 8)[0]
        if start + size > len(blob):
            continue  # a value outside the block is no value; the record itself stays
        entries.append(_Entry(tag, kind, number, at, start, size))
    return entries, end


def _number(blob: bytes | bytearray, order: str, entry: _Entry) -> int | None:
    if entry.number != 1 or entry.kind not in (SHORT, LONG, 13):
        return None
    return int(
        struct.unpack_from(order + ("H" if entry.kind == SHORT else "I"), blob, entry.start)[0]
    )


def _sub(blob: bytes | bytearray, order: str, entries: list[_Entry], tag: int) -> list[_Entry]:
    offset = next((_number(blob, order, e) for e in entries if e.tag == tag), None)
    if not offset:
        return []
    try:
        return _folder(blob, order, offset)[0]
    except ValueError:
        return []


def _pointers(blob: bytearray, order: str, first: int) -> list[int]:
    """Return the offsets of the readable folders below the main one."""
    found: list[int] = []
    entries = _folder(blob, order, first)[0]
    for tag in (EXIF_IFD, GPS_IFD, INTEROP_IFD):
        offset = next((_number(blob, order, e) for e in entries if e.tag == tag), None)
        if not offset or offset == first or offset in found:
            continue
        try:
            entries = entries + _folder(blob, order, offset)[0]
        except ValueError:
            continue
        found.append(offset)
    return found


def _all_entries(blob: bytearray) -> tuple[str, list[_Entry]]:
    order, first = _header(blob)
    entries = _folder(blob, order, first)[0]
    for offset in _pointers(blob, order, first):
        entries = entries + _folder(blob, order, offset)[0]
    return order, entries


def _values(blob: bytes, entries: list[_Entry]) -> list[Tag]:
    return [
        Tag(e.tag, e.kind, e.number, bytes(blob[e.start : e.start + e.size]))
        for e in entries
        if e.tag not in POINTERS and e.kind in SIZES
    ]


def _drop_thumbnail(data: bytearray, order: str, following: int) -> None:
    """Unlink the folder of the thumbnail and wipe its bytes."""
    if following + 4 > len(data):
        return
    offset = struct.unpack_from(order + "I", data, following)[0]
    struct.pack_into(order + "I", data, following, 0)
    try:
        entries, end = _folder(data, order, offset)
    except ValueError:
        return
    numbers = {e.tag: _number(data, order, e) for e in entries}
    start, size = numbers.get(0x0201), numbers.get(0x0202)
    if not start or not size or start + size > len(data) or start < end:
        return
    if start + size == len(data):
        del data[start:]
    else:
        data[start : start + size] = bytes(size)


def _drop_entries(data: bytearray, order: str, offset: int, unwanted: frozenset[int]) -> None:
    entries, end = _folder(data, order, offset)
    gone = [e for e in entries if e.tag in unwanted]
    if not gone:
        return
    for entry in gone:
        if entry.tag == GPS_IFD:
            _wipe_folder(data, order, _number(data, order, entry) or 0)
        elif entry.size > 4:
            data[entry.start : entry.start + entry.size] = bytes(entry.size)
    places = {e.at for e in gone}
    records = [data[at : at + 12] for at in range(offset + 2, end, 12) if at not in places]
    following = data[end : end + 4]
    struct.pack_into(order + "H", data, offset, len(records))
    rest = b"".join(records) + following
    data[offset + 2 : end + 4] = rest + bytes(end + 4 - offset - 2 - len(rest))


def _wipe_folder(data: bytearray, order: str, offset: int) -> None:
    try:
        entries, end = _folder(data, order, offset)
    except ValueError:
        return
    for entry in entries:
        data[entry.start : entry.start + entry.size] = bytes(entry.size)
    data[offset:end] = bytes(end - offset)


def _pointer(order: str, tag: int, offset: int) -> Tag:
    return Tag(tag, LONG, 1, struct.pack(order + "I", offset))


def _append_folder(out: bytearray, order: str, tags: list[Tag]) -> int:
    out += bytes(len(out) % 2)
    offset = len(out)
    out += bytes(2 + 12 * len(tags) + 4)
    _fill_folder(out, order, offset, tags)
    return offset


def _fill_folder(out: bytearray, order: str, offset: int, tags: list[Tag]) -> None:
    struct.pack_into(order + "H", out, offset, len(tags))
    for i, tag in enumerate(sorted(tags)):
        at = offset + 2 + 12 * i
        struct.pack_into(order + "HHI", out, at, tag.tag, tag.kind, tag.number)
        if len(tag.value) <= 4:
            out[at + 8 : at + 12] = tag.value.ljust(4, b"\0")
        else:
            out += bytes(len(out) % 2)
            struct.pack_into(order + "I", out, at + 8, len(out))
            out += tag.value
