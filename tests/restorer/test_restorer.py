"""The Restorer on arrays: types, shapes, gray, tiles, other networks and settings."""

import numpy as np
import pytest

from nitido import Restorer
from nitido.errors import SettingError, UnknownNameError
from nitido.picture import Metadata, Picture, imresize, read, write

RNG = np.random.default_rng(0)


def stored(picture, kind):
    peak = np.iinfo(kind).max
    return np.floor(np.clip(picture, 0, 1) * peak + 0.5).astype(kind)


# --- what goes in comes out


def test_noise_goes_and_clean_pictures_stay(smooth, noisy, psnr):
    blind = Restorer("denoise", precision="fp32")
    clean = smooth(128, 128)
    lq = stored(noisy(clean), np.uint8)
    assert psnr(blind(lq) / 255, clean) > psnr(lq / 255, clean) + 3
    assert psnr(blind(clean), clean) > 34


@pytest.mark.parametrize("kind", ["uint8", "uint16", "float32", "float64", ">u2"])
@pytest.mark.parametrize("shape", [(40, 56), (40, 56, 1), (40, 56, 3), (40, 56, 4), (40, 56, 2)])
def test_types_and_shapes_are_kept_and_alpha_is_untouched(restorer, kind, shape, smooth, noisy):
    kind = np.dtype(kind)
    lq = noisy(np.resize(smooth(40, 56), shape).astype(np.float32))
    lq = lq.astype(kind) if kind.kind == "f" else stored(lq, kind)
    before = lq.copy()
    restored = restorer(lq)
    assert restored.shape == lq.shape
    assert restored.dtype == lq.dtype
    np.testing.assert_array_equal(lq, before)
    if shape[2:] in [(2,), (4,)]:
        np.testing.assert_array_equal(restored[..., -1], lq[..., -1])
        restored, lq = restored[..., :-1], lq[..., :-1]
    assert (restored != lq).any()


def test_all_types_mean_the_same(restorer, smooth, noisy):
    lq = stored(noisy(smooth()), np.uint8)
    from_float = restorer(lq / np.float32(255))
    from_eight = restorer(lq)
    from_sixteen = restorer(lq * np.uint16(257))
    assert np.abs(from_float - from_eight / 255).max() <= 0.51 / 255
    assert np.abs(from_float - from_sixteen / 65535).max() <= 0.51 / 255
    assert len(np.unique(from_sixteen)) > 4 * 256


def test_every_band_is_restored_as_if_it_were_alone(restorer, smooth, noisy):
    bands = [noisy(smooth(40, 48, 1) * level, seed=i) for i, level in enumerate((1, 0.3, 0.7, 1))]
    lq = np.concatenate([*bands, smooth(40, 48, 1)[::-1]], axis=2)
    restored = restorer(lq)
    assert restored.shape == (40, 48, 5)
    for band in range(5):
        np.testing.assert_allclose(restored[..., band], restorer(lq[..., band]), atol=1e-5)


@pytest.mark.parametrize(
    "size", [(1, 1), (1, 37), (37, 1), (2, 3), (7, 9), (63, 65), (8, 8), (1, 300)]
)
def test_any_size(restorer, size):
    lq = RNG.integers(0, 256, (*size, 3), dtype=np.uint8)
    assert restorer(lq).shape == (*size, 3)


def test_a_view_of_an_array_is_as_good_as_the_array(restorer, smooth, noisy):
    lq = stored(noisy(smooth()), np.uint8)
    np.testing.assert_array_equal(restorer(lq[::-1, ::2]), restorer(lq[::-1, ::2].copy()))


def test_a_picture_keeps_what_it_carries(restorer, smooth, noisy):
    alpha = RNG.random((40, 48), dtype=np.float32)
    lq = Picture(noisy(smooth(40, 48)), alpha, 16, Metadata(dpi=(300.0, 300.0)), "tiff", ("a",))
    restored = restorer.picture(lq)
    np.testing.assert_array_equal(restored.alpha, alpha)
    assert (restored.depth, restored.metadata, restored.format) == (16, lq.metadata, "tiff")
    np.testing.assert_array_equal(restored.pixels, restorer(lq.pixels))


# --- gray stays gray


def test_a_gray_picture_in_rgb_stays_gray_and_equals_the_gray_one(restorer, smooth, noisy):
    gray = stored(noisy(smooth(channels=1)), np.uint8)
    rgb = restorer(np.repeat(gray, 3, axis=2))
    assert (rgb == rgb[..., :1]).all()
    np.testing.assert_array_equal(rgb[..., :1], restorer(gray))


def colored(lq):
    """A network that gives everything a tint."""
    return lq + np.array([0.1, 0.0, -0.1], np.float32)[None, :, None, None]


@pytest.mark.parametrize("tile", [0, 16, 48])
def test_gray_places_of_a_color_picture_stay_gray_whatever_the_tiles(tile, smooth, faked):
    restorer, _ = faked(colored, tile=tile, card={"overlap": 8})
    lq = np.repeat(smooth(100, 120, 1), 3, axis=2)
    lq[30:50, 70:90, 0] += 0.01
    lq[90, 10, 2] = 0
    restored = restorer(lq)
    near = np.zeros((100, 120), bool)
    near[22:58, 62:98] = near[82:99, 2:19] = True  # up to 8 pixels from a color
    assert (restored[~near] == restored[~near][:, :1]).all()
    np.testing.assert_allclose(restored[near], lq[near] + np.float32([0.1, 0, -0.1]), atol=1e-6)


def test_single_gray_pixels_of_a_color_picture_keep_their_color(smooth, faked):
    restorer, _ = faked(colored)
    lq = smooth(64, 64)
    lq[::9, ::9] = lq[::9, ::9, :1]
    np.testing.assert_allclose(restorer(lq), lq + np.float32([0.1, 0, -0.1]), atol=1e-6)


# --- tiles leave no trace


@pytest.fixture(scope="module")
def hard(smooth, noisy):
    lq = noisy(smooth(168, 200), sigma=40)
    lq[:70, :90] = lq[:70, :90, :1]  # one corner is gray
    return lq


@pytest.fixture(scope="module")
def whole(hard):
    return Restorer(precision="fp32", sigma=40, tile=0)(hard)


@pytest.mark.parametrize("tile", [16, 24, 48, 100, 128, 256])
def test_tiles_leave_no_trace(hard, whole, tile):
    restorer = Restorer(precision="fp32", sigma=40, tile=tile)
    card = restorer.weights.card
    reach = -(-tile // card.multiple_of) * card.multiple_of + 2 * card.overlap
    assert (restorer.cuts(168, 200).count > 1) == (reach < 200)
    assert np.abs(restorer(hard) - whole).max() <= 1 / 255


# --- what is no picture, and what is no setting


@pytest.mark.parametrize(
    ("picture", "complaint"),
    [
        (np.zeros((4, 4), np.int64), "int64"),
        (np.zeros((4, 4), bool), "bool"),
        (np.zeros((4, 4), np.complex64), "complex64"),
        ([[1, 2], [3, 4]], "list"),
        (None, "NoneType"),
        (np.zeros((0, 4), np.uint8), r"\(0, 4\)"),
        (np.zeros((4, 4, 0), np.uint8), r"\(4, 4, 0\)"),
        (np.zeros((2, 4, 4, 3), np.uint8), r"\(2, 4, 4, 3\)"),
        (np.zeros(4, np.uint8), r"\(4,\)"),
        (np.zeros((3, 40, 50), np.uint8), r"channels first. Turn it by array.transpose\(1, 2, 0\)"),
        (np.zeros((1, 40, 50), np.float32), "channels first"),
        (np.full((4, 4), np.nan, np.float32), "not finite"),
        (np.full((4, 4), np.inf), "not finite"),
        (np.full((4, 4), 1e300), "not finite"),
    ],
)
def test_what_is_no_picture_is_refused(restorer, picture, complaint):
    with pytest.raises(SettingError, match=complaint):
        restorer(picture)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"strength": -0.1}, "strength is -0.1"),
        ({"strength": 2.1}, "strength is 2.1"),
        ({"strength": float("nan")}, "strength is nan"),
        ({"sigma": -1}, "sigma is -1"),
        ({"sigma": 256}, "sigma is 256"),
        ({"sigma": float("nan")}, "sigma is nan"),
        ({"tile": -8}, "tile is -8"),
        ({"engine": "openvno"}, "try openvino"),
        ({"weights": "denois"}, "try denoise"),
        ({"precision": "fp16"}, "precision is 'fp16'"),
    ],
)
def test_wrong_settings_are_refused(settings, complaint):
    with pytest.raises((SettingError, UnknownNameError), match=complaint):
        Restorer(**settings)


# --- networks that look at the whole picture, and networks that enlarge


def test_tiles_of_a_network_without_a_radius_are_blended_and_it_is_said(tmp_path, smooth, faked):
    restorer, _ = faked(np.copy, tile=32, card={"radius": None, "overlap": 16})
    write(Picture(smooth(), depth=16), tmp_path / "a.png")
    report = restorer.file(tmp_path / "a.png", tmp_path / "b.png")
    assert report.tiles > 1
    assert report.notes == ("this network looks at the whole picture, so tiles were blended",)
    np.testing.assert_array_equal(read(tmp_path / "b.png").pixels, read(tmp_path / "a.png").pixels)


def test_a_network_that_enlarges(smooth, faked):
    restorer, _ = faked(
        lambda lq: lq.repeat(2, axis=2).repeat(2, axis=3),
        tile=32,
        card={"scale": 2, "overlap": 16},
    )
    lq = smooth()
    lq[:40, :40] = lq[:40, :40, :1]
    larger = lq.repeat(2, axis=0).repeat(2, axis=1)
    np.testing.assert_allclose(restorer(lq), larger, atol=1e-6)


@pytest.fixture
def enlarging(faked):
    """Return a function that makes a restorer whose network doubles the size."""

    def make(tile):
        double = {"scale": 2, "overlap": 16}
        return faked(lambda lq: lq.repeat(2, axis=2).repeat(2, axis=3), tile=tile, card=double)[0]

    return make


@pytest.mark.parametrize("tile", [32, 0])
def test_alpha_grows_with_the_picture(tile, tmp_path, enlarging, smooth):
    lq = smooth()
    alpha = smooth()[..., 0]
    larger = enlarging(tile).picture(Picture(lq, alpha, depth=16))
    np.testing.assert_allclose(larger.alpha, imresize(alpha, 2).clip(0, 1), atol=1e-6)
    write(Picture(lq, alpha, depth=16), tmp_path / "a.png")
    enlarging(tile).file(tmp_path / "a.png", tmp_path / "b.png")
    written = read(tmp_path / "b.png")
    assert written.pixels.shape == larger.pixels.shape
    np.testing.assert_allclose(written.alpha, larger.alpha, atol=2e-5)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32])
def test_alpha_of_an_array_grows_too(kind, enlarging, smooth):
    peak = 1 if kind is np.float32 else np.iinfo(kind).max
    lq = (np.dstack((smooth(), smooth()[..., :1])) * peak).astype(kind)
    larger = enlarging(0)(lq)
    assert larger.dtype == kind
    assert larger.shape == (2 * lq.shape[0], 2 * lq.shape[1], 4)
    expected = imresize(lq[..., 3].astype(np.float32), 2).clip(0, peak)
    np.testing.assert_allclose(larger[..., 3], expected, atol=0.51 if peak > 1 else 1e-5)


def test_the_estimate_names_tiles_seconds_and_memory(restorer):
    cost = restorer.estimate(3000, 4000)
    assert set(cost) == {"tiles", "tile", "seconds", "memory_mb"}
    assert cost["tiles"] == restorer.cuts(3000, 4000).count
    assert cost["seconds"] > 0
    assert 200 < cost["memory_mb"] < 1000


def test_weights_that_judge_pictures_restore_none():
    with pytest.raises(SettingError, match="restore none; run nitido inspect"):
        Restorer("estimator")
