"""Dim pictures, offsets, floats of any size and hot pixels come out as well as ordinary ones."""

from dataclasses import replace

import numpy as np
import pytest

from nitido import Picture, Restorer, write
from nitido.diagnosis import judge, look
from nitido.errors import SettingError
from nitido.networks import SIGMA as SIGMA_TOLD
from nitido.picture import ArraySource
from nitido.restorer import Classical
from nitido.tone import Tone

SIGMA = 12
ROWS = {
    "12 bits in 16": (4095, np.uint16, 0),
    "10 bits in 16": (1023, np.uint16, 0),
    "8 bits in 16": (255, np.uint16, 0),
    "offset": (4095, np.uint16, 32768),
    "float 0..1": (1, np.float32, 0),
    "float 0..0.01": (0.01, np.float32, 0),
    "float 0..1000": (1000, np.float32, 0),
    "Hounsfield": (2550, np.float32, -1280),
}


@pytest.fixture(scope="module")
def scene(smooth, noisy):
    """Make a clean and a noisy gray picture of which a good part of 0..1 is used."""
    clean = smooth(96, 128, 1)[..., 0]
    return clean, noisy(clean, SIGMA).clip(0, 1)


@pytest.fixture(scope="module")
def told():
    return Restorer("denoise", precision="fp32", sigma=SIGMA)


def stored(values, row):
    span, kind, offset = ROWS[row]
    values = values.astype(np.float64) * span + offset
    return (np.rint(values) if kind is np.uint16 else values).astype(kind)


def error(restored, clean, row, where=...):
    """Return the RMS in 1/255 of the part of the scale that the row uses."""
    span, _, offset = ROWS[row]
    return 255 * np.sqrt(
        np.mean(((restored.astype(np.float64) - offset) / span - clean)[where] ** 2)
    )


def box(lq):
    """Denoise by the mean of 3 x 3 values, the farther beyond 0..1 the worse."""
    wide = np.pad(lq.clip(0, 1), ((0, 0), (0, 0), (1, 1), (1, 1)), mode="edge")
    height, width = lq.shape[2:]
    return sum(wide[..., y : y + height, x : x + width] for y in range(3) for x in range(3)) / 9


@pytest.fixture(scope="module")
def full_range(scene, told):
    """Return the error in a picture of 16 bits that uses all of its scale."""
    clean, lq = scene
    restored = told(np.rint(lq * 65535).astype(np.uint16)) / 65535
    found = 255 * np.sqrt(np.mean((restored - clean) ** 2))
    assert found < 0.6 * 255 * np.sqrt(np.mean((lq - clean) ** 2))
    return found


@pytest.mark.parametrize("hot", [False, True])
@pytest.mark.parametrize("row", ROWS)
def test_every_scale_comes_out_as_well_as_the_full_one(row, hot, scene, told, full_range):
    clean, lq = scene
    picture, places = stored(lq, row), np.zeros(lq.shape, bool)
    if hot and row != "float 0..1":
        places = np.random.default_rng(5).random(lq.shape) < 0.0005
        picture[places] = 65535
    restored = told(picture)
    assert error(restored, clean, row, ~places) < 1.1 * full_range
    assert (restored[places] == 65535).all()


@pytest.mark.parametrize("row", ROWS)
def test_any_network_is_shown_0_to_1(row, scene, faked):
    clean, lq = scene
    shown = []
    restorer, _ = faked(lambda lq: (shown.append((lq.min(), lq.max())), box(lq))[1])
    error_here = error(restorer(stored(lq, row)), clean, row)
    whole = restorer(np.rint(lq * 65535).astype(np.uint16)) / 65535
    assert error_here < 1.25 * 255 * np.sqrt(np.mean((whole - clean) ** 2))
    assert np.min(shown) > -0.3
    assert np.max(shown) < 1.3


def test_the_whole_scale_is_what_is_shown_where_it_is_asked_for(scene, faked):
    shown = []
    picture = stored(scene[1], "10 bits in 16")
    for setting in ("full", "0,4092", "auto"):
        restorer, _ = faked(lambda lq: (shown.append(float(lq.max())), lq)[1], range=setting)
        assert (restorer(picture) == picture).all()
    assert shown[0] < 0.02
    assert shown[1] == pytest.approx(0.25, abs=0.01)
    assert shown[2] > 0.8


@pytest.mark.parametrize("setting", ["auto", "0,100"])
def test_pictures_of_8_bits_are_shown_whole(setting, faked):
    shown = []
    restorer, _ = faked(lambda lq: (shown.append(float(lq.max())), lq)[1], range=setting)
    restorer(np.full((32, 32), 51, np.uint8))
    assert shown == [pytest.approx(0.2)]


@pytest.mark.parametrize("setting", ["everything", "5,1"])
def test_a_range_that_is_none_is_refused(setting):
    for make in (Restorer, lambda range: Classical("median", range=range)):
        with pytest.raises(SettingError, match="range is"):
            make(range=setting)


@pytest.mark.parametrize("value", [10, -3, 1e6, 1e-6])
def test_a_flat_picture_of_floats_comes_back(value, told):
    picture = np.full((40, 50), value, np.float32)
    assert np.allclose(told(picture), picture, rtol=1e-4)


def test_a_lamp_comes_through_and_harms_nothing_around_it(scene, told):
    clean, lq = scene
    lit = lq.copy()
    lit[40:46, 50:56] += 30  # 36 pixels, less than a hundredth
    restored = told(lit)
    assert np.abs(restored[41:45, 51:55] - lit[41:45, 51:55]).max() < 0.5
    far = np.ones(clean.shape, bool)
    far[38:48, 48:58] = False
    after, before = ((out - clean)[far].std() for out in (restored, told(lq)))
    assert after < 1.1 * before


@pytest.mark.parametrize("row", ["12 bits in 16", "float 0..1000"])
def test_hot_pixels_at_the_borders_of_tiles_leave_no_seams(row, scene, told):
    picture = stored(scene[1], row)
    for place in (30, 31, 32, 33, 63, 64):
        picture[place, 3::9] = picture[5::9, place] = 60_000
    whole = told(picture)
    tiled = Restorer("denoise", precision="fp32", sigma=SIGMA, tile=32)(picture)
    assert np.abs(tiled.astype(float) - whole).max() < 0.5 / 255 * ROWS[row][0]


def test_strength_blends_in_the_picture_s_own_values(scene, told):
    picture = stored(scene[1], "float 0..1000")
    half = Restorer("denoise", precision="fp32", sigma=SIGMA, strength=0.5)(picture)
    assert np.allclose(half, (picture + told(picture)) / 2, atol=1e-3)


def test_an_enlargement_keeps_hot_pixels_and_the_range(scene):
    picture = stored(scene[0], "12 bits in 16")
    picture[50, 60] = 65535
    larger = Restorer("upscale_x2", precision="fp32")(picture)
    assert (larger[100:102, 120:122] == 65535).all()
    without = picture.copy()
    without[50, 60] = without[50, 59]
    assert np.abs(np.delete(larger, (100, 101), 0)[:90].astype(int)).max() < 4500


def test_methods_are_shown_the_range_as_well(scene):
    clean, lq = scene
    method = Classical("non_local_means", {"sigma": SIGMA})
    row = "10 bits in 16"
    whole = method(lq)
    assert error(method(stored(lq, row)), clean, row) < 1.1 * 255 * (whole - clean).std()


def test_photon_noise_is_made_white_and_the_level_told(faked):
    rng = np.random.default_rng(6)
    y, x = np.mgrid[:200, :300]
    light = 60 * (0.5 + 0.49 * np.sin(x / 60) * np.cos(y / 50)) ** 2
    picture = (100 + 20 * rng.poisson(light)).astype(np.uint16)
    restorer, engine = faked(box)
    restored = restorer(picture)
    (level,) = engine.told
    shown = []
    watched, _ = faked(lambda lq: (shown.append(lq), lq)[1])
    watched(picture)
    spread = np.diff(shown[0][0, 0, :200, :300], axis=1) / np.sqrt(2)
    for part in ((light > 3) & (light < 8), (light > 10) & (light < 20), light > 40):
        assert spread[part[:, 1:]].std() == pytest.approx(level, rel=0.2)
    assert restored.mean() == pytest.approx(picture.mean(), rel=0.01)
    untouched, engine = faked(box, sigma=10)  # told by somebody who means the picture as it is
    untouched(picture)
    assert engine.told == [pytest.approx(10 / 255)]


def test_the_report_says_what_was_shown(tmp_path, scene):
    source = tmp_path / "dim.tif"
    pixels = scene[1][..., None] * np.float32(4095 / 65535)
    write(Picture(pixels, depth=16), source)
    settings = {"precision": "fp32", "sigma": SIGMA}
    report = Restorer("denoise", **settings).file(source, tmp_path / "out.tif")
    assert any("of 0 to 65535" in note for note in report.notes)
    report = Restorer("denoise", **settings, range="full").file(source, tmp_path / "full.tif")
    assert report.notes == ()


def test_what_repairs_the_use_of_the_scale_sees_all_of_it(scene, faked):
    dark = stored(scene[0], "10 bits in 16")
    assert Classical("histogram_equalization")(dark).max() > 60_000
    shown = []
    for task in ("enhance", "brighter"):  # the second is no task of ours
        restorer, _ = faked(lambda lq: (shown.append(float(lq.max())), lq)[1], card={"task": task})
        restorer(dark)
    assert shown[0] < 0.02
    assert shown[1] > 0.8


@pytest.mark.parametrize("setting", ["auto", "full"])
def test_a_network_is_told_what_the_diagnosis_says(setting, faked):
    rng = np.random.default_rng(6)
    y, x = np.mgrid[:300, :400]
    light = 60 * (0.5 + 0.49 * np.sin(x / 60) * np.cos(y / 50)) ** 2
    picture = (100 + 20 * rng.poisson(light)).astype(np.float32)[..., None] / 65535
    seen = look(ArraySource(picture, depth=16))
    assert seen.tone.photon is not None
    if setting == "auto":
        assert judge(seen).level == seen.tone.level
    else:
        seen = replace(seen, tone=Tone())
    restorer, engine = faked(box, card={"inputs": (SIGMA_TOLD,)}, range=setting)
    restorer.picture(Picture(picture, depth=16))
    level = judge(seen).level
    assert engine.told == ([pytest.approx(level / 255)] if level else [])
