"""Diagnosis: noise is measured where it was added, quality is read where it was written."""

import json
import os
import time
import warnings
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from nitido import catalog, degradations, picture, tasks
from nitido.diagnosis import (
    STEPS,
    diagnose,
    diagnose_file,
    estimate_dithering,
    estimate_grain,
    estimate_impulses,
    estimate_sigma,
    jpeg_quality,
)
from nitido.jobs import SUFFIXES

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def scene(height, width, channels=3):
    """A clean picture with slopes, edges, fine texture in a quarter, and flat parts."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    gray = 0.45 + 0.25 * np.sin(x / 37) * np.cos(y / 53)
    gray += 0.2 * ((x // 61 + y // 47) % 2)
    gray += 0.15 * np.sin(0.9 * x + 0.4 * y) * ((x > width / 2) & (y > height / 2))
    gray = gray.clip(0.1, 0.9)
    return np.stack([gray * (1 - 0.1 * c) for c in range(channels)], axis=-1).astype(np.float32)


def noisy(gt, sigma, seed=0):
    rng = np.random.default_rng(seed)
    lq = gt + np.float32(sigma / 255) * rng.standard_normal(gt.shape, dtype=np.float32)
    return (np.rint(lq.clip(0, 1) * 255) / 255).astype(np.float32)


@pytest.mark.parametrize("sigma", [5, 10, 15, 25, 50])
@pytest.mark.parametrize("channels", [1, 3])
def test_sigma_is_within_8_percent_on_8_bit_pictures(sigma, channels):
    estimate = estimate_sigma(noisy(scene(321, 481, channels), sigma))
    assert estimate == pytest.approx(sigma, rel=0.08)


@pytest.mark.parametrize("sigma", [5, 25])
def test_white_noise_has_the_same_grain_as_sigma(sigma):
    flat = np.full((400, 400, 3), 0.5, np.float32)
    assert estimate_grain(noisy(flat, sigma)) == pytest.approx(sigma, rel=0.08)


def test_smoothed_noise_shows_as_grain_and_hardly_as_sigma():
    lq = noisy(np.full((400, 400, 3), 0.5, np.float32), 12)
    for axis in (0, 1):  # the binomial filter, twice: what demosaicing does to noise
        for _ in range(2):
            lq = (lq + 2 * np.roll(lq, 1, axis) + np.roll(lq, 2, axis)) / 4
    assert estimate_sigma(lq) < 1.5
    assert estimate_grain(lq) > 3
    assert diagnose(lq).steps == ("denoise",)


def test_a_clean_picture_measures_little_and_asks_for_nothing():
    gt = noisy(scene(512, 512), 0)
    assert estimate_sigma(gt) < 1
    assert estimate_grain(gt) < 1
    assert diagnose(gt).steps == ()


def test_clipped_parts_do_not_lower_the_estimate():
    gt = scene(400, 400)
    gt[:250] = 0  # most of the picture is black, where noise is cut off
    assert estimate_sigma(noisy(gt, 25)) == pytest.approx(25, rel=0.1)


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_a_constant_picture_has_no_noise(value):
    flat = np.full((64, 64, 3), value, np.float32)
    assert estimate_sigma(flat) == pytest.approx(0, abs=1e-3)
    assert diagnose(flat).steps == ()


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 6), st.integers(0, 9))
def test_every_size_gives_a_finite_level_and_the_input_stays(height, width, channels, seed):
    pixels = np.random.default_rng(seed).random((height, width, channels), dtype=np.float32)
    before = pixels.copy()
    for estimate in (estimate_sigma, estimate_grain, estimate_impulses, estimate_dithering):
        level = estimate(pixels)
        assert np.isfinite(level)
        assert level >= 0
    assert (pixels == before).all()


def test_nan_and_infinity_are_left_out():
    lq = noisy(scene(300, 300), 20)
    lq[:40] = np.nan
    lq[40:60] = np.inf
    assert estimate_sigma(lq) == pytest.approx(20, rel=0.1)
    assert estimate_sigma(np.full((64, 64, 3), np.nan, np.float32)) == 0.0


def test_twelve_megapixels_cost_no_more_than_a_small_picture():
    small = noisy(scene(1000, 1000), 15)
    big = np.tile(small, (3, 4, 1))
    assert estimate_sigma(big) == pytest.approx(15, rel=0.08)
    took = []
    for pixels in (small, big):
        start = time.process_time()
        for _ in range(3):
            estimate_sigma(pixels)
        took.append(time.process_time() - start)
    assert took[1] < 4 * took[0] + 0.3


def test_many_bands_do_not_need_more_blocks():
    lq = noisy(scene(200, 200, 1), 10)
    assert estimate_sigma(np.repeat(lq, 40, axis=2)) == pytest.approx(10, rel=0.15)


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("quality", [1, *range(5, 100, 5), 99, 100])
def test_quality_is_what_the_file_was_saved_with(tmp_path, mode, quality):
    file = tmp_path / "photo.jpg"
    Image.new(mode, (16, 16), 90).save(file, quality=quality)
    assert jpeg_quality(file) == quality


def test_quality_needs_no_suffix_but_a_jpeg(tmp_path):
    image = Image.new("RGB", (16, 16))
    image.save(tmp_path / "photo", "JPEG", quality=42)
    image.save(tmp_path / "photo.jpg", "PNG")
    assert jpeg_quality(tmp_path / "photo") == 42
    assert jpeg_quality(tmp_path / "photo.jpg") is None


def test_foreign_tables_give_the_nearest_quality(tmp_path):
    Image.new("L", (16, 16)).save(tmp_path / "a.jpg", qtables=[[2] * 64])
    assert jpeg_quality(tmp_path / "a.jpg") in range(96, 101)


@pytest.mark.parametrize("content", [b"", b"x", b"\xff\xd8\xff", b"\xff\xd8\xff\xdb\x00\x04\x00"])
def test_damaged_files_have_no_quality(tmp_path, content):
    (tmp_path / "bad.jpg").write_bytes(content)
    assert jpeg_quality(tmp_path / "bad.jpg") is None


def test_what_is_no_file_has_no_quality_and_does_not_block(tmp_path):
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "broken.jpg").symlink_to(tmp_path / "nowhere.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    for file in (*tmp_path.iterdir(), tmp_path / "missing.jpg"):
        assert jpeg_quality(file) is None


def test_a_jpeg_that_claims_to_be_huge_is_only_looked_at(tmp_path):
    Image.new("L", (8, 8)).save(tmp_path / "a.jpg", quality=60)
    data = bytearray((tmp_path / "a.jpg").read_bytes())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = (13_000).to_bytes(2) * 2  # over Pillow's warning, under its limit
    (tmp_path / "a.jpg").write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert jpeg_quality(tmp_path / "a.jpg") == 60


def test_a_diagnosis_says_what_it_found_and_why(tmp_path):
    lq = noisy(scene(256, 256), 25)
    file = tmp_path / "lq.jpg"
    Image.fromarray((lq * 255).astype(np.uint8)).save(file, quality=80)
    diagnosis = diagnose(lq, file)
    assert diagnosis.steps == ("denoise",)
    assert [f.name for f in diagnosis.findings] == ["noise", "grain", "jpeg quality"]
    noise, _, quality = diagnosis.findings
    assert noise.value == pytest.approx(25, rel=0.1)
    assert noise.reason.startswith("fine noise of about 2")
    assert "denoise" in noise.reason
    assert quality.value == 80
    assert json.loads(json.dumps(asdict(diagnosis)))["steps"] == ["denoise"]


def test_jpeg_is_repaired_where_blocks_show(tmp_path):
    clean = scene(256, 256)

    def steps(quality, sigma):
        lq = noisy(clean, sigma) if sigma else clean
        Image.fromarray((lq.clip(0, 1) * 255).astype(np.uint8)).save(
            tmp_path / "lq.jpg", quality=quality
        )
        return diagnose_file(tmp_path / "lq.jpg").steps

    assert steps(30, 0) == steps(60, 0) == ("dejpeg",)
    assert steps(95, 0) == ()
    assert steps(60, 25) == ("denoise", "dejpeg")
    assert steps(80, 25) == ("denoise",)


def damaged(name, seed=0, **settings):
    damage = catalog.build(degradations, name, **settings)
    return damage(scene(200, 240), np.random.default_rng(seed))


@pytest.mark.parametrize("density", [0.02, 0.1, 0.3, 0.5, 0.7])
@pytest.mark.parametrize("per_channel", [False, True])
def test_salt_and_pepper_is_found(density, per_channel):
    lq = damaged("salt_and_pepper", density=density, per_channel=per_channel)
    assert 0.2 * density < estimate_impulses(lq) < 1.1 * density
    diagnosis = diagnose(lq)
    assert diagnosis.steps == ("declutter",)
    assert diagnosis.findings[0].name == "impulses"
    assert diagnosis.findings[0].reason.endswith("declutter")


@pytest.mark.parametrize("sigma", [15, 50])
def test_noise_that_is_cut_off_is_no_impulses(sigma):
    assert estimate_impulses(noisy(scene(200, 240), sigma)) == 0
    assert estimate_impulses(noisy(scene(200, 240).clip(0.05, 0.5) * 2 - 0.1, sigma)) == 0


def test_stars_are_no_impulses():
    sky = np.full((200, 200, 1), 0.05, np.float32)
    sky[::9, ::9] = 1
    assert estimate_impulses(sky) == 0


def test_dithering_is_found():
    lq = damaged("error_diffusion")
    assert estimate_dithering(lq) > 0.3
    diagnosis = diagnose(lq)
    assert diagnosis.steps == ("descreen",)
    assert diagnosis.findings[0].name == "dithering"


def test_black_and_white_alone_is_not_dithered():
    page = (scene(200, 240) > 0.5).astype(np.float32)
    assert 0 < estimate_dithering(page) < 0.25
    assert "descreen" not in diagnose(page).steps
    assert estimate_dithering(scene(64, 64)) == 0


def test_every_step_is_a_task():
    assert set(STEPS) <= set(catalog.names(tasks))


def test_without_a_file_there_is_no_quality():
    assert [f.name for f in diagnose(scene(64, 64)).findings] == ["noise", "grain"]


@pytest.mark.parametrize(
    ("name", "depth", "shape", "sigma"),
    [
        ("cameraman.png", 8, (384, 384, 1), 25),
        ("cat.jpg", 8, (300, 451, 3), None),
        ("coffee.png", 16, (200, 240, 3), None),
        ("galaxies.jpg", 8, (256, 336, 3), None),
        ("rocket.webp", 8, (256, 320, 3), 25),
    ],
)
def test_the_examples_are_what_their_readme_says(name, depth, shape, sigma):
    lq = picture.read(EXAMPLES / name)
    assert lq.depth == depth
    assert lq.pixels.shape == shape
    assert diagnose(lq.pixels, EXAMPLES / name).steps == ("denoise",)
    if sigma is not None:
        assert estimate_sigma(lq.pixels) == pytest.approx(sigma, rel=0.08)


def test_every_example_is_named_in_the_readme_and_all_are_small():
    files = [file for file in EXAMPLES.iterdir() if file.suffix in SUFFIXES]
    readme = (EXAMPLES / "README.md").read_text("utf-8")
    assert len(files) == 5
    assert all(f"| `{file.name}` |" in readme for file in files)
    assert sum(file.stat().st_size for file in files) < 1_500_000
