"""Pictures out of tar files are those of the folder, found by their place, whatever the order."""

import os
import pickle

import numpy as np
import pytest

from nitido.data import Patches, paired, pairs, pictures
from nitido.data.packing import pack
from nitido.degradations.gaussian_noise import GaussianNoise
from nitido.errors import DataError
from nitido.picture import Picture, read, write
from nitido.train._patches import patches_of

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture
def packed(image_sets, tmp_path):
    """The photographs of `image_sets` in tar files of two pictures each at most."""
    files = pictures("photos", image_sets)
    most = 2 * max(1024 + file.stat().st_size for file in files)
    made = pack([(file,) for file in files], tmp_path / "photos", name="p", shard_bytes=most)
    assert len(made) == 2
    return tmp_path


def names(files):
    return [file.name for file in files]


def content(member):
    return member.encoded().data.decode()


# --- samples


@pytest.mark.parametrize(
    "settings", [{}, {"gray": 0.5, "told": 0.5}, {"soft": 0.4, "shrunk": 0.4}, {"channels": 1}]
)
def test_training_from_shards_gives_the_patches_of_the_folder(image_sets, packed, settings):
    settings = {"patch": 16, "seed": 3, **settings}
    folder = Patches(pictures("photos", image_sets), GaussianNoise((5, 50)), **settings)
    shards = Patches(pictures("shards:photos/*.tar", packed), GaussianNoise((5, 50)), **settings)
    again = pickle.loads(pickle.dumps(shards))  # as a worker gets it
    again._room = 0
    for index in (7, 3, 0, 10**9, *range(12)):
        for ours, kept_nothing, theirs in zip(
            shards[index], again[index], folder[index], strict=True
        ):
            assert ours.tobytes() == theirs.tobytes() == kept_nothing.tobytes()
    assert shards._decoded
    assert not again._decoded


def test_pairs_from_shards_give_the_patches_of_the_folder(image_sets, packed, tmp_path, photograph):
    rng = np.random.default_rng(0)
    for index in range(5):
        gt = photograph(24, 30, seed=index)
        for side, pixels in (("gt", gt), ("lq", gt + rng.normal(0, 0.1, gt.shape))):
            file = tmp_path / "real" / side / f"n.{index}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            write(Picture(pixels.clip(0, 1).astype(np.float32)), file)
    made = pack(pairs("real", tmp_path), tmp_path / "tars", name="real", shard_bytes=9000)
    assert 1 < len(made) < 10
    source = f"shards:tars/real-{{000000..00000{len(made) - 1}}}.tar"
    assert paired(source, tmp_path)
    assert not paired("shards:photos/*.tar", tmp_path)
    settings = {"patch": 16, "paired": 0.7, "amplified": (0.5, 2)}
    files = pictures("photos", image_sets)
    folder = Patches(files, GaussianNoise(), pairs=pairs("real", tmp_path), **settings)
    shards = Patches(files, GaussianNoise(), pairs=pairs(source, tmp_path), **settings)
    for index in range(20):
        for ours, theirs in zip(shards[index], folder[index], strict=True):
            assert ours.tobytes() == theirs.tobytes()
    assert len(pairs(source, tmp_path, exclude=("n_3",))) == 4
    clean = pictures(source, tmp_path)
    assert names(clean) == [f"n_{index}.gt.png" for index in range(5)], "of pairs, the clean one"


def test_a_recipe_may_name_shards_and_a_list(image_sets, packed, make_recipe):
    recipe = make_recipe(data__source="photos")
    folder = patches_of(recipe, 3, image_sets)
    (packed / "list.csv").write_text(
        "\n".join(["gt", *map(str, pictures("photos", image_sets))]), "utf-8"
    )
    for source in (f"shards:{packed}/photos/p-{{000000..000001}}.tar", "list.csv"):
        other = patches_of(make_recipe(data__source=source), 3, packed)
        for index in range(8):
            for ours, theirs in zip(other[index], folder[index], strict=True):
                assert ours.tobytes() == theirs.tobytes()


def test_a_picture_of_a_shard_is_named_with_a_remedy(tar, tmp_path, photograph):
    write(Picture(photograph(9, 40)), tmp_path / "small.png")
    tar("a.tar", ("k.png", (tmp_path / "small.png").read_bytes()), ("broken.jpg", b"\xff\xd8\xff"))
    small, broken = ((file,) for file in pictures("shards:a.tar", tmp_path))
    for files, words in (
        (small, r"a\.tar/k\.png is 40 x 9, smaller than a patch of 16"),
        (broken, r"a\.tar/broken\.jpg.*data\.exclude"),
    ):
        with pytest.raises(DataError, match=words):
            Patches(files, GaussianNoise(), patch=16)[0]


def test_a_member_is_read_like_a_file(image_sets, packed):
    for member, file in zip(
        pictures("shards:photos/*.tar", packed), pictures("photos", image_sets), strict=True
    ):
        assert member.encoded().data == file.read_bytes()
        assert np.array_equal(read(member.encoded()).pixels, read(file).pixels)
        assert (member.suffix, member.stem) == (file.suffix, file.stem)


# --- layout


def test_samples_are_what_shares_a_key(tar, tmp_path):
    tar(
        "a.tar",
        "1.jpg",
        "1.json",
        "sub.d/2.PNG",
        "sub.d/2.cls",
        "._1.png",
        "read.me",
        "3.mask.png",
        "3.webp",
    )
    tar("b.tar", "x.lq.png", "y.gt.png", "y.lq.jpg", "x.gt.png", "1.png")  # not side by side
    found = pictures("shards:?.tar", tmp_path)
    assert names(found) == ["1.jpg", "sub.d/2.PNG", "3.webp", "x.gt.png", "y.gt.png", "1.png"]
    assert [content(member) for member in found] == names(found)
    assert [member.stem for member in found] == ["1", "2", "3", "x", "y", "1"]
    assert names(pictures("shards:?.tar", tmp_path, exclude=("1", "x", "2"))) == [
        "3.webp",
        "y.gt.png",
    ]
    with pytest.raises(DataError, match=r"b\.tar: the key '1' has 0 damaged and 0 clean .*1\.png"):
        pairs("shards:b.tar", tmp_path)
    found = pairs("shards:b.tar", tmp_path, exclude=("1",))
    assert [names(pair) for pair in found] == [["x.lq.png", "x.gt.png"], ["y.lq.jpg", "y.gt.png"]]


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (["a.png", "a.jpg"], r"the key 'a' has 2 pictures \(a\.png, a\.jpg\)"),
        (["a.png", "a.png"], r"the key 'a' has 2 pictures \(a\.png, a\.png\)"),
        (["DSC.01.png", "DSC.02.png"], r"'DSC' has no pictures \(DSC\.01\.png.*a key has no dot"),
        (["a.lq.png"], r"'a' has no pictures"),
        (["a.txt"], "holds no picture"),
        ([], "holds no picture"),
    ],
)
def test_samples_that_are_unclear(tar, tmp_path, members, words):
    tar("a.tar", *members)
    with pytest.raises(DataError, match=f"(?s){words}"):
        pictures("shards:a.tar", tmp_path)


def test_names_of_strangers_begin_no_line(tar, tmp_path):
    tar("a.tar", "a\nhint: \x1b[31m.lq.png")
    with pytest.raises(
        DataError, match=r"the key 'a\\nhint: \\x1b\[31m' has no pictures"
    ) as caught:
        pictures("shards:a.tar", tmp_path)
    assert len(str(caught.value).splitlines()) == 3


def test_only_the_first_unclear_samples_are_listed(tar, tmp_path):
    tar("a.tar", *(f"{index:02}.lq.png" for index in range(30)))
    with pytest.raises(DataError) as caught:
        pairs("shards:a.tar", tmp_path)
    said = str(caught.value).splitlines()
    assert len(said) == 8
    assert "'04' has 1 damaged and 0 clean" in said[5]
    assert said[6] == "  and 25 more"


# --- names of tar files


def test_patterns(tar, tmp_path, monkeypatch):
    for place in ("train/set/s-08.tar", "train/set/s-09.tar", "train/set/s-10.tar", "other.tar"):
        tar(place, f"{place[-6:-4]}.png")

    def found(pattern, data=tmp_path):
        return [member.stem for member in pictures(f"shards:{pattern}", data)]

    assert found("set/s-*.tar") == ["08", "09", "10"]
    assert found("**/s-1?.tar") == ["10"]
    assert found("set/s-{08..10}.tar") == ["08", "09", "10"]
    assert found("set/s-{09..10}.tar") == ["09", "10"]
    assert found(f"{tmp_path}/train/set/s-{{08..09}}.tar", None) == ["08", "09"]
    assert found(f"{tmp_path}/train/set/s-*.tar", None) == ["08", "09", "10"]
    assert found("set/s-{0..0}{8..9}.tar") == ["08", "09"]
    assert found("other.tar") == ["er"]
    monkeypatch.chdir(tmp_path / "train")
    assert found("set/s-10.tar", tmp_path / "nowhere") == ["10"]
    both = pictures(("shards:other.tar", "shards:set/s-08.tar"), tmp_path)
    assert [member.stem for member in both] == ["er", "08"]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("none-*.tar", r"No tar file 'none-\*\.tar'; looked in .*train"),
        ("s-{0..9}.tar", r"(?s)names 10 tar files:.*no s-1\.tar.*and 4 more"),
        ("s-{9..1}.tar", r"\{9\.\.1\} has to rise"),
        ("s-{0..999999999}.tar", "at most 100,000 files"),
        ("s-{0..999}{0..999}.tar", "at most 100,000 files"),
        ("s-{a,b}.tar", r"braces hold a range of numbers, \{0000\.\.0012\}"),
        ("**s.tar", "is no pattern|No tar file"),
        ("", "shards: names no tar file"),
        ("/", "shards:/ names no tar file"),
        ("folder.tar", "folder.tar is no regular file"),
    ],
)
def test_patterns_that_find_nothing(tar, tmp_path, pattern, words):
    tar("s-0.tar", "a.png")
    (tmp_path / "folder.tar").mkdir()
    with pytest.raises(DataError, match=words):
        pictures(f"shards:{pattern}", tmp_path)


def test_a_pipe_is_no_shard_and_nobody_waits(tmp_path):
    os.mkfifo(tmp_path / "a.tar")
    with pytest.raises(DataError, match="no regular file"):
        pictures("shards:a.tar", tmp_path)
