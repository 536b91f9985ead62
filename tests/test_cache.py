"""The cache: bounded, checked, and done without where it cannot be."""

import os

import pytest

from nitido.cache import cache_folder, recall, remember
from nitido.errors import SettingError


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("NITIDO_CACHE", str(tmp_path / "deep" / "cache"))
    monkeypatch.delenv("NITIDO_CACHE_MB", raising=False)
    return tmp_path / "deep" / "cache"


def age(name, seconds):
    file = cache_folder() / name
    now = file.stat().st_mtime
    os.utime(file, (now - seconds, now - seconds))


def test_what_was_kept_comes_back():
    assert recall("a.blob") is None
    remember("a.blob", b"what took long")
    assert recall("a.blob") == b"what took long"
    remember("a.blob", b"another")
    assert recall("a.blob") == b"another"


def test_every_flipped_bit_and_every_cut_is_found(folder):
    remember("a.blob", b"some content")
    sound = (folder / "a.blob").read_bytes()
    for place in range(len(sound)):
        damaged = bytearray(sound)
        damaged[place] ^= 1 << place % 8
        (folder / "a.blob").write_bytes(damaged)
        assert recall("a.blob") is None
        (folder / "a.blob").write_bytes(sound[:place])
        assert recall("a.blob") is None


def test_the_longest_unused_goes(folder, monkeypatch):
    monkeypatch.setenv("NITIDO_CACHE_MB", "0.003")
    (folder.parent).mkdir()
    for number, name in enumerate(("a.blob", "b.blob")):
        remember(name, bytes(1200))
        age(name, 100 - number)
    (folder / "rows.json").write_bytes(bytes(9000))  # of another kind
    assert recall("a.blob") is not None  # so it is b that was not used for longest
    remember("c.blob", bytes(1200))
    assert {file.name for file in folder.iterdir()} == {"a.blob", "c.blob", "rows.json"}
    remember("d.blob", bytes(4000))  # there is no room for it at all
    assert recall("d.blob") is None
    assert recall("c.blob") is not None


def test_nothing_is_kept_where_nothing_may_be(folder, monkeypatch):
    monkeypatch.setenv("NITIDO_CACHE_MB", "0")
    remember("a.blob", b"content")
    assert not folder.exists()


@pytest.mark.parametrize("said", ["much", "-1", "nan", "inf"])
def test_no_number_of_megabytes(said, monkeypatch):
    monkeypatch.setenv("NITIDO_CACHE_MB", said)
    with pytest.raises(SettingError, match="give a number of megabytes, or 0 to keep nothing"):
        remember("a.blob", b"content")


def test_a_folder_that_cannot_be_made_is_done_without(folder, caplog):
    folder.parent.write_text("a file where a folder should be")
    with caplog.at_level("DEBUG", logger="nitido.cache"):
        remember("a.blob", b"content")
    assert recall("a.blob") is None
    assert "a.blob is not kept" in caplog.text


def test_a_folder_that_cannot_be_written_holds_no_halves(folder, monkeypatch):
    from pathlib import Path

    def refuse(self, target):
        raise PermissionError(f"{target} may not be written")

    monkeypatch.setattr(Path, "replace", refuse)
    remember("a.blob", b"content")
    assert list(folder.iterdir()) == []
