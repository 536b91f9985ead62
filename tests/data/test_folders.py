"""Image sets are found by name, and what is missing is named with the places looked at."""

import pytest

from nitido.data import locate, pairs, pictures, root
from nitido.errors import DataError
from nitido.picture import Picture, write


@pytest.fixture
def sets(tmp_path, photograph):
    """Folders on all shelves, with pictures in several formats and things that are none."""
    for place in (
        "top/a/one.png",
        "top/a/deep/two.jpg",
        "top/a/three.TIF",
        "top/b/four.bmp",
        "top/c+d/five.png",
        "train/shelved/six.png",
        "eval/scored/seven.png",
    ):
        file = tmp_path / place
        file.parent.mkdir(parents=True, exist_ok=True)
        write(Picture(photograph(6, 5)), file)
    (tmp_path / "top/a/notes.txt").write_text("no picture")
    (tmp_path / "top/a/folder.png").mkdir()
    (tmp_path / "empty").mkdir()
    return tmp_path


def stems(files):
    return [file.stem for file in files]


def test_the_root(tmp_path, monkeypatch):
    monkeypatch.delenv("NITIDO_DATA", raising=False)
    assert str(root()) == "data"
    monkeypatch.setenv("NITIDO_DATA", str(tmp_path))
    assert root() == tmp_path
    assert root(tmp_path / "asked") == tmp_path / "asked"


def test_locate_looks_on_every_shelf(sets, monkeypatch):
    assert locate("top", sets) == sets / "top"
    assert locate("top/b", sets) == sets / "top" / "b"
    assert locate("shelved", sets) == sets / "train" / "shelved"
    assert locate("scored", sets) == sets / "eval" / "scored"
    assert locate(str(sets / "empty")) == sets / "empty"
    monkeypatch.chdir(sets / "top")
    assert locate("b", sets / "nowhere").resolve() == sets / "top" / "b"
    monkeypatch.setenv("NITIDO_DATA", str(sets))
    assert locate("scored") == sets / "eval" / "scored"


def test_a_missing_set_names_the_places(sets):
    with pytest.raises(DataError, match="No image set 'tops'") as caught:
        locate("tops", sets)
    for place in (sets / "tops", sets / "train" / "tops", sets / "eval" / "tops"):
        assert str(place) in str(caught.value)
    assert "NITIDO_DATA" in str(caught.value)
    with pytest.raises(DataError, match="No image set"):
        locate(str(sets / "absent"))


def test_pictures_are_sorted_and_only_pictures(sets):
    found = pictures("top/a", sets)
    assert stems(found) == ["two", "one", "three"]  # by path
    assert all(file.is_file() for file in found)


def test_parts_are_joined(sets):
    assert stems(pictures("top/a+b", sets)) == ["two", "one", "three", "four"]
    assert stems(pictures("top/b+a", sets)) == ["four", "two", "one", "three"]
    assert stems(pictures("shelved+scored", sets)) == ["six", "seven"]
    assert stems(pictures(f"{sets}/top/a+b")) == ["two", "one", "three", "four"]
    assert stems(pictures(("top/b", "top/a"), sets)) == ["four", "two", "one", "three"]
    with pytest.raises(DataError, match="No image set 'top/absent'"):
        pictures("top/a+absent", sets)


def test_a_plus_further_up_is_a_plus(sets):
    write_to = sets / "c++" / "set"
    write_to.mkdir(parents=True)
    (sets / "top/b/four.bmp").rename(write_to / "four.bmp")
    assert stems(pictures(str(write_to))) == ["four"]
    assert stems(pictures("c++/set", sets)) == ["four"]


def test_no_source_at_all(sets):
    with pytest.raises(DataError, match="at least one"):
        pictures((), sets)


def test_stems_are_left_out(sets):
    assert stems(pictures("top/a", sets, exclude=("one", "absent"))) == ["two", "three"]
    with pytest.raises(DataError, match="'top/b' holds no picture"):
        pictures("top/b", sets, exclude=("four",))
    with pytest.raises(DataError, match=r"'empty' holds no picture .*\.png"):
        pictures("empty", sets)


@pytest.fixture
def pair(tmp_path):
    """Make a set of pairs from names like ``lq/a.png``; their content is never read."""

    def make(*names):
        for name in names:
            file = tmp_path / "set" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        return tmp_path

    return make


def test_pairs_are_found_by_stem(pair):
    data = pair("lq/b.jpg", "lq/a.png", "gt/a.png", "gt/b.png")
    assert [(lq.name, gt.name) for lq, gt in pairs("set", data)] == [
        ("a.png", "a.png"),
        ("b.jpg", "b.png"),
    ]
    assert all(lq.parent.name == "lq" and gt.parent.name == "gt" for lq, gt in pairs("set", data))
    assert [gt.stem for _, gt in pairs("set", data, exclude=("a",))] == ["b"]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("lq/a.png", "gt/a.png", "gt/b.png"), r"'b' has no partner; lq and gt"),
        (("lq/c.png", "lq/b.png", "gt/d.png"), r"'b' has no partner, nor have 2 others; lq"),
        (("lq/a.png",), "No image set 'set/gt'"),
        (("lq/a.png", "lq/a.jpg", "gt/a.png"), "share a name, so their partner is unclear"),
    ],
)
def test_pairs_that_are_none(pair, names, words):
    with pytest.raises(DataError, match=words):
        pairs("set", pair(*names))
