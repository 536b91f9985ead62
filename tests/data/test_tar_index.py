"""Pictures in tar files are found by their place, once; what is no sound tar file is an error."""

import io
import json
import os
import tarfile

import pytest

from nitido.data import _tar_index, pictures
from nitido.errors import DataError

pytestmark = pytest.mark.usefixtures("own_cache")


def names(files):
    return [file.name for file in files]


def content(member):
    return member.encoded().data.decode()


# --- tar files as they come


@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_and_foreign_names_of_every_format(tmp_path, format):
    wanted = ["a.png", f"{'deep/' * 15}b.png", "schön.png"]
    if format != tarfile.USTAR_FORMAT:
        wanted.append(f"{'n' * 300}.png")
    with tarfile.open(tmp_path / "a.tar", "w", format=format) as archive:
        for name in wanted:
            data = f"content of {name}".encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    found = pictures("shards:a.tar", tmp_path)
    assert names(found) == wanted
    assert [content(member) for member in found] == [f"content of {name}" for name in wanted]


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE]
)
def test_links_and_devices_are_refused(tar, tmp_path, kind):
    info = tarfile.TarInfo("b.png")
    info.type, info.linkname = kind, "/etc/passwd"
    tar("a.tar", "a.png", info)
    with pytest.raises(DataError, match=r"'b\.png' is a link, a device or a file with holes"):
        pictures("shards:a.tar", tmp_path)


def test_a_cut_anywhere_is_found(tar, tmp_path):
    """Also between two members, where tarfile sees nothing wrong."""
    whole = tar("whole.tar", ("a.png", b"a" * 700), ("b.png", b"b" * 100)).read_bytes()
    assert len(pictures("shards:whole.tar", tmp_path)) == 2
    end = 512 + 1024 + 512 + 512
    (tmp_path / "cut.tar").write_bytes(whole[: end + 512])
    assert len(pictures("shards:cut.tar", tmp_path)) == 2, "one block of zeros is an end"
    for length in (0, 1, 511, 512, 600, 1211, 1536, 1600, 2048, 2100, end, end + 511):
        (tmp_path / "cut.tar").write_bytes(whole[:length])
        with pytest.raises(DataError, match=r"cut\.tar is damaged, truncated or no plain tar"):
            pictures("shards:cut.tar", tmp_path)


def test_damaged_headers_are_found(tar, tmp_path):
    whole = bytearray(tar("whole.tar", "a.png", "b.png", "c.png").read_bytes())
    for place in (0, 1024 + 5, 2048 + 150):
        damaged = bytearray(whole)
        damaged[place] ^= 255
        (tmp_path / "bad.tar").write_bytes(damaged)
        with pytest.raises(DataError, match=r"bad\.tar is damaged"):
            pictures("shards:bad.tar", tmp_path)


@pytest.mark.parametrize("name", ["b.png", "b.txt"])
def test_headers_that_point_backwards_end(tar, tmp_path, name):
    """Sizes in base 256 may be negative, which would lead in a circle."""
    info = tarfile.TarInfo(name)
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[124:136] = (-1024).to_bytes(12, "big", signed=True)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    first = tar("first.tar", "a.png").read_bytes()[:1024]
    (tmp_path / "circle.tar").write_bytes(first + bytes(header) + bytes(10240))
    with pytest.raises(DataError, match=r"circle\.tar is damaged"):
        pictures("shards:circle.tar", tmp_path)


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz"])
def test_compressed_ones_get_a_remedy(tmp_path, mode):
    with tarfile.open(tmp_path / "a.tar", mode) as archive:
        archive.addfile(tarfile.TarInfo("a.png"))
    with pytest.raises(DataError, match="unpack it if it is compressed"):
        pictures("shards:a.tar", tmp_path)


def test_a_file_with_holes_is_refused(tmp_path):
    info = tarfile.TarInfo("a.png")
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}
    info.size = 512
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info, io.BytesIO(b"0\n".ljust(512, b"\0")))
    with pytest.raises(DataError, match="holes"):
        pictures("shards:a.tar", tmp_path)


# --- the index


@pytest.fixture
def walks(monkeypatch):
    """The tar files whose headers are read."""
    seen = []
    walked = _tar_index._walked
    monkeypatch.setattr(_tar_index, "_walked", lambda shard: seen.append(shard) or walked(shard))
    return seen


def test_a_tar_file_is_indexed_once(tar, tmp_path, walks, monkeypatch):
    file = tar("a.tar", "a.png", "b.png")
    first = pictures("shards:a.tar", tmp_path)
    assert pictures("shards:a.tar", tmp_path) == first
    assert pictures(f"shards:{file}") == first
    monkeypatch.chdir(tmp_path)
    assert pictures("shards:a.tar", tmp_path / "nowhere") == first
    assert len(walks) == 1
    os.utime(file, ns=(1, 1))
    assert names(pictures("shards:a.tar", tmp_path)) == ["a.png", "b.png"]
    assert len(walks) == 2
    tar("a.tar", "c.png")
    os.utime(file, ns=(1, 1))  # of another size
    tar("a.tar", "c.png", *(f"{index}.png" for index in range(30)))
    os.utime(file, ns=(1, 1))
    assert len(pictures("shards:a.tar", tmp_path)) == 31
    assert len(walks) == 3
    assert len(list((tmp_path / "cache" / "shards").iterdir())) == 1, "one index a tar file"


def test_what_the_cache_holds_is_not_believed(tar, tmp_path, walks):
    file = tar("a.tar", "a.png")
    first = pictures("shards:a.tar", tmp_path)
    (kept,) = (tmp_path / "cache" / "shards").iterdir()
    good = json.loads(kept.read_text())
    state = good["file"]
    assert state[1:] == [file.stat().st_size, file.stat().st_mtime_ns]
    for bad in (
        "",
        "{",
        "[]",
        {"file": state},
        {"file": state, "members": [["a.png", 0]]},
        {"file": state, "members": [["a.png", -5, 2]]},
        {"file": state, "members": [["a.png", 512, 10**9]]},
        {"file": [0, *state[1:]], "members": [["other.png", 0, 5]]},
    ):
        kept.write_text(bad if isinstance(bad, str) else json.dumps(bad))
        assert pictures("shards:a.tar", tmp_path) == first
    assert len(walks) == 9
    assert json.loads(kept.read_text()) == good


def test_without_a_cache_it_is_indexed_each_time(tar, tmp_path, walks, monkeypatch):
    tar("a.tar", "a.png")
    (tmp_path / "file").touch()
    monkeypatch.setenv("NITIDO_CACHE", str(tmp_path / "file"))
    assert pictures("shards:a.tar", tmp_path) == pictures("shards:a.tar", tmp_path)
    assert len(walks) == 2


def test_a_tar_file_that_changes_while_in_use_is_an_error(tar, tmp_path):
    file = tar("a.tar", "a.png")
    (member,) = pictures("shards:a.tar", tmp_path)
    assert content(member) == "a.png"
    tar("a.tar", "b.png")
    os.utime(file, ns=(5, 5))
    with pytest.raises(DataError, match=r"a\.tar was changed while it was in use"):
        member.encoded()
    file.unlink()
    with pytest.raises(DataError, match=r"a\.tar cannot be read"):
        member.encoded()
