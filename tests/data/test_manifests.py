"""Pairs and pictures out of lists, and every problem of a list with its line."""

import json

import pytest

from nitido.data import listed, paired, pairs, pictures
from nitido.errors import DataError


@pytest.fixture
def root(tmp_path):
    """A root whose files lie in no layout; their content is never read."""
    for place in ("noisy/a1.png", "noisy/a2.png", "clean/A.tif", "lists/near.png", "far.png"):
        file = tmp_path / place
        file.parent.mkdir(exist_ok=True)
        file.touch()
    return tmp_path


@pytest.fixture
def make(root):
    """Write a list below the root and return its name."""

    def write(text, name="lists/all.csv"):
        (root / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return name

    return write


def as_json(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def places(root, files):
    return [tuple(str(one.relative_to(root)) for one in file) for file in files]


ROWS = [("noisy/a1.png", "clean/A.tif"), ("noisy/a2.png", "clean/A.tif")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("lists/all.csv", "lq,gt\nnoisy/a1.png,clean/A.tif\nnoisy/a2.png,clean/A.tif\n"),
        (
            "lists/all.csv",
            '\ufeffgt, lq\r\n"clean/A.tif", noisy/a1.png\r\n\r\nclean/A.tif,noisy/a2.png',
        ),
        ("lists/all.jsonl", as_json(*({"lq": lq, "gt": gt} for lq, gt in ROWS)) + "\n"),
    ],
)
def test_pairs_need_no_layout(root, make, name, text):
    make(text, name)
    assert listed(name)
    assert paired(name, root)
    assert places(root, pairs(name, root)) == ROWS
    assert places(root, [pictures(name, root)]) == [("clean/A.tif",)], "each picture once"
    assert places(root, pairs(name, root, exclude=("a1",))) == ROWS[1:]


@pytest.mark.parametrize("name", ["lists/all.csv", "lists/all.jsonl"])
def test_paths_are_relative_to_the_list_or_the_root_or_absolute(root, make, name):
    files = ["near.png", "far.png", str(root / "clean/A.tif")]
    make(
        "gt\n" + "\n".join(files) if name.endswith("csv") else as_json(*({"gt": f} for f in files)),
        name,
    )
    found = ["lists/near.png", "far.png", "clean/A.tif"]
    assert not paired(name, root)
    assert [str(file.relative_to(root)) for file in pictures(name, root)] == found
    joined = pictures((name, "noisy"), root)
    assert [file.name for file in joined[3:]] == ["a1.png", "a2.png"], "beside a folder"
    (root / "lists" / "far.png").touch()
    assert pictures(name, root)[1] == root / "lists" / "far.png", "the list's own folder is first"


def test_lists_are_found_like_sets(root, make, monkeypatch):
    (root / "train").mkdir()
    make("gt\nfar.png\n", "train/some.csv")
    assert pictures("some.csv", root) == (root / "far.png",)
    monkeypatch.setenv("NITIDO_DATA", str(root))
    assert pictures("some.csv") == (root / "far.png",)
    with pytest.raises(DataError, match=r"No list 'none\.csv'; looked at .*train/none\.csv"):
        pictures("none.csv", root)


def problems(asked, *args):
    with pytest.raises(DataError) as caught:
        asked(*args)
    _, *lines, _ = str(caught.value).splitlines()
    return [line.strip() for line in lines]


def test_problems_are_listed_with_their_lines(root, make):
    name = make(
        "lq,gt\nnoisy/a1.png,clean/A.tif\nnoisy/b.png,clean/B.tif\n"
        "\nnoisy/a1.png,clean/A.tif\n,clean/A.tif\na,b,c\n"
    )
    assert problems(pairs, name, root) == [
        "line 3: no file 'noisy/b.png'",
        "line 3: no file 'clean/B.tif'",
        "line 5: the same as line 2",
        "line 6: no lq",
        "line 7: 3 values for 2 columns",
    ]
    assert places(root, pairs(make("lq,gt\nx.png,far.png\n" + ",".join(ROWS[0])), root, ("x",)))
    many = make("gt\n" + "\n".join(f"{i}.png" for i in range(1200)))
    with pytest.raises(DataError) as caught:
        pictures(many, root)
    said = str(caught.value).splitlines()
    assert said[0] == f"{root / many} has 1,200 problems:"
    assert said[1:6] == [f"  line {i + 2}: no file '{i}.png'" for i in range(5)]
    assert said[6:] == ["  and 1,195 more", f"Paths are relative to {root / 'lists'} or {root}."]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "line 1: the columns have to be lq and gt, or gt alone; found nothing"),
        ("input,gt\na,b", "line 1: the columns have to be lq and gt, or gt alone; found input, gt"),
        ("gt,gt\na,b", "line 1: the columns have to be lq and gt, or gt alone; found gt, gt"),
        ("lq\na", "line 1: the columns have to be lq and gt, or gt alone; found lq"),
        ("lq,gt\n", "it has no row"),
        ("gt\nfar.png", "line 2: no lq"),
        ('lq,gt\n"far.png', "line 2: no CSV (unexpected end of data)"),
        ("lq,gt\nlists,far.png", "line 2: no file 'lists'"),
        ("lq,gt\nfar\0.png,far.png", None),
    ],
)
def test_lists_in_csv_that_are_none(root, make, text, found):
    said = problems(pairs, make(text), root)
    assert len(said) == 1
    assert found is None or said == [found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"gt": "far.png", "hq": "far.png"}', "line 1: unknown column 'hq'; there are lq and gt"),
        ('\n["far.png"]', "line 2: no object with lq and gt"),
        (
            '{"gt": "far.png"',
            "line 1: no JSON (Expecting ',' delimiter: line 2 column 1 (char 17))",
        ),
        ('{"gt": 7}', "line 1: gt is no path: 7"),
        ('{"gt": null}', "line 1: no gt"),
        ('{"lq": ["far.png"], "gt": "far.png"}', "line 1: lq is no path: ['far.png']"),
        ('{"gt": "far.png"}\n{"gt": "far.png"}', "line 2: the same as line 1"),
        ("[" * 100_000, None),
        ("\n", "it has no row"),
    ],
)
def test_lists_in_json_that_are_none(root, make, text, found):
    said = problems(pictures, make(text + "\n", "lists/all.jsonl"), root)
    assert len(said) == 1
    assert found is None or said == [found]


def test_nothing_left_and_no_text(root, make):
    name = make("gt\nfar.png\n")
    assert problems(pictures, name, root, ("far",)) == ["it has no row that data.exclude leaves"]
    for name in ("lists/all.csv", "lists/all.jsonl"):
        with pytest.raises(DataError, match="no text in UTF-8"):
            pictures(make(b"gt\n\xff\xfe\n", name), root)
