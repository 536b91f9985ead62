"""Folders become tar files: unchanged files, the same bytes every time, nothing half done."""

import os
import shutil
import tarfile

import pytest

from nitido.data import pairs, pictures
from nitido.data.packing import pack
from nitido.errors import DataError


@pytest.fixture
def root(tmp_path):
    """A root with a folder of pictures and one of pairs; their content is never decoded."""
    for index, place in enumerate(
        (
            "set/a/x.png",
            "set/a/y.v2.JPG",
            "set/b/x.png",
            "two/lq/1.jpg",
            "two/lq/2.jpg",
            "two/gt/1.png",
            "two/gt/2.png",
        )
    ):
        file = tmp_path / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(bytes([index]) * (300 + 400 * index))
    return tmp_path


def alone(source, root):
    return [(file,) for file in pictures(source, root)]


def listed(tar):
    with tarfile.open(tar) as archive:
        return [(info.name, archive.extractfile(info).read()) for info in archive]


def test_files_are_stored_unchanged_and_in_order(root):
    (made,) = pack(alone("set", root), root / "tars", name="all")
    assert made == root / "tars" / "all-000000.tar"
    stored = [("a/x.png", "a/x.png"), ("a/y_v2.jpg", "a/y.v2.JPG"), ("b/x.png", "b/x.png")]
    assert listed(made) == [(key, (root / "set" / place).read_bytes()) for key, place in stored]
    assert [member.encoded().data for member in pictures("shards:tars/*.tar", root)] == [
        file.read_bytes() for file in pictures("set", root)
    ]
    (made,) = pack(pairs("two", root), root / "tars", name="two")
    assert [name for name, _ in listed(made)] == ["1.lq.jpg", "1.gt.png", "2.lq.jpg", "2.gt.png"]


def test_the_same_files_make_the_same_bytes(root):
    first = pack(alone("set", root), root / "first", name="s", shard_bytes=2000)
    shutil.copytree(root / "set", root / "copy" / "set")
    for file in (root / "copy").rglob("*"):
        os.utime(file, (9, 9))
        file.chmod(0o700)
    second = pack(alone("set", root / "copy"), root / "second", name="s", shard_bytes=2000)
    assert [one.read_bytes() for one in first] == [one.read_bytes() for one in second]
    with tarfile.open(first[0]) as archive:
        info = archive.next()
    assert (info.mtime, info.uid, info.uname, info.mode) == (0, 0, "", 0o644)


@pytest.mark.parametrize(
    ("most", "counts"), [(0, [1, 1, 1]), (2559, [1, 1, 1]), (2560, [2, 1]), (10**9, [3])]
)
def test_a_tar_file_is_full_before_the_next(root, most, counts):
    """The pictures take 1024, 1536 and 2048 bytes with their headers."""
    made = pack(alone("set", root), root / "tars", name="s", shard_bytes=most)
    assert [len(listed(one)) for one in made] == counts
    assert [one.name for one in made] == [f"s-{index:06}.tar" for index in range(len(counts))]


def test_pairs_stay_together(root):
    made = pack(pairs("two", root), root / "tars", name="s", shard_bytes=1)
    assert [len(listed(one)) for one in made] == [2, 2]
    assert len(pairs("shards:tars/s-{000000..000001}.tar", root)) == 2


def test_what_is_there_is_left_alone(root):
    (made,) = pack(alone("set/a", root), root / "tars", name="s")
    before = made.read_bytes()
    with pytest.raises(DataError, match=r"s-000000\.tar is there already"):
        pack(alone("set/b", root), root / "tars", name="s")
    assert made.read_bytes() == before
    assert pack(alone("set/b", root), root / "tars", name="other")


def test_keys_must_differ(root):
    (root / "set" / "a" / "x.jpg").write_bytes(b"other")
    with pytest.raises(DataError, match=r"a/x\.jpg and .*a/x\.png would both have the key x"):
        pack(alone("set/a", root), root / "tars", name="s")
    with pytest.raises(DataError, match="no picture to pack"):
        pack([], root / "tars", name="s")


def test_a_run_that_fails_leaves_nothing(root):
    def stop(file):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pack(alone("set", root), root / "tars", name="s", on_sample=stop)
    assert list((root / "tars").iterdir()) == []
    samples = alone("set", root)
    (root / "set" / "b" / "x.png").unlink()
    with pytest.raises(DataError, match=r"tar files cannot be written: .*x\.png"):
        pack(samples, root / "tars", name="s", shard_bytes=1)
    assert list((root / "tars").iterdir()) == []
    with pytest.raises(DataError, match="cannot be written"):
        pack(alone("set", root), root / "set" / "a" / "x.png", name="s")
