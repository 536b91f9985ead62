"""``nitido inspect``, ``degrade``, ``models`` and ``doctor``."""

import json
import os
import shutil

import numpy as np
import pytest
from PIL import Image

from nitido import __version__
from nitido.picture import read


@pytest.fixture
def photo(tmp_path, damaged):
    path = tmp_path / "photo.png"
    Image.fromarray(damaged(96, 120)).save(path, dpi=(300, 300))
    return path


def test_the_version(nitido):
    assert nitido("--version").out == f"nitido {__version__}\n"


# --- inspect


def test_inspect_says_what_a_picture_is_and_what_it_would_take(nitido, photo):
    ran = nitido("inspect", photo)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == str(photo)
    assert lines[1] == "  120 x 96, RGB, 8 bits, png"
    assert lines[2] == "  carries DPI (300.0, 300.0)" or "DPI" in lines[2]
    assert any("noise" in line and "denoise" in line for line in lines)
    assert any(line.startswith("  restore would denoise (") for line in lines)
    assert "1 tile of 96 x 120, about " in lines[-1]


def test_inspect_as_json(nitido, tmp_path, photo):
    (tmp_path / "text.png").write_text("no picture")
    ran = nitido("inspect", tmp_path, "--json")
    assert ran.code == 3
    facts, bad = (json.loads(line) for line in ran.out.splitlines())
    assert (facts["width"], facts["height"], facts["depth"]) == (120, 96, 8)
    assert (facts["schema"], bad["schema"]) == (2, 2)
    (noise,) = [f for f in facts["findings"] if f["name"] == "noise"]
    assert list(noise) == ["name", "value", "unit", "confidence", "reason"]
    assert 20 < noise["value"] < 30
    assert 0 <= noise["confidence"] <= 1
    [step] = facts["plan"]
    assert list(step) == ["task", "weights", "strength", "reason"]
    assert (step["task"], step["weights"], step["strength"]) == ("denoise", "denoise", 1)
    assert facts["cost"]["tiles"] == 1
    assert (bad["status"], bad["input"]) == ("failed", str(tmp_path / "text.png"))


def test_inspect_shows_names_that_would_move_the_cursor(nitido, tmp_path, photo):
    for name in ("new\nline.png", "esc\x1b[31m.png", os.fsdecode(b"\xff.png")):
        shutil.copy(photo, tmp_path / name)
    ran = nitido("inspect", tmp_path)
    assert ran.code == 0
    assert "\x1b" not in ran.out
    assert r"new\nline.png" in ran.out


@pytest.mark.parametrize("verb", [["inspect"], ["degrade", "--as=jpeg", "-o", "out"]])
def test_a_folder_without_pictures_is_wrong_usage(nitido, tmp_path, verb):
    ran = nitido(*verb, tmp_path)
    assert ran.code == 2
    assert "There is no picture in" in ran.err


def test_an_unknown_task_is_wrong_usage(nitido, photo):
    assert nitido("inspect", photo, "--task", "denois").code == 2


# --- degrade


def test_the_same_seed_gives_the_same_damage(nitido, tmp_path, photo):
    outs = []
    for seed, name in ((0, "a.png"), (0, "b.png"), (1, "c.png")):
        args = ("--as", "gaussian_noise", "--set", "sigma=25", "--seed", seed)
        assert nitido("degrade", photo, "-o", tmp_path / name, *args).code == 0
        outs.append(read(tmp_path / name).pixels)
    np.testing.assert_array_equal(outs[0], outs[1])
    assert (outs[0] != outs[2]).any()


def test_results_that_would_have_one_name_get_two(nitido, tmp_path, damaged):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for name in ("a.jpg", "a.png", "a.webp"):
        Image.fromarray(damaged()).save(folder / name)
    args = ("--as", "jpeg", "--set", "quality=30", "--overwrite")
    assert nitido("degrade", folder, "-o", out, *args).code == 0
    assert sorted(p.name for p in out.iterdir()) == ["a-2.png", "a-3.png", "a.png"]
    before = (folder / "a.png").read_bytes()
    ran = nitido("degrade", folder / "a.jpg", folder / "a.png", "-o", folder, *args)
    assert ran.code == 3
    assert "would replace another input" in ran.err
    assert (folder / "a.png").read_bytes() == before


def test_degrade_lists_its_damages(nitido):
    ran = nitido("degrade", "--list")
    assert ran.code == 0
    assert "gaussian_noise" in ran.out
    assert "jpeg" in ran.out


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["--as", "gausian_noise"], "try gaussian_noise"),
        (["--as", "gaussian_noise", "--set", "sigma"], "write key=value"),
        (["--as", "gaussian_noise", "--set", "sgma=3"], "unknown setting 'sgma'"),
        (["--as", "gaussian_noise", "--set", "sigma=abc"], "sigma is 'abc'"),
        (["--as", "gaussian_noise", "--set", "sigma=[1"], "no value in YAML"),
        ([], "degrade needs pictures"),
    ],
)
def test_wrong_damages_are_wrong_usage(nitido, tmp_path, photo, args, complaint):
    ran = nitido("degrade", photo, "-o", tmp_path / "out.png", *args)
    assert ran.code == 2
    assert complaint in ran.err
    assert not (tmp_path / "out.png").exists()


# --- models and doctor


def test_models_lists_what_there_is_and_shows_a_card(nitido):
    out = nitido("models", "list").out
    assert "task     denoise" in out
    assert "network  unet" in out
    assert "licence" in nitido("models", "show", "denoise").out
    card = json.loads(nitido("models", "show", "denoise", "--json").out)
    assert (card["name"], card["task"]) == ("denoise", "denoise")
    assert nitido("models", "show", "denois").code == 2


def test_models_lists_who_took_the_pictures(nitido):
    ran = nitido("models", "credits", "upscale_x2")
    assert ran.code == 0
    assert "075.jpg  Karelj, Public domain: github.com/" in ran.out
    said = [
        json.loads(line)
        for line in nitido("models", "credits", "upscale_x2", "--json").out.splitlines()
    ]
    assert len(said) == len(ran.out.splitlines()) == 194
    assert said[0]["author"] == "Victorhck"
    ran = nitido("models", "credits", "dejpeg")
    assert ran.code != 0
    assert "dejpeg has no list of credits; its data: BSDS500" in ran.err


@pytest.mark.parametrize(
    ("name", "weights", "macs"),
    [("dncnn", "556,097", "554,112"), ("dncnn_b_color", "669,379", "667,008")],
)
def test_models_shows_a_network(nitido, name, weights, macs):
    said = dict(line.split(maxsplit=1) for line in nitido("models", "show", name).out.splitlines())
    assert said["network"].startswith(f"{name}: a plain chain of convolutions")
    assert "Beyond a Gaussian Denoiser" in said["paper"]
    assert said["weights"] == weights
    assert said["multiply-adds"] == f"{macs} per LQ pixel"
    assert "dncnn_3" in said["variants"]
    assert said["recipes"] == "dncnn"


def test_models_shows_no_variant_that_there_is_not(nitido):
    ran = nitido("models", "show", "dncnn_z")
    assert ran.code == 2
    assert "try dncnn_" in ran.err


def test_doctor_restores_a_small_picture_as_a_proof(nitido):
    ran = nitido("doctor")
    assert ran.code == 0
    assert "openvino     works" in ran.out
    assert "megapixels per second" in ran.out


def test_an_unknown_recipe_is_wrong_usage(nitido):
    ran = nitido("train", "denois")
    assert ran.code == 2
    assert "try denoise" in ran.err
