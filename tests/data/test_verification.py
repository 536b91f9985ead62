"""Verifying finds what is missing, changed, corrupt, double or leaking; inspecting, bad pairs."""

import shutil
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from nitido.data._content import content
from nitido.data.inspection import inspect_pairs, inspect_pictures
from nitido.data.verification import check_counts, gallery, verify
from nitido.errors import PictureError
from nitido.picture import Picture, write


def noise(seed, height=120, width=150):
    """Make soft spots, uint8 (H, W, 3)."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (12, 15, 3), np.uint8))
    return np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC))


@pytest.fixture
def folder(tmp_path):
    """A folder of four pictures."""
    home = tmp_path / "photos"
    home.mkdir()
    for seed in range(4):
        Image.fromarray(noise(seed)).save(home / f"{seed}.png")
    return home


def files(folder):
    return sorted(file for file in folder.rglob("*") if file.is_file())


def kinds(found):
    return Counter(finding.kind for finding in found.findings)


def published(folder):
    hashes = {content(file).digest: file.name for file in files(folder)}
    return {folder: hashes}


def test_a_whole_set_is_sound(folder):
    told = []
    found = verify(files(folder), published=published(folder), on_picture=told.append)
    assert (found.pictures, found.findings, found.sound) == (4, (), True)
    assert told == files(folder)


def test_a_corrupt_picture_is_named_with_its_reason(folder):
    hashes = published(folder)
    (folder / "1.png").write_bytes((folder / "1.png").read_bytes()[:500])
    (folder / "2.png").write_bytes(b"")
    found = verify(files(folder), published=hashes)
    assert not found.sound
    corrupt = [finding for finding in found.findings if finding.kind == "corrupt"]
    assert [finding.file for finding in corrupt] == [str(folder / n) for n in ("1.png", "2.png")]
    assert "damaged" in corrupt[0].reason


def test_the_published_pictures_are_known_by_their_pixels(folder):
    hashes = published(folder)
    (folder / "0.png").rename(folder / "renamed.png")
    Image.open(folder / "1.png").save(folder / "1.bmp")
    (folder / "1.png").unlink()
    assert verify(files(folder), published=hashes).sound

    Image.open(folder / "2.png").save(folder / "2.jpg", quality=95)
    (folder / "2.png").unlink()
    (folder / "3.png").unlink()
    found = verify(files(folder), published=hashes)
    changed, missing = found.findings
    assert (changed.kind, changed.file) == ("changed", str(folder / "2.jpg"))
    assert (missing.kind, missing.file) == ("missing", "3.png")


def test_a_published_folder_that_is_not_here_is_passed_over(folder):
    hashes = published(folder) | {folder / "val": {"0" * 32: "val/0.png"}}
    assert verify(files(folder), published=hashes).sound


def test_duplicates_have_the_same_pixels(folder):
    (folder / "sub").mkdir()
    Image.open(folder / "2.png").save(folder / "sub" / "other.tif")
    (found,) = verify(files(folder)).findings
    assert (found.kind, found.file) == ("duplicate", str(folder / "sub" / "other.tif"))
    assert found.other == str(folder / "2.png")


def test_pictures_of_one_folder_that_show_the_same_are_a_remark(folder):
    Image.fromarray(noise(0)[:, ::-1]).save(folder / "z.jpg", quality=80)
    found = verify(files(folder))
    (alike,) = found.findings
    assert (alike.kind, alike.file, alike.other) == (
        "alike",
        str(folder / "z.jpg"),
        str(folder / "0.png"),
    )
    assert "mirrored left to right" in alike.reason
    assert found.sound, "a burst or a film is no mistake"


def test_leaks_are_found_turned_saved_again_and_cropped(folder, tmp_path):
    train = tmp_path / "train"
    train.mkdir()
    shutil.copy(folder / "0.png", train / "same.png")
    Image.fromarray(np.rot90(noise(1))).save(train / "turned.png")
    Image.fromarray(noise(2)).save(train / "again.jpg", quality=50)
    Image.fromarray(noise(3)[10:110, 25:140]).save(train / "part.png")
    Image.fromarray(noise(9)).save(train / "innocent.png")
    found = verify(files(train), against=gallery(files(folder)))
    leaks = {finding.file: finding for finding in found.findings}
    assert kinds(found) == {"leak": 4}
    assert not found.sound
    for name, other, words in (
        ("again.jpg", "2.png", "a copy"),
        ("part.png", "3.png", "shares a part"),
        ("same.png", "0.png", "the same pixels"),
        ("turned.png", "1.png", "turned by 90 degrees to the left"),
    ):
        leak = leaks[str(train / name)]
        assert leak.other == str(folder / other)
        assert words in leak.reason


def test_a_set_does_not_leak_into_itself(folder):
    assert verify(files(folder), against=gallery(files(folder))).sound


def test_an_evaluation_picture_that_cannot_be_read_stops_the_search(folder):
    (folder / "1.png").write_bytes(b"no picture")
    with pytest.raises(PictureError):
        gallery(files(folder))


def test_counts(folder):
    (folder / "train").mkdir()
    shutil.copy(folder / "0.png", folder / "train")
    found = check_counts(
        folder, {".": 5, "train": 2, "val": 3, "unknown": None}, sorted(files(folder))
    )
    assert [(f.kind, f.problem) for f in found] == [
        ("missing", True),
        ("absent", False),
        ("absent", False),
    ]
    assert "1 of 2" in found[0].reason
    assert "3 pictures" in found[1].reason
    (many,) = check_counts(folder, {".": 3, "train": None}, files(folder))
    assert many.kind == "changed"
    assert "5 pictures; published are 3" in many.reason


# --- inspecting


@pytest.fixture
def pairs(tmp_path):
    """Three noisy pictures with their clean partners."""
    rng = np.random.default_rng(0)
    for side in ("lq", "gt"):
        (tmp_path / side).mkdir()
    for seed in range(3):
        clean = noise(seed)
        damaged = np.clip(clean + rng.normal(0, 20, clean.shape), 0, 255).astype(np.uint8)
        Image.fromarray(clean).save(tmp_path / "gt" / f"{seed}.png")
        Image.fromarray(damaged).save(tmp_path / "lq" / f"{seed}.png")
    return tmp_path


def inspected(pairs):
    return inspect_pairs(files(pairs / "lq"), files(pairs / "gt"))


def test_good_pairs(pairs):
    found = inspected(pairs)
    assert (found.pictures, found.pairs, found.scale, found.sound) == (6, 3, 1, True)
    assert found.sizes == {"150 x 120": 6}
    assert found.bands == {"RGB": 6}
    assert found.depths == {"8 bits": 6}
    assert found.formats == {"png": 6}


def test_pairs_of_super_resolution_have_a_scale(pairs):
    for file in files(pairs / "lq"):
        Image.open(file).resize((75, 60)).save(file)
    assert (inspected(pairs).scale, inspected(pairs).sound) == (2, True)
    Image.open(pairs / "lq" / "1.png").resize((50, 40)).save(pairs / "lq" / "1.png")
    (odd,) = inspected(pairs).remarks
    assert (odd.kind, odd.reason) == ("size", "its scale is 3; most pairs have 2")


def broken(lq, gt, how):
    if how == "lonely":
        (gt / "1.png").unlink()
    elif how == "twin":
        shutil.copy(lq / "1.png", lq / "1.PNG.tif")
        (lq / "1.PNG.tif").rename(lq / "1.tif")
    elif how == "size":
        Image.open(lq / "1.png").crop((0, 0, 149, 120)).save(lq / "1.png")
    elif how == "bands":
        Image.open(lq / "1.png").convert("L").save(lq / "1.png")
    elif how == "depth":
        deep = np.asarray(Image.open(lq / "1.png")) / np.float32(255)
        write(Picture(deep, depth=16), lq / "1.png", overwrite=True)
    elif how == "same":
        shutil.copy(gt / "1.png", lq / "1.png")
    elif how == "unlike":
        shutil.copy(lq / "2.png", lq / "1.png")
    elif how == "corrupt":
        (gt / "1.png").write_bytes(b"nothing")


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("lonely", "no clean partner"),
        ("twin", "the same name"),
        ("size", "149 x 120 against 150 x 120"),
        ("bands", "gray against RGB"),
        ("depth", "16 bits against 8"),
        ("same", "no damage"),
        ("unlike", "another scene"),
        ("corrupt", "1.png"),
    ],
)
def test_pairs_that_are_none(pairs, how, reason):
    broken(pairs / "lq", pairs / "gt", how)
    found = inspected(pairs)
    assert not found.sound
    (problem,) = [remark for remark in found.remarks if remark.problem]
    assert problem.kind == how
    assert "1." in problem.file
    assert reason in problem.reason + problem.file


def test_single_pictures(folder):
    Image.fromarray(noise(7)[..., 0]).save(folder / "gray.png")
    (folder / "torn.png").write_bytes(b"")
    found = inspect_pictures(files(folder))
    assert (found.pictures, found.pairs, found.scale) == (6, 0, None)
    assert found.bands == {"RGB": 4, "gray": 1}
    assert {remark.kind: remark.problem for remark in found.remarks} == {
        "corrupt": True,
        "mixed": False,
    }
