"""Diagnosis: what was done to a picture is found, and what is sound is left alone."""

import json
import os
import warnings
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from nitido import catalog, degradations, picture, tasks, weights
from nitido.diagnosis import Diagnosis, jpeg_quality, judge, look
from nitido.diagnosis._dithering import estimate_dithering
from nitido.diagnosis._impulses import estimate_impulses
from nitido.jobs import SUFFIXES
from nitido.picture import ArraySource

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def scene(height, width, channels=3):
    """A clean picture with slopes, edges, fine texture in a quarter, and flat parts."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    gray = 0.45 + 0.25 * np.sin(x / 37) * np.cos(y / 53)
    gray += 0.2 * ((x // 61 + y // 47) % 2)
    gray += 0.15 * np.sin(0.9 * x + 0.4 * y) * ((x > width / 2) & (y > height / 2))
    gray = gray.clip(0.1, 0.9)
    return np.stack([gray * (1 - 0.1 * c) for c in range(channels)], axis=-1).astype(np.float32)


def damaged(name, seed=0, size=(300, 400), channels=3, **settings):
    damage = catalog.build(degradations, name, **settings)
    return damage(scene(*size, channels), np.random.default_rng(seed))


def diagnosed(pixels, header=None, depth=8) -> Diagnosis:
    return judge(look(ArraySource(np.asarray(pixels, np.float32), depth=depth)), header)


def tasks_of(diagnosis):
    return [step.task for step in diagnosis.plan().steps]


def blurred(pixels, times):
    for axis in (0, 1):
        for _ in range(times):
            pixels = (np.roll(pixels, 1, axis) + 2 * pixels + np.roll(pixels, -1, axis)) / 4
    return pixels


# --- noise


@pytest.mark.parametrize("sigma", [5, 10, 15, 25, 50])
@pytest.mark.parametrize("channels", [1, 3])
def test_white_noise_is_found_and_measured(sigma, channels):
    diagnosis = diagnosed(damaged("gaussian_noise", sigma=sigma, clip=1.0, channels=channels))
    assert tasks_of(diagnosis) == ["denoise"]
    assert diagnosis.level == pytest.approx(sigma, rel=0.2)
    assert diagnosis.value("noise") == pytest.approx(sigma, rel=0.2)


@pytest.mark.parametrize("offset", [(0, 0), (4, 4), (3, 5), (0, 6)])
def test_where_the_blocks_of_a_good_jpeg_begin_says_nothing_of_noise(offset):
    stored = damaged("jpeg", quality=92, size=(304, 304))
    top, left = offset
    part = stored[top : top + 288, left : left + 288]  # so that all windows meet the same blocks
    assert tasks_of(diagnosed(part)) == []


@pytest.mark.parametrize(("level", "coarseness"), [(3, 0), (6, 0), (10, 1), (15, 1), (15, 2)])
def test_noise_in_a_soft_picture_is_found_and_white_noise_told_from_spots(level, coarseness):
    rng = np.random.default_rng(1)
    noise = blurred(rng.standard_normal((400, 400, 3)).astype(np.float32), coarseness)
    soft = blurred(scene(400, 400), 4) + noise * (level / 255 / noise.std())
    diagnosis = diagnosed(picture.to_8bit(soft.clip(0, 1)))
    assert tasks_of(diagnosis) == ["denoise"]
    assert diagnosis.level == pytest.approx(level, rel=0.35)
    there, absent = ("grain", "noise") if coarseness else ("noise", "grain")
    assert diagnosis.value(there) == pytest.approx(level, rel=0.35)
    assert diagnosis.value(absent) is None


def test_a_level_is_measured_on_the_scale_of_the_picture_itself():
    lq = damaged("gaussian_noise", sigma=15)
    assert diagnosed(lq, depth=16).level == pytest.approx(15, rel=0.25)


@pytest.mark.parametrize(("depth", "found"), [(8, True), (16, True), (32, False)])
def test_darkness_is_judged_on_the_whole_scale(depth, found):
    for pixels, dark in ((scene(200, 200) / 16, True), (scene(200, 200), False)):
        assert (diagnosed(pixels, depth=depth).value("darkness") is not None) == (found and dark)


# --- sound pictures


@pytest.mark.parametrize("channels", [1, 3])
def test_a_clean_picture_asks_for_nothing(channels):
    diagnosis = diagnosed(picture.to_8bit(scene(512, 512, channels)))
    assert tasks_of(diagnosis) == []
    assert diagnosis.level == 0


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_a_constant_picture_asks_for_nothing(value):
    assert tasks_of(diagnosed(np.full((200, 200, 3), value))) == []


def lattice():
    y, x = np.mgrid[:240, :320]
    return np.where((x % 3 + y % 2) % 2, 0.3, 0.7)[..., None] * np.ones(3)


def railing():
    y, x = np.mgrid[:960, :1280] / 4
    bars = ((x + 0.05 * y) / 3 % 2 < 1).astype(float)
    return 0.3 + 0.4 * bars.reshape(240, 4, 320, 4).mean((1, 3))[..., None] * np.ones(3)


def page():
    return (scene(240, 320) > 0.5).astype(float)


@pytest.mark.parametrize("drawn", [lattice, railing, page])
def test_what_repeats_or_jumps_is_no_damage(drawn):
    assert tasks_of(diagnosed(picture.to_8bit(drawn()))) == []


# --- JPEG


@pytest.mark.parametrize("quality", [10, 30, 50])
def test_jpeg_is_found_in_the_pixels(quality):
    diagnosis = diagnosed(damaged("jpeg", quality=quality, shifted=1.0))
    assert tasks_of(diagnosis) == ["dejpeg"]
    assert diagnosis.value("jpeg") == pytest.approx(quality, abs=15)
    assert diagnosis.value("jpeg header") is None


def test_jpeg_is_found_below_a_second_one():
    lq = damaged("double_jpeg", first_quality=20, second_quality=92, shifted=0.0)
    diagnosis = diagnosed(lq, header=92)
    assert tasks_of(diagnosis) == ["dejpeg"]
    assert diagnosis.value("jpeg") < 45
    assert diagnosis.value("jpeg header") == 92


def test_what_a_header_says_is_certain():
    diagnosis = diagnosed(picture.to_8bit(scene(200, 200)), header=60)
    assert tasks_of(diagnosis) == ["dejpeg"]
    assert diagnosis.value("jpeg") <= 60
    assert tasks_of(diagnosed(picture.to_8bit(scene(200, 200)), header=95)) == []


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


# --- dots and lost values


@pytest.mark.parametrize("density", [0.02, 0.1, 0.3, 0.5])
@pytest.mark.parametrize("per_channel", [False, True])
def test_salt_and_pepper_is_found(density, per_channel):
    lq = damaged("salt_and_pepper", density=density, per_channel=per_channel)
    assert 0.2 * density < estimate_impulses(lq) < 1.1 * density
    assert tasks_of(diagnosed(lq)) == ["declutter"]


@pytest.mark.parametrize("sigma", [15, 50])
def test_noise_that_is_cut_off_is_no_impulses(sigma):
    for gt in (scene(200, 240), scene(200, 240).clip(0.05, 0.5) * 2 - 0.1):
        noise = np.random.default_rng(0).normal(0, sigma / 255, gt.shape)
        assert estimate_impulses(picture.to_8bit(gt + noise)) == 0


def test_stars_are_no_impulses():
    sky = np.full((200, 200, 1), 0.05, np.float32)
    sky[::9, ::9] = 1
    assert estimate_impulses(sky) == 0


@pytest.mark.parametrize("levels", [2, 3])
def test_dithering_is_found(levels):
    assert tasks_of(diagnosed(damaged("error_diffusion", levels=levels))) == ["descreen"]


def test_black_and_white_alone_is_not_dithered():
    text = page().astype(np.float32)
    assert 0 < estimate_dithering(text) < 0.25
    assert estimate_dithering(scene(64, 64)) == 0


def test_a_printed_screen_is_found_with_its_period():
    diagnosis = diagnosed(damaged("halftone", period=6.0))
    assert diagnosis.value("halftone") == pytest.approx(6, rel=0.25)
    assert "denoise" not in tasks_of(diagnosis)


# --- whatever comes


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 130), st.integers(1, 130), st.integers(1, 6), st.integers(0, 9))
def test_every_size_gives_finite_findings_and_the_input_stays(height, width, channels, seed):
    pixels = np.random.default_rng(seed).random((height, width, channels), dtype=np.float32)
    before = pixels.copy()
    diagnosis = diagnosed(pixels)
    assert (pixels == before).all()
    assert all(np.isfinite(finding.value) for finding in diagnosis.findings)
    assert all(0 <= finding.confidence <= 1 for finding in diagnosis.findings)
    assert set(tasks_of(diagnosis)) <= set(catalog.names(tasks))


def test_windows_lie_all_over_a_picture_and_areas_are_means():
    rows = np.arange(1000, dtype=np.float32)[:, None, None] / 1000
    seen = look(ArraySource(np.broadcast_to(rows, (1000, 700, 1))))
    tops = sorted({float(window[0, 0, 0]) for window in seen.windows})
    assert tops[0] == 0
    assert tops[-1] == pytest.approx(0.904)
    assert np.diff(tops).max() < 0.2
    assert seen.small.shape == (128, 128, 1)
    assert seen.small[0] == pytest.approx(np.full((128, 1), (1000 / 128 - 1) / 2000), abs=1e-3)
    assert seen.small.mean() == pytest.approx(0.4995, abs=1e-4)


def test_a_diagnosis_says_what_it_found_and_why():
    diagnosis = diagnosed(damaged("gaussian_noise", sigma=25, clip=1.0), header=95)
    noise = next(finding for finding in diagnosis.findings if finding.name == "noise")
    assert noise.unit == "sigma, 8-bit units"
    assert noise.confidence > 0.5
    assert noise.reason.startswith("white noise of about 2")
    (step,) = diagnosis.plan().steps
    assert step.reason == noise.reason
    assert json.loads(json.dumps(asdict(diagnosis)))["level"] == diagnosis.level


def test_the_estimator_is_small():
    assert weights.open_weights("estimator").file.stat().st_size <= 500_000


@pytest.mark.parametrize(
    ("name", "depth", "shape"),
    [
        ("cameraman.png", 8, (384, 384, 1)),
        ("cat.jpg", 8, (300, 451, 3)),
        ("coffee.png", 16, (200, 240, 3)),
        ("galaxies.jpg", 8, (256, 336, 3)),
        ("rocket.webp", 8, (256, 320, 3)),
    ],
)
def test_the_examples_are_what_their_readme_says(name, depth, shape):
    lq = picture.read(EXAMPLES / name)
    assert lq.depth == depth
    assert lq.pixels.shape == shape
    assert "denoise" in tasks_of(diagnosed(lq.pixels, jpeg_quality(EXAMPLES / name), depth))


def test_every_example_is_named_in_the_readme_and_all_are_small():
    files = [file for file in EXAMPLES.iterdir() if file.suffix in SUFFIXES]
    readme = (EXAMPLES / "README.md").read_text("utf-8")
    assert len(files) == 5
    assert all(f"| `{file.name}` |" in readme for file in files)
    assert sum(file.stat().st_size for file in files) < 1_500_000
