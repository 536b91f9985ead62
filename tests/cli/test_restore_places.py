"""``nitido restore``: where results go, whatever files are called."""

import json
import os
import shutil

import numpy as np
from PIL import Image

from nitido.picture import read

LONG = "照" * 83 + "ab.png"  # 255 bytes


def test_the_result_goes_beside_the_input(nitido, photo, made):
    ran = nitido("restore", photo, "--task", "denoise")
    assert ran.code == 0
    assert made(photo.parent) == ["photo.png", "photo.restored.png"]
    assert ran.out == ""
    assert f"{photo} -> {photo.with_name('photo.restored.png')}" in ran.err
    lq, restored = (read(p).pixels for p in (photo, photo.with_name("photo.restored.png")))
    assert np.abs(np.diff(restored, axis=0)).mean() < 0.7 * np.abs(np.diff(lq, axis=0)).mean()


def test_an_existing_result_is_replaced_only_with_leave(nitido, photo):
    target = photo.with_name("photo.restored.png")
    target.write_bytes(b"mine")
    ran = nitido("restore", photo, "--task", "denoise")
    assert ran.code == 4
    assert "exists already" in ran.err
    assert target.read_bytes() == b"mine"
    assert nitido("restore", photo, "--task", "denoise", "--overwrite").code == 0
    assert read(target).width == 64


def test_an_input_is_replaced_only_with_leave(nitido, photo, made):
    before = photo.read_bytes()
    assert nitido("restore", photo, "-o", photo, "--task", "denoise").code == 4
    assert photo.read_bytes() == before
    assert nitido("restore", photo, "-o", photo, "--task", "denoise", "--overwrite").code == 0
    assert photo.read_bytes() != before
    assert made(photo.parent) == ["photo.png"]


def test_the_output_may_be_a_file_of_another_format(nitido, photo, opened):
    target = photo.with_name("new") / "deep" / "out.tif"
    assert nitido("restore", photo, "-o", target, "--task", "denoise").code == 0
    assert opened(target).format == "TIFF"


def test_a_tree_is_mirrored(nitido, tmp_path, damaged, made):
    tree, out = tmp_path / "tree", tmp_path / "out"
    (tree / "a" / "b").mkdir(parents=True)
    for place in ("one.png", "a/two.png", "a/b/three.bmp"):
        Image.fromarray(damaged(24, 24)).save(tree / place)
    assert nitido("restore", tree, "-o", out, "--recursive", "--task", "denoise").code == 0
    assert made(out) == ["a/b/three.bmp", "a/two.png", "one.png"]
    shutil.rmtree(out)
    assert nitido("restore", tree, "-o", out, "--task", "denoise").code == 0
    assert made(out) == ["one.png"]


def test_a_pattern_that_the_shell_left_alone(nitido, tmp_path, damaged, made):
    for name in ("a1.png", "a2.png", "b.png"):
        Image.fromarray(damaged(24, 24)).save(tmp_path / name)
    out = tmp_path / "out"
    assert nitido("restore", tmp_path / "a?.png", "-o", out, "--task", "denoise").code == 0
    assert made(out) == ["a1.png", "a2.png"]


HARD_NAMES = [
    "ñ 照片 e\u0301 😀.png",
    "new\nline.png",
    "-o.png",
    "q\"u'o`te$(x).png",
    "esc\x1b[31m.png",
    "\u202egnp.png",
    os.fsdecode(b"\xff\xfe.png"),
    LONG,
]


def test_hard_names(nitido, tmp_path, photo, made):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for name in HARD_NAMES:
        shutil.copy(photo, folder / name)
    ran = nitido("restore", folder, "-o", out, "--task", "denoise", "--json", "--compare")
    assert ran.code == 0, ran.err
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert sorted(line["input"] for line in lines) == sorted(str(folder / n) for n in HARD_NAMES)
    files = made(out)
    assert set(HARD_NAMES) < set(files)
    assert len(files) == 2 * len(HARD_NAMES)
    shown = nitido("restore", folder, "-o", tmp_path / "again", "--task", "denoise").err
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert len(shown.splitlines()) == len(HARD_NAMES) + 1


def test_a_name_that_begins_with_a_dash(nitido, tmp_path, photo, monkeypatch, made):
    monkeypatch.chdir(tmp_path)
    shutil.copy(photo, "-o.png")
    assert nitido("restore", "--task", "denoise", "--", "-o.png").code == 0
    assert "-o.restored.png" in made(tmp_path)
