"""TIFF: its main folder of tags, read before decoding and completed after encoding."""

import struct
import sys
from pathlib import Path
from typing import IO, NamedTuple

from nitido.errors import RefusedError, UnreadableError
from nitido.picture import _exif
from nitido.picture._exif import SIZES, Tag, Tags
from nitido.picture._file import SafeFile
from nitido.picture._metadata import Facts, Metadata

_BIG_SIZES = SIZES | {16: 8, 17: 8, 18: 8}
_XMP, _ICC, _EXTRA, _PHOTOMETRIC = 700, 34675, 338, 262


_Placed = tuple[int, bytes]  # a tag and its record in a folder


class Layout(NamedTuple):
    """The numbers by which classic and big TIFF differ."""

    order: str
    big: bool

    @property
    def record(self) -> int:
        return 20 if self.big else 12

    @property
    def word(self) -> str:
        return self.order + ("Q" if self.big else "I")

    @property
    def inline(self) -> int:
        return 8 if self.big else 4


def facts(file: SafeFile) -> Facts:
    """Read the metadata of a TIFF file.

    Raises
    ------
    UnreadableError
        If its folders are damaged: outside the file, or in a circle.
    RefusedError
        If its colors are CIELAB.
    """
    layout, first = _header(file)
    records, following = _records(file, layout, first)
    found = Facts(frames=_frames(file, layout, first, following))
    order = layout.order
    tags = {t.tag: t for t in records}
    if 274 in tags:
        found.orientation = _integer(tags[274], order, 1)
        if not 1 <= found.orientation <= 8:
            found.orientation = 1
    colors = _integer(tags[_PHOTOMETRIC], order, 1) if _PHOTOMETRIC in tags else 1
    if colors in (8, 9, 10):
        raise RefusedError(f"{file.name}: its colors are CIELAB, which is not supported; save RGB.")
    found.palette = colors == 3
    found.bits = _integer(tags[258], order, 1) if 258 in tags else 1
    if _EXTRA in tags:
        last = tags[_EXTRA]._replace(value=tags[_EXTRA].value[-2:])
        found.alpha = {1: "premultiplied", 2: "straight"}.get(_integer(last, order, 0), "")
    found.dpi = _exif.dots_per_inch(tags, order)
    found.icc = tags[_ICC].value if _ICC in tags else None
    found.xmp = tags[_XMP].value if _XMP in tags else None
    exif = _sub(file, layout, tags.get(_exif.EXIF_IFD))
    interop = next((t for t in exif if t.tag == _exif.INTEROP_IFD), None)
    block = Tags(
        order,
        [t for t in records if t.tag not in _exif.STORAGE and t.kind in SIZES],
        [t for t in exif if t.tag not in _exif.POINTERS and t.kind in SIZES],
        [t for t in _sub(file, layout, tags.get(_exif.GPS_IFD)) if t.kind in SIZES],
        [t for t in _sub(file, layout, interop) if t.kind in SIZES],
    )
    if any(block[1:]):
        found.exif = _exif.pack(block)
    return found


def complete(path: Path, metadata: Metadata, channels: int, has_alpha: bool) -> None:
    """Write the metadata into a TIFF file that an encoder has just made.

    The old main folder is left where it is and a new one is put at the end of the file, so even
    a file of many gigabytes is not copied.
    """
    with path.open("r+b") as file:
        layout, first = _own_header(file)
        records = {r[0]: r for r in _own_records(file, layout, first)}
        for number in (282, 283, 296, 274):
            records.pop(number, None)
        new = _new_tags(metadata, layout, channels, has_alpha)
        file.seek(0, 2)
        for tag in new:
            records[tag.tag] = _placed(file, layout, tag)
        records |= _sub_folders(file, layout, metadata)
        offset = _write_folder(file, layout, records)
        file.seek(8 if layout.big else 4)
        file.write(struct.pack(layout.word, offset))


def _new_tags(metadata: Metadata, layout: Layout, channels: int, has_alpha: bool) -> list[Tag]:
    order = layout.order
    short = order + "H"
    new = []
    if metadata.exif is not None:
        block = _exif.unpack(metadata.exif)
        new = [_ordered(t, block.order, order) for t in block.main if t.tag not in _exif.STORAGE]
    if channels not in (1, 3):
        new.append(Tag(_PHOTOMETRIC, _exif.SHORT, 1, struct.pack(short, 1)))
    extra = [0] * (channels - (3 if channels == 3 else 1)) + ([2] if has_alpha else [])
    if extra:
        value = b"".join(struct.pack(short, v) for v in extra)
        new.append(Tag(_EXTRA, _exif.SHORT, len(extra), value))
    if metadata.dpi is not None:
        new += _exif.resolution_tags(metadata.dpi, order)
    if metadata.icc is not None:
        new.append(Tag(_ICC, 7, len(metadata.icc), metadata.icc))
    if metadata.xmp is not None:
        new.append(Tag(_XMP, 1, len(metadata.xmp), metadata.xmp))
    return new


def _sub_folders(file: IO[bytes], layout: Layout, metadata: Metadata) -> dict[int, _Placed]:
    """Write the folders of EXIF and GPS and return the records that point to them."""
    if metadata.exif is None:
        return {}
    block = _exif.unpack(metadata.exif)

    def written(name: int, tags: list[Tag], inner: dict[int, _Placed]) -> dict[int, _Placed]:
        ordered = [_ordered(t, block.order, layout.order) for t in tags]
        records = inner | {t.tag: _placed(file, layout, t) for t in ordered}
        if not records:
            return {}
        value = struct.pack(layout.word, _write_folder(file, layout, records))
        return {name: (name, _record(layout, name, 16 if layout.big else _exif.LONG, 1, value))}

    interop = written(_exif.INTEROP_IFD, block.interop, {})
    exif = written(_exif.EXIF_IFD, block.exif, interop)
    return exif | written(_exif.GPS_IFD, block.gps, {})


def _ordered(tag: Tag, old: str, new: str) -> Tag:
    return tag if old == new else _exif.swapped(tag)


def _header(file: SafeFile) -> tuple[Layout, int]:
    head = file.read(0, 16)
    layout = Layout("<" if head[:1] == b"I" else ">", head[2:4] in (b"+\0", b"\0+"))
    start = 8 if layout.big else 4
    if len(head) < start + layout.inline:
        raise _damaged(file, "its header is cut off")
    return layout, struct.unpack_from(layout.word, head, start)[0]


def _count(file: SafeFile, layout: Layout, offset: int) -> int:
    size = 8 if layout.big else 2
    head = file.read(offset, size)
    if offset < 8 or len(head) < size:
        raise _damaged(file, "a folder of tags lies outside the file")
    count: int = struct.unpack(layout.order + ("Q" if layout.big else "H"), head)[0]
    if count > 65_535:
        raise _damaged(file, "a folder of tags is impossibly long")
    return count


def _records(file: SafeFile, layout: Layout, offset: int) -> tuple[list[Tag], int]:
    """Return the tags of a folder and the offset of the next one."""
    count = _count(file, layout, offset)
    start = offset + (8 if layout.big else 2)
    data = file.read(start, count * layout.record + layout.inline)
    if len(data) < count * layout.record:
        raise _damaged(file, "a folder of tags is cut off")
    tags = []
    total = 0
    for at in range(0, count * layout.record, layout.record):
        form = layout.order + ("HHQ" if layout.big else "HHI")
        tag, kind, number = struct.unpack_from(form, data, at)
        size = _BIG_SIZES.get(kind, 1) * number
        place = at + layout.record - layout.inline
        if tag in _SKIPPED:
            continue
        if size <= layout.inline:
            value = data[place : place + size]
        else:
            where = struct.unpack_from(layout.word, data, place)[0]
            if where + size > file.size:
                continue
            total += size
            file.policy.check_metadata(file.name, _NAMES.get(tag, "TIFF tag"), total)
            value = file.read(where, size)
        tags.append(Tag(tag, kind, number, value))
    tail = data[count * layout.record :]
    following = struct.unpack(layout.word, tail)[0] if len(tail) == layout.inline else 0
    return tags, following


# Positions and sizes of strips and tiles can be millions of numbers; Photoshop keeps layers in
# 37724. None of them is of use here.
_SKIPPED = frozenset((273, 279, 324, 325, 37724))
_NAMES = {_XMP: "XMP", _ICC: "ICC"}


def _frames(file: SafeFile, layout: Layout, first: int, following: int) -> int:
    """Count the pages, no further than the policy allows."""
    seen = {first}
    while following:
        if following in seen:
            raise _damaged(file, "its pages point to each other in a circle")
        seen.add(following)
        file.policy.check_frames(file.name, len(seen))
        count = _count(file, layout, following)
        end = following + (8 if layout.big else 2) + count * layout.record
        tail = file.read(end, layout.inline)
        following = struct.unpack(layout.word, tail)[0] if len(tail) == layout.inline else 0
    return len(seen)


def _sub(file: SafeFile, layout: Layout, pointer: Tag | None) -> list[Tag]:
    offset = _integer(pointer, layout.order, 0) if pointer is not None else 0
    if not offset:
        return []
    try:
        return _records(file, layout, offset)[0]
    except UnreadableError:
        return []  # a damaged EXIF folder does not spoil the picture


def _integer(tag: Tag, order: str, otherwise: int) -> int:
    form = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}.get(tag.kind)
    if form is None or len(tag.value) < struct.calcsize(form):
        return otherwise
    return int(struct.unpack_from(order + form, tag.value)[0])


def _damaged(file: SafeFile, why: str) -> UnreadableError:
    return UnreadableError(f"{file.name} is a damaged TIFF: {why}. Get the file again.")


def _own_header(file: IO[bytes]) -> tuple[Layout, int]:
    head = file.read(16)
    layout = Layout("<" if head[:1] == b"I" else ">", head[2:4] in (b"+\0", b"\0+"))
    return layout, struct.unpack_from(layout.word, head, 8 if layout.big else 4)[0]


def _own_records(file: IO[bytes], layout: Layout, offset: int) -> list[_Placed]:
    file.seek(offset)
    form = layout.order + ("Q" if layout.big else "H")
    count = struct.unpack(form, file.read(struct.calcsize(form)))[0]
    records = [file.read(layout.record) for _ in range(count)]
    return [(struct.unpack_from(layout.order + "H", r)[0], r) for r in records]


def _placed(file: IO[bytes], layout: Layout, tag: Tag) -> _Placed:
    """Write the value of a tag, if it is long, and return the record that holds or points to it."""
    value = tag.value
    if len(value) > layout.inline:
        offset = _aligned(file)
        file.write(value)
        value = struct.pack(layout.word, offset)
    return tag.tag, _record(layout, tag.tag, tag.kind, tag.number, value)


def _record(layout: Layout, tag: int, kind: int, count: int, value: bytes) -> bytes:
    form = layout.order + ("HHQ" if layout.big else "HHI")
    return struct.pack(form, tag, kind, count) + value.ljust(layout.inline, b"\0")


def _write_folder(file: IO[bytes], layout: Layout, records: dict[int, _Placed]) -> int:
    offset = _aligned(file)
    file.write(struct.pack(layout.order + ("Q" if layout.big else "H"), len(records)))
    file.write(b"".join(record for _, record in sorted(records.values())))
    file.write(bytes(layout.inline))
    return offset


def _aligned(file: IO[bytes]) -> int:
    file.seek(0, 2)
    end = file.tell()
    file.write(bytes(end % 2))
    return end + end % 2


SPOOL_START = 16


def finish_spool(file: IO[bytes], shape: tuple[int, int, int], size: int) -> None:
    """Make a file of `SPOOL_START` empty bytes and raw rows an uncompressed big TIFF file.

    Parameters
    ----------
    file : binary file
        Open for reading and writing.
    shape : (int, int, int)
        Height, width, bands.
    size : int
        Bytes per value: 1 and 2 are unsigned integers, 4 is float.
    """
    height, width, bands = shape
    layout = Layout("<" if sys.byteorder == "little" else ">", big=True)
    line = width * bands * size
    rows = max(1, _STRIP // line)
    starts = range(0, height, rows)
    longs = {
        256: [width],
        257: [height],
        273: [SPOOL_START + start * line for start in starts],
        278: [rows],
        279: [min(rows, height - start) * line for start in starts],
    }
    shorts = {
        258: [8 * size] * bands,
        259: [1],
        _PHOTOMETRIC: [1],
        277: [bands],
        284: [1],
        339: [3 if size == 4 else 1] * bands,
    }
    if bands > 1:
        shorts[_EXTRA] = [0] * (bands - 1)
    records = {}
    for kind, form, tags in ((16, "Q", longs), (_exif.SHORT, "H", shorts)):
        for tag, numbers in tags.items():
            value = struct.pack(f"{layout.order}{len(numbers)}{form}", *numbers)
            records[tag] = _placed(file, layout, Tag(tag, kind, len(numbers), value))
    offset = _write_folder(file, layout, records)
    file.seek(0)
    file.write(b"II+\0" if layout.order == "<" else b"MM\0+")
    file.write(struct.pack(layout.order + "HHQ", 8, 0, offset))


_STRIP = 2**18
