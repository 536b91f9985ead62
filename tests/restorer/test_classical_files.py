"""Classical methods over arrays and files: tiles, alpha, bands, metadata, checks."""

import numpy as np
import pytest

from nitido.errors import ResultError, SettingError, UnknownNameError
from nitido.picture import Picture, imresize, read, write
from nitido.restorer import Classical


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("gaussian", {"width": 1.5}),
        ("median", {"radius": 2}),
        ("bilateral", {"sigma": 20}),
        ("non_local_means", {"sigma": 20}),
        ("bicubic", {"scale": 3}),
        ("lanczos", {"scale": 2}),
    ],
)
def test_tiles_leave_no_trace(name, settings, photograph):
    lq = photograph(150, 170)
    whole = Classical(name, settings, tile=0)(lq)
    assert Classical(name, settings).method.reach is not None
    tiled = Classical(name, settings, tile=40)
    assert tiled.cuts(150, 170).count > 9
    assert np.abs(tiled(lq) - whole).max() < 0.1 / 255


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_the_type_and_the_alpha_stay(dtype, photograph):
    peak = 1 if dtype == np.float32 else np.iinfo(dtype).max
    picture = (photograph(20, 24, 4) * peak).astype(dtype)
    restored = Classical("median", {"radius": 1})(picture)
    assert restored.dtype == dtype
    assert restored.shape == picture.shape
    assert np.array_equal(restored[..., 3], picture[..., 3])
    assert not np.array_equal(restored[..., :3], picture[..., :3])


def test_bands_are_restored_one_by_one(photograph):
    lq = photograph(20, 24, 5)
    method = Classical("classical:gaussian", {"width": 1})
    assert np.array_equal(method(lq)[..., 3:4], method(lq[..., 3:4]))


@pytest.mark.parametrize("name", ["wavelet", "shifted_jpeg", "retinex"])
def test_gray_in_three_channels_stays_gray(name, photograph):
    lq = photograph(32, 40, 1).repeat(3, axis=2)
    settings = {"quality": 10} if name == "shifted_jpeg" else {}
    restored = Classical(name, settings)(lq)
    assert np.ptp(restored, axis=2).max() == 0
    assert not np.array_equal(restored, lq)


def test_a_file_keeps_what_it_carries(tmp_path, photograph):
    pixels, alpha = photograph(30, 34), photograph(30, 34, 1)[..., 0]
    write(Picture(pixels, alpha=alpha, depth=16), tmp_path / "in.png")
    done = []
    report = Classical("median", {"radius": 1}, tile=16).file(
        tmp_path / "in.png", tmp_path / "out.png", on_tile=lambda *count: done.append(count)
    )
    before, after = read(tmp_path / "in.png"), read(tmp_path / "out.png")
    assert after.depth == 16
    assert np.array_equal(after.alpha, before.alpha)
    assert np.abs(after.pixels - Classical("median", {"radius": 1})(before.pixels)).max() < 1e-4
    assert (report.weights, report.engine) == ("classical:median", "classical")
    assert done[-1] == (report.tiles, report.tiles) == (6, 6)
    assert report.notes == ()


def test_a_method_that_sees_everything_says_so(tmp_path, photograph):
    write(Picture(photograph(30, 34)), tmp_path / "in.png")
    report = Classical("wavelet").file(tmp_path / "in.png", tmp_path / "out.png")
    assert report.tiles == 1
    assert "whole picture, so all of it was in memory" in report.notes[0]
    with pytest.raises(SettingError, match="cannot go tile by tile"):
        Classical("wavelet", tile=32)


def test_strength_goes_part_of_the_way(photograph):
    lq = photograph(20, 24)
    full, half = (Classical("median", {"radius": 2}, strength=s)(lq) for s in (1, 0.5))
    assert np.allclose(half, (lq + full) / 2, atol=1e-6)


def test_an_enlargement_is_blended_with_the_bicubic_one_and_no_tile_shows(photograph):
    lq = photograph(60, 70)
    full, half, none = (Classical("nearest", strength=s, tile=16)(lq) for s in (1, 0.5, 0))
    np.testing.assert_allclose(none, imresize(lq, 2), atol=1e-6)
    np.testing.assert_allclose(half, (full + imresize(lq, 2)) / 2, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "settings", "more", "said"),
    [
        ("median", {"radius": -1}, {}, "classical median: radius is -1"),
        ("median", {}, {"strength": 1.5}, "strength is 1.5"),
        ("median", {}, {"tile": -1}, "tile is -1"),
    ],
)
def test_wrong_settings_are_refused(name, settings, more, said):
    with pytest.raises(SettingError, match=said):
        Classical(name, settings, **more)


def test_an_unknown_method_proposes_the_nearest():
    with pytest.raises(UnknownNameError, match="No classical 'medain'; try median"):
        Classical("classical:medain")


@pytest.mark.parametrize("name", ["bicubic", "nearest"])
def test_alpha_grows_with_the_picture(name, tmp_path, photograph):
    lq, alpha = photograph(40, 50), photograph(40, 50, 1)[..., 0]
    larger = Classical(name, tile=16).picture(Picture(lq, alpha=alpha, depth=16))
    assert larger.pixels.shape == (80, 100, 3)
    assert np.allclose(larger.alpha, imresize(alpha, 2).clip(0, 1), atol=1e-6)
    write(Picture(lq, alpha=alpha, depth=16), tmp_path / "in.png")
    Classical(name).file(tmp_path / "in.png", tmp_path / "out.png")
    assert np.allclose(read(tmp_path / "out.png").alpha, larger.alpha, atol=1e-4)
    joined = np.concatenate((lq, alpha[..., None]), axis=2)
    assert np.allclose(Classical(name)(joined)[..., 3], larger.alpha, atol=1e-6)


def test_a_result_that_is_flat_or_not_finite_is_refused(photograph):
    lq = photograph(20, 24)
    method = Classical("gamma", {"gamma": 1})
    with pytest.raises(ResultError, match="one flat value"):
        Classical("gamma", {"gamma": 100})(lq * np.float32(0.5))
    object.__setattr__(method, "method", _Broken())
    with pytest.raises(ResultError, match="not finite"):
        method(lq)


class _Broken:
    scale, reach = 1, 0

    def __call__(self, lq):
        return np.full_like(lq, np.nan)
