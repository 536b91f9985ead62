"""``nitido restore --model classical:NAME``: methods without weights, and their settings."""

import json

import numpy as np
import pytest
from PIL import Image

from nitido import catalog, classical
from nitido.picture import read


@pytest.fixture
def photo(tmp_path, damaged):
    path = tmp_path / "photo.png"
    Image.fromarray(damaged()).save(path)
    return path


def test_a_method_restores_with_its_settings(nitido, photo, tmp_path):
    out = tmp_path / "out.png"
    ran = nitido(
        "restore", photo, "-o", out, "--model", "classical:median", "--set", "radius=2", "--json"
    )
    assert ran.code == 0
    said = json.loads(ran.out)
    [step] = said["steps"]
    assert (step["task"], step["weights"], step["engine"]) == (
        None,
        "classical:median",
        "classical",
    )
    assert (said["status"], step["settings"]) == ("ok", {"radius": 2})
    expected = catalog.build(classical, "median", radius=2)(read(photo).pixels)
    assert np.abs(read(out).pixels - expected).max() < 0.51 / 255


def test_an_enlargement_is_larger(nitido, photo, tmp_path):
    out = tmp_path / "out.png"
    ran = nitido("restore", photo, "-o", out, "--model", "classical:bicubic", "--set", "scale=3")
    assert ran.code == 0
    assert read(out).pixels.shape == (192, 192, 3)


def test_settings_may_be_structures(nitido, photo, tmp_path):
    ran = nitido(
        *("restore", photo, "-o", tmp_path / "out.png", "--model", "classical:richardson_lucy"),
        *("--set", "kernel={name: gaussian_blur, sigma: 1}", "--set", "steps=3"),
    )
    assert ran.code == 0


def test_a_mask_tells_what_is_missing(nitido, photo, tmp_path):
    mask = np.zeros((64, 64), np.uint8)
    mask[20:24, 30:40] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    out = tmp_path / "out.png"
    setting = f"mask={tmp_path / 'mask.png'}"
    ran = nitido("restore", photo, "-o", out, "--model", "classical:telea", "--set", setting)
    assert ran.code == 0
    changed = (read(out).pixels != read(photo).pixels).any(axis=2)
    assert changed[mask > 0].mean() > 0.9
    assert not changed[mask == 0].any()


def test_the_noise_level_of_the_command_is_a_setting(nitido, photo, tmp_path):
    common = ("restore", photo, "--model", "classical:wiener")
    assert nitido(*common, "-o", tmp_path / "a.png", "--sigma", "40").code == 0
    assert nitido(*common, "-o", tmp_path / "b.png", "--set", "sigma=40").code == 0
    assert nitido(*common, "-o", tmp_path / "c.png").code == 0
    first, second, third = (read(tmp_path / f"{name}.png").pixels for name in "abc")
    assert np.array_equal(first, second)
    assert not np.array_equal(first, third)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--model", "classical:medain"), "No classical 'medain'; try median"),
        (("--model", "classical:median", "--set", "raduis=2"), "unknown setting 'raduis'; it has"),
        (("--model", "classical:median", "--set", "radius=-1"), "radius is -1"),
        (("--model", "classical:median", "--set", "radius"), "write key=value"),
        (("--model", "classical:lime", "--sigma", "20"), "unknown setting 'sigma'"),
        (("--model", "classical:median", "--engine", "torch"), "has no engines"),
        (("--model", "classical:median", "--precision", "bf16"), "has no engines"),
        (("--model", "classical:median", "--strength", "2"), "strength is 2"),
        (("--model", "classical:wavelet", "--tile", "32"), "cannot go tile by tile"),
        (("--task", "denoise", "--set", "sigma=20"), "only a solver and --model classical:NAME"),
    ],
)
def test_wrong_usage_is_said_before_anything_is_done(args, said, nitido, photo):
    ran = nitido("restore", photo, *args)
    assert ran.code == 2
    assert said in ran.err
    assert [p.name for p in photo.parent.iterdir()] == ["photo.png"]


def test_models_list_names_every_method(nitido):
    ran = nitido("models", "list")
    assert ran.code == 0
    for name in catalog.names(classical):
        assert f"classical:{name} " in ran.out
    assert "radius" in ran.out
