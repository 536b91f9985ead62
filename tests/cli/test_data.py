"""``nitido data``: list, verify, fetch and inspect."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from nitido.data import catalogue
from nitido.data.catalogue import Download, ImageSet


def spots(seed, height=120, width=150):
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (12, 15, 3), np.uint8))
    return coarse.resize((width, height), Image.Resampling.BICUBIC)


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A catalogue of four sets, two of which are here, and a folder that it does not know."""
    known = {
        "faces": ImageSet("faces", "Faces", "five", "eval", {".": 2}, "free"),
        "streets": ImageSet(
            "streets", "Streets", "of towns", "train", {"train": 3, "val": 9}, "research"
        ),
        "served": ImageSet(
            "served",
            "Served",
            "by its authors",
            "train",
            {".": 1},
            "free",
            downloads=(Download("http://127.0.0.1:1/a.zip"),),
        ),
        "away": ImageSet("away", "Away", "", "eval", {"lq": 1, "gt": 1}, "free", "https://a.org/"),
    }
    monkeypatch.setattr(catalogue, "sets", lambda: known)
    monkeypatch.setattr("nitido.cli._image_sets.sets", lambda: known)
    monkeypatch.setattr(catalogue, "find_set", known.__getitem__)
    monkeypatch.setattr("nitido.cli._image_sets.find_set", known.__getitem__)
    for seed, place in enumerate(
        ("eval/faces/a", "eval/faces/b", "train/streets/train/c", "train/streets/train/d")
    ):
        file = tmp_path / f"{place}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        spots(seed).save(file)
    spots(1).rotate(90, expand=True).save(tmp_path / "train/streets/train/e.jpg", quality=80)
    (tmp_path / "mine").mkdir()
    spots(7).save(tmp_path / "mine" / "f.png")
    monkeypatch.setenv("NITIDO_DATA", str(tmp_path))
    return tmp_path


def rows(ran):
    return [json.loads(line) for line in ran.out.splitlines()]


def test_list_says_what_is_here(nitido, root):
    ran = nitido("data", "list")
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[:3] for line in ran.out.splitlines()] == [
        ["faces", "here", "2"],
        ["streets", "here", "12"],
        ["served", "-", "1"],
        ["away", "-", "1"],
    ]
    facts = rows(nitido("data", "list", "--json", "faces"))[0]
    assert (facts["title"], facts["folders"], facts["count"]) == ("Faces", {".": 2}, 2)
    assert facts["here"] == str(root / "eval" / "faces")
    told = nitido("data", "list", "away").out
    assert "all 1 pairs" in told
    assert "https://a.org/" in told


def test_the_real_catalogue_is_listed(nitido, tmp_path):
    out = nitido("data", "list", "--data", tmp_path).out
    assert "bsds500" in out
    ran = nitido("data", "list", "set41")
    assert ran.code == 2
    assert "try set14" in ran.err


def test_verify_names_leaks_and_has_an_exit_code(nitido, root):
    ran = nitido("data", "verify", "streets", "faces", "--against", "all")
    assert ran.code == 3
    assert "faces: 2 pictures, sound" in ran.out
    assert "streets: 3 pictures, 1 problem\n" in ran.out
    (leak,) = [line for line in ran.out.splitlines() if line.startswith("  leak: ")]
    assert "e.jpg" in leak
    assert f"of {root / 'eval' / 'faces' / 'b.png'}" in leak
    assert "note, absent" in ran.out
    assert nitido("data", "verify", "streets").code == 0
    assert nitido("data", "verify", "streets", "--against", "faces").code == 4


def test_verify_without_names_takes_every_set_that_is_here(nitido, root):
    found = rows(nitido("data", "verify", "--json"))
    assert [one["set"] for one in found] == ["faces", "streets"]
    (root / "eval" / "faces" / "b.png").unlink()
    ran = nitido("data", "verify", "--json")
    assert ran.code == 3
    faces, streets = rows(ran)
    assert (faces["status"], streets["status"]) == ("unsound", "sound")
    assert faces["findings"][0]["kind"] == "missing"
    assert "1 of 2" in faces["findings"][0]["reason"]


def test_verify_takes_folders_and_parts(nitido, root):
    assert nitido("data", "verify", "mine").out == "mine: 1 pictures, sound\n"
    assert nitido("data", "verify", root / "mine").code == 0
    assert "absent" not in nitido("data", "verify", "streets/train").out
    ran = nitido("data", "verify", "mine+eval/faces")
    assert ran.code == 4, "only the last part of a name is joined"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("away", "Away is not under --data or $NITIDO_DATA: Away cannot be fetched by itself"),
        ("served", "nitido data fetch served gets it"),
        ("nothing", "No image set 'nothing'"),
    ],
)
def test_a_set_that_is_not_here_gets_a_sentence(nitido, root, name, words):
    ran = nitido("data", "verify", name, "faces")
    assert ran.code == 3
    assert words in ran.out
    assert "faces: 2 pictures, sound" in ran.out
    assert nitido("data", "verify", "faces", "--against", name).code == 2


def test_an_empty_root_is_wrong_usage(nitido, root, tmp_path):
    (tmp_path / "empty").mkdir()
    for args in (["verify"], ["verify", str(root / "mine"), "--against", "all"]):
        ran = nitido("data", *args, "--data", tmp_path / "empty")
        assert ran.code == 2
        assert "under --data or $NITIDO_DATA" in ran.err


def test_names_that_would_move_the_cursor(nitido, root):
    (root / "mine" / "esc\x1b[31m.png").write_bytes(b"no picture")
    ran = nitido("data", "verify", "mine")
    assert ran.code == 4
    assert "\x1b" not in ran.out
    assert "corrupt" in ran.out


def test_many_remarks_are_shortened_for_people(nitido, root):
    for index in range(9):
        spots(7).save(root / "mine" / f"g{index}.jpg", quality=60 + index)
    ran = nitido("data", "verify", "mine")
    assert ran.code == 0
    assert ran.out.count("note, alike: ") == 6
    assert "4 more; --json has all" in ran.out
    assert len(rows(nitido("data", "verify", "mine", "--json"))[0]["findings"]) == 9


def test_fetch_says_what_it_cannot_do(nitido, root, monkeypatch):
    ran = nitido("data", "fetch", "away")
    assert ran.code == 2
    assert "put it into a folder called away" in ran.err
    monkeypatch.setattr("nitido.data._transfer.time.sleep", lambda seconds: None)
    ran = nitido("data", "fetch", "served")
    assert ran.code == 2
    assert "Served: free. Cite:" in ran.err
    assert "4 attempts" in ran.err


def test_fetch_tells_what_came(nitido, root, monkeypatch):
    from nitido.data import fetching

    def transfer(url, target, **settings):
        settings["progress"](1, 1)
        target.parent.mkdir(parents=True)
        shutil.make_archive(target.with_suffix(""), "zip", root / "mine")
        return "ab" * 32

    monkeypatch.setattr(fetching, "transfer", transfer)
    ran = nitido("data", "fetch", "served")
    assert ran.code == 0
    assert ran.out == (
        f"{root / 'served'}: 1 pictures (SHA-256 {'ab' * 32}, no hash of it is published)\n"
    )
    (again,) = rows(nitido("data", "fetch", "served", "--json"))
    assert (again["set"], again["pictures"]) == ("served", 0)


def test_inspect_pairs(nitido, root):
    for side in ("lq", "gt"):
        shutil.copytree(root / "eval" / "faces", root / "away" / side)
    noise = np.random.default_rng(0).normal(0, 20, (120, 150, 3))
    noisy = np.asarray(spots(0)) + noise
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(root / "away" / "lq" / "a.png")
    ran = nitido("data", "inspect", "away", "mine")
    assert ran.code == 3
    assert "away: 4 pictures, 2 pairs at scale 1, 1 problem\n  sizes: 4 of 150 x 120" in ran.out
    assert "b.png: its pixels are those of the clean picture" in ran.out
    sides = ("--lq", root / "away/lq", "--gt", root / "away/gt")
    (found,) = rows(nitido("data", "inspect", *sides, "--json"))
    assert (found["pairs"], found["scale"], found["status"]) == (2, 1, "unsound")


def test_inspect_needs_one_of_two(nitido, root):
    for args in ([], ["--lq", "a"], ["mine", "--lq", "a", "--gt", "b"]):
        assert nitido("data", "inspect", *args).code == 2


def test_no_socket_is_opened_but_by_fetch(nitido, root, monkeypatch):
    import socket

    def refuse(*args, **kwargs):
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for args in (["list"], ["verify", "faces", "--against", "all"], ["inspect", "mine"]):
        assert nitido("data", *args).code == 0
    assert "the network was used" in nitido("data", "fetch", "served").err, "could not fail"


@pytest.fixture
def couples(root):
    """A list of two pairs whose names say nothing, one of them without damage."""
    noise = np.random.default_rng(0).normal(0, 20, (120, 150, 3))
    noisy = np.asarray(spots(0)) + noise
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(root / "mine" / "g.png")
    rows = ["lq,gt", "mine/g.png,eval/faces/a.png", "eval/faces/b.png,eval/faces/b.png"]
    (root / "couples.csv").write_text("\n".join(rows))
    return root / "couples.csv"


def test_inspect_a_list(nitido, root, couples):
    ran = nitido("data", "inspect", "couples.csv")
    assert ran.code == 4
    assert "couples.csv: 4 pictures, 2 pairs at scale 1, 1 problem\n" in ran.out
    assert "b.png: its pixels are those of the clean picture" in ran.out
    couples.write_text("gt\nmine/f.png\n")
    assert nitido("data", "inspect", couples).out.startswith(f"{couples}: 1 pictures, sound\n")
    couples.write_text("gt\nmine/f.png\nmine/none.png\n")
    ran = nitido("data", "inspect", couples)
    assert ran.code == 4
    assert f"{couples} has 1 problem:\n  line 3: no file 'mine/none.png'\n" in ran.out


def test_pack_says_what_a_recipe_needs(nitido, root):
    from nitido.data import pictures

    ran = nitido("data", "pack", "streets/train", "-o", root / "tars", "--shard-size", "0.04")
    assert ran.code == 0
    counted, recipe = ran.out.splitlines()
    assert counted.startswith(f"{root / 'tars'}: 3 pictures in ")
    source = recipe.removeprefix('for a recipe: data.source: "').removesuffix('"')
    folder = pictures("streets/train", root)
    assert [one.encoded().data for one in pictures(source)] == [one.read_bytes() for one in folder]
    ran = nitido("data", "pack", "streets/train", "-o", root / "tars")
    assert ran.code == 2
    assert "is there already" in ran.err


def test_packed_pairs_are_inspected_and_verified(nitido, root, monkeypatch, tmp_path):
    for side in ("lq", "gt"):
        shutil.copytree(root / "eval" / "faces", root / "away" / "some" / side)
    ran = nitido("data", "pack", "away", "-o", root / "tars")
    assert ran.code == 2
    assert "away has pairs in its splits; pack each of them: SET/SPLIT" in ran.err
    (facts,) = rows(nitido("data", "pack", "away/some", "-o", root / "tars", "--json"))
    source = f"shards:{root / 'tars'}/some-{{000000..000000}}.tar"
    assert facts == {"set": "away/some", "samples": 2, "pairs": True, "source": source}
    (found,) = rows(nitido("data", "inspect", source, "--json"))
    assert (found["pairs"], found["scale"]) == (2, 1)
    assert [remark["kind"] for remark in found["remarks"]] == ["same", "same"]
    assert nitido("data", "verify", source).code == 0
    ran = nitido("data", "verify", source, "--against", "faces")
    assert ran.code == 4
    assert f"leak: {root}/tars/some-000000.tar/a.gt.png: the same pixels as" in ran.out
