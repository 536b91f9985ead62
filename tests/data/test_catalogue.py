"""The catalogue of image sets: complete, consistent, and what the documentation shows."""

import re
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest

from nitido.cli.data import _table
from nitido.data.catalogue import ImageSet, content_hashes, find_set, sets
from nitido.errors import UnknownNameError

ROOT = Path(__file__).resolve().parents[2]
FIELD = (
    *("div2k", "bsds500", "voc2007", "set5", "set12", "set14", "bsd68", "cbsd68", "bsd100"),
    *("urban100", "kodak24", "mcmaster", "classic5", "live1", "sidd", "dnd", "lol", "fivek"),
    *("gopro", "pirm", "realsr", "rain100l", "rain100h", "snow100k", "polyu", "cc"),
)


def test_the_sets_of_the_field_are_there():
    assert set(FIELD) <= set(sets())
    assert list(sets()) == sorted(sets())
    with pytest.raises(UnknownNameError, match="No image set 'set41'; try set14"):
        find_set("set41")


@pytest.mark.parametrize("name", sets())
def test_an_entry_says_what_it_must(name):
    one = find_set(name)
    assert one.name == name
    assert re.fullmatch(r"[a-z0-9_]+", name)
    for said in (one.title, one.about, one.terms):
        assert said
        assert not said.endswith(".")
    assert one.use in ("train", "eval", "both")
    assert one.folders
    assert all(count is None or count > 0 for count in one.folders.values())
    assert not one.address or re.match(r"https?://[\w.-]+/", one.address)
    assert not one.part_of or one.part_of in sets()
    assert {*one.unverified} <= {field.name for field in fields(ImageSet)}
    sides = Counter(folder.rpartition("/")[2] for folder in one.folders)
    if one.paired:
        assert sides["lq"] == sides["gt"]
        for folder, count in one.folders.items():
            assert one.folders[re.sub("lq$", "gt", folder)] == count
    for download in one.downloads:
        assert re.match(r"https?://[\w.-]+/", download.url)
        assert download.to in one.folders
        assert download.sha256 is None or re.fullmatch("[0-9a-f]{64}", download.sha256)


def test_splits_and_counts():
    assert find_set("bsds500").splits == {"train": 200, "val": 100, "test": 200}
    assert find_set("set5").splits == {"all": 5}
    assert find_set("gopro").splits == {"train": 2103, "test": 1111}
    assert find_set("dnd").count == 1000
    assert find_set("cc").count == 15
    assert find_set("cc").paired
    assert not find_set("dnd").paired
    some = {"train": 4, "test": None}
    assert ImageSet("a", "A", "", "both", some, "").count is None


def test_downloads_of_a_pattern_are_written_out():
    urls = [download.url for download in find_set("kodak24").downloads]
    assert len(urls) == 24
    assert urls[0].endswith("/kodim01.png")
    assert urls[-1].endswith("/kodim24.png")


@pytest.mark.parametrize("name", [name for name in sets() if content_hashes(name)])
def test_the_hashes_are_of_as_many_pictures_as_the_set_has(name):
    one, places = find_set(name), Counter(content_hashes(name).values())
    assert all(re.fullmatch("[0-9a-f]{32}", digest) for digest in content_hashes(name))
    listed = Counter(str(Path(place).parent) for place in places)
    if name == "t91":
        listed["."] += 1  # the two of its pictures that are the same
    assert listed == {folder: one.folders[folder] for folder in listed}
    assert len(set(places.values())) == 1, "as many forms of each picture"


def test_sets_that_hold_each_other_say_so_by_their_hashes():
    """LIVE1 and Set14 share monarch, Set12 and Classic5 boats: measured, not remembered."""
    live1, set14 = content_hashes("live1"), content_hashes("set14")
    assert {live1[digest] for digest in live1.keys() & set14.keys()} == {"monarch.png"}
    set12, classic5 = content_hashes("set12"), content_hashes("classic5")
    assert {classic5[digest] for digest in set12.keys() & classic5.keys()} >= {"boats.png"}
    bsd100, cbsd68 = content_hashes("bsd100"), content_hashes("cbsd68")
    assert bsd100.keys() & cbsd68.keys()
    assert not content_hashes("bsds500").keys() & (bsd100.keys() | cbsd68.keys())


def test_the_table_in_the_documentation_is_the_catalogue():
    """After a change: nitido data list --markdown, between the two marks of docs/data.md."""
    page = (ROOT / "docs" / "data.md").read_text("utf-8")
    table = page.partition("<!-- catalogue -->\n")[2].partition("<!-- end -->")[0]
    assert table.strip() == _table(list(sets().values())).strip()
