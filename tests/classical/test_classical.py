"""Promises that hold for every file of the room."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from nitido import catalog, classical
from nitido.errors import MissingExtraError, SettingError

NAMES = catalog.names(classical)
KERNEL = ((1, 2, 1), (2, 4, 2), (1, 2, 1))
# What a restorer is tried with where its defaults say little or something must be told.
SETTINGS = {
    name: {"kernel": KERNEL}
    for name in ("hopfield", "inverse_filter", "richardson_lucy", "wiener_deconvolution")
}
SIGMA = [{"sigma": -1}, {"sigma": 256}, {"sigma": "25"}, {"sigma": float("nan")}, {"sigma": True}]
SCALE = [{"scale": 0}, {"scale": 17}, {"scale": 2.5}, {"scale": "2"}]
HOLES = [{"mask": 3}, {"marked": -1}, {"marked": (0, 1)}, {"marked": "black"}]
BLUR = [
    {"kernel": ((1, 2), (3,))},
    {"kernel": "nowhere.npy"},
    {"kernel": {"name": "jpeg"}},
    {"kernel": {"name": "gaussian_blur", "sigma": -1}},
    {"kernel": {"name": "gaussian_blur", "size": 4}},
    {"kernel": KERNEL, "boundary": "mirror"},
]
WRONG = {
    "adaptive_median": [{"radius": 0}, {"radius": 2.5}, {"margin": -1}],
    "back_projection": [*SCALE, {"steps": -1}],
    "bicubic": SCALE,
    "biharmonic": HOLES,
    "bilateral": [*SIGMA, {"width": 0}, {"alike": 30}],
    "bilinear": SCALE,
    "blind_deconvolution": [*SIGMA, {"size": 4}, {"size": 1}, {"sparseness": 0}],
    "bm3d": SIGMA,
    "clahe": [{"limit": 0.5}, {"parts": 0}],
    "dark_channel": [{"radius": -1}, {"amount": 2}, {"least": 0}],
    "exemplar": [*HOLES, {"radius": 0}, {"search": 0}],
    "gamma": [{"gamma": 0}, {"gamma": "2"}],
    "gaussian": [*SIGMA, {"width": -1}],
    "histogram_equalization": [{"strength": 2}],
    "hopfield": [
        *BLUR[:-1],
        {"kernel": np.ones((33, 3))},
        {"kernel": KERNEL, "smoothness": -1},
        {"kernel": KERNEL, "sweeps": 0},
    ],
    "inverse_filter": [*BLUR, {"kernel": KERNEL, "cutoff": 0}],
    "inverse_halftoning": [{"width": 0}, {"narrow": -1}, {"search": 0}, {"alike": 0}],
    "lanczos": SCALE,
    "lime": [{"gamma": 2}, {"smoothness": -1}],
    "median": [*SIGMA, {"radius": 1.5}],
    "moire_notch": [{"block": 63}, {"threshold": 0}, {"color_threshold": 0}, {"longest": 1}],
    "navier_stokes": [*HOLES, {"radius": 0}],
    "nearest": SCALE,
    "non_local_means": [*SIGMA, {"strength": 0}, {"patch": 4}, {"search": 0}],
    "retinex": [{"widths": 15}, {"widths": ()}, {"widths": (0.5,)}, {"cut": 30}],
    "richardson_lucy": [*BLUR, {"kernel": KERNEL, "steps": 0}],
    "self_example": [*SCALE, {"search": -1}, {"alike": 0}],
    "shifted_jpeg": [{"quality": 0}, {"quality": 50.5}],
    "telea": [*HOLES, {"radius": 101}],
    "texture_synthesis": [*HOLES, {"radius": 0}, {"search": 0}, {"tolerance": -1}, {"seed": -1}],
    "total_variation": [*SIGMA, {"weight": -1}, {"steps": 0}],
    "tv_super_resolution": [*SCALE, {"weight": -1}, {"steps": 0}],
    "wavelet": [*SIGMA, {"wavelet": 2}, {"mode": "medium"}, {"shifts": 0}],
    "wiener": [*SIGMA, {"radius": 0}],
    "wiener_deconvolution": [*BLUR, {"kernel": KERNEL, "balance": -1}],
}
# These leave a clean, well exposed photograph about as it is: mean error in 8-bit units at most.
GENTLE = {
    "adaptive_median": 0,
    "biharmonic": 0,
    "exemplar": 0,
    "navier_stokes": 0,
    "shifted_jpeg": 0,
    "telea": 0,
    "texture_synthesis": 0,
    "bilateral": 1.0,
    "gaussian": 1.5,
    "non_local_means": 1.0,
    "total_variation": 1.0,
    "wavelet": 0.5,
    "wiener": 1.0,
}

# What makes a restorer look no farther than it says.
TOLD = {
    **{
        name: {"sigma": 20}
        for name in ("bilateral", "gaussian", "median", "non_local_means", "wiener")
    },
    "gamma": {"gamma": 2},
    "back_projection": {"steps": 2},
}


@pytest.fixture(autouse=True)
def _stand_in_for_bm3d(monkeypatch):
    """Put a package where BM3D's would be: its licence keeps it out of the tests."""
    package = SimpleNamespace(
        bm3d=lambda noisy, sigma: noisy[..., 0], bm3d_rgb=lambda noisy, sigma: noisy
    )
    monkeypatch.setitem(sys.modules, "bm3d", package)


def build(name, **settings):
    return catalog.build(classical, name, **{**SETTINGS.get(name, {}), **settings})


@pytest.mark.parametrize("name", NAMES)
def test_shape_range_and_input_untouched(name, photograph):
    method = build(name)
    sizes = [(33, 20), (2, 3), (1, 1), (30, 1)]
    for height, width, channels in [(*size, c) for size in sizes for c in (1, 3)]:
        lq = photograph(height, width, channels)
        before = lq.copy()
        lq.flags.writeable = False
        restored = method(lq)
        assert restored.dtype == np.float32
        assert restored.shape == (height * method.scale, width * method.scale, channels)
        assert np.isfinite(restored).all(), lq.shape
        assert restored.min() >= 0, lq.shape
        assert restored.max() <= 1, lq.shape
        assert not np.shares_memory(restored, lq), lq.shape
        assert np.array_equal(lq, before), lq.shape


@pytest.mark.parametrize("name", NAMES)
def test_the_same_picture_gives_the_same_result_and_a_view_too(name, photograph):
    lq = photograph(28, 30).swapaxes(0, 1)[::-1, 2:26]
    lq[5:8, 9:11] = 0  # a hole, for those that fill holes
    assert not lq.flags.c_contiguous
    assert np.array_equal(build(name)(lq), build(name)(lq.copy()))


@pytest.mark.parametrize("name", NAMES)
def test_values_beyond_the_range_are_taken(name, photograph):
    """Noise is added without clipping where papers measure."""
    lq = photograph(24, 24) + np.random.default_rng(0).normal(0, 0.3, (24, 24, 3))
    assert lq.min() < 0
    assert lq.max() > 1
    restored = build(name)(lq.astype(np.float32))
    assert np.isfinite(restored).all()
    assert restored.min() >= 0
    assert restored.max() <= 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("flat", [0.25, 1.0])
def test_a_flat_picture_stays_flat(name, flat):
    restored = build(name)(np.full((20, 24, 3), flat, np.float32))
    assert np.ptp(restored) < 1e-3
    if name not in ("gamma", "lime"):  # these brighten
        assert abs(restored.mean() - flat) < 1e-3


@pytest.mark.parametrize("name", NAMES)
def test_gray_stays_gray_in_three_channels(name, photograph):
    lq = photograph(24, 28, 1).repeat(3, axis=2)
    restored = build(name)(lq)
    assert np.ptp(restored, axis=2).max() < 2 / 255


@pytest.mark.parametrize("name", GENTLE)
def test_a_clean_picture_hardly_changes(name, clean):
    gt = clean()
    changed = 255 * np.abs(build(name)(gt) - gt).mean()
    assert changed <= GENTLE[name]


@pytest.mark.parametrize("name", NAMES)
def test_how_far_it_looks_is_true(name, photograph):
    """A change just beyond the reach changes nothing."""
    method = build(name, **TOLD.get(name, {}))
    if method.reach is None:
        return
    width = 2 * method.reach + 3
    lq = photograph(3, width)
    other = lq.copy()
    other[:, 0] = 1 - other[:, 0]
    first, second = method(lq), method(other)
    seen = (method.reach + 1) * method.scale
    assert np.abs(first[:, seen:] - second[:, seen:]).max() < 2e-6
    assert not np.array_equal(first, second)


def test_wrong_settings_are_known_for_every_restorer():
    assert set(WRONG) == set(NAMES)


@pytest.mark.parametrize(
    ("name", "settings"), [(name, wrong) for name in WRONG for wrong in WRONG[name]]
)
def test_a_wrong_setting_is_refused_by_its_name(name, settings):
    with pytest.raises(SettingError, match=rf"classical {name}: .") as caught:
        catalog.build(classical, name, **settings)
    assert list(settings)[-1] in str(caught.value)


def test_an_unknown_setting_is_refused_by_all():
    for name in NAMES:
        said = rf"classical {name}: unknown setting 'sgima'; it has"
        with pytest.raises(SettingError, match=said):
            build(name, sgima=3)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("lq", "said"),
    [
        (np.zeros((4, 4), np.float32), "the shape"),
        (np.zeros((4, 4, 2), np.float32), "the shape"),
        (np.zeros((0, 4, 3), np.float32), "the shape"),
        (np.full((4, 4, 3), np.nan, np.float32), "not finite"),
    ],
)
def test_what_is_no_picture_is_refused(name, lq, said):
    with pytest.raises(SettingError, match=said):
        build(name)(lq)


def test_a_blur_without_its_kernel_is_refused():
    with pytest.raises(SettingError, match="'kernel'"):
        catalog.build(classical, "richardson_lucy")


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [
        ("median", "scipy.ndimage", "classical"),
        ("telea", "cv2", "classical"),
        ("bm3d", "bm3d", "bm3d"),
    ],
)
def test_a_missing_package_is_named_by_its_extra(name, package, extra, monkeypatch, photograph):
    monkeypatch.setitem(sys.modules, package, None)
    lq = photograph()
    lq[3, 3] = 0
    with pytest.raises(MissingExtraError, match=rf"pip install 'nitido\[{extra}\]'"):
        build(name)(lq)


def test_an_unknown_wavelet_is_refused(photograph):
    with pytest.raises(SettingError, match="wavelet is 'db99'"):
        build("wavelet", wavelet="db99")(photograph())
