"""Promises of every metric; PSNR and SSIM against scikit-image and by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from nitido import metrics
from nitido.catalog import find, names
from nitido.errors import SettingError
from nitido.metrics.psnr import psnr
from nitido.metrics.ssim import ssim

every_metric = pytest.mark.parametrize("name", names(metrics))
shapes = st.tuples(st.integers(11, 40), st.integers(11, 40), st.sampled_from([1, 2, 3, 4]))


def pictures(shape=(37, 90, 3), sigma=25, seed=0):
    """Return a smooth 8-bit picture with noise, and without."""
    rng = np.random.default_rng(seed)
    rows, columns = np.meshgrid(*(np.linspace(0, 5, n) for n in shape[:2]), indexing="ij")
    gt = 127.5 + 100 * np.sin(rows * columns)
    gt = gt[..., None].repeat(shape[2], 2) if len(shape) == 3 else gt
    restored = gt + rng.normal(0, sigma, shape)
    return tuple(np.clip(v, 0, 255).round().astype(np.uint8) for v in (restored, gt))


def test_room_holds_both():
    assert {"psnr", "ssim"} <= set(names(metrics))


@every_metric
@settings(deadline=None, max_examples=20)
@given(shape=shapes, border=st.integers(0, 12), seed=st.integers(0, 99))
def test_border_is_cut_off_every_side(name, shape, border, seed):
    metric = find(metrics, name)
    restored, gt = pictures(shape, seed=seed)
    framed = [np.pad(v, [(border, border)] * 2 + [(0, 0)], constant_values=c) for v, c in
              ((restored, 0), (gt, 255))]  # fmt: skip
    assert metric(*framed, border=border) == pytest.approx(metric(restored, gt), rel=1e-12)


@every_metric
@pytest.mark.parametrize("shape", [(16, 23), (16, 23, 1), (16, 23, 3)])
def test_returns_a_float_and_leaves_the_pictures_alone(name, shape):
    restored, gt = pictures(shape)
    before = restored.copy(), gt.copy()
    assert type(find(metrics, name)(restored, gt)) is float
    assert all(np.array_equal(a, b) for a, b in zip((restored, gt), before, strict=True))


@every_metric
def test_one_channel_needs_no_third_axis(name):
    restored, gt = pictures((20, 30))
    metric = find(metrics, name)
    assert metric(restored, gt) == metric(restored[..., None], gt[..., None])


@every_metric
@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.uint32])
def test_unsigned_integers_mean_their_full_range(name, kind):
    values = np.random.default_rng(0).integers(0, 256, (2, 20, 30)).astype(kind)
    values *= np.iinfo(kind).max // 255
    exact = values.astype(np.float64) / np.iinfo(kind).max
    metric = find(metrics, name)
    assert metric(*values) == pytest.approx(metric(*exact), rel=1e-12)
    mixed = metric(values[0], exact[1].astype(np.float32))
    assert mixed == pytest.approx(metric(*exact), abs=1e-6)


@every_metric
def test_more_noise_scores_worse_or_equal(name):
    scores = [find(metrics, name)(*pictures(sigma=sigma)) for sigma in (5, 15, 50)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[2]


@every_metric
@pytest.mark.parametrize(
    ("restored", "gt", "border", "what"),
    [
        (np.zeros((20, 30)), np.zeros((30, 20)), 0, "one shape"),
        (np.zeros((20, 30, 1)), np.zeros((20, 30)), 0, "one shape"),
        (np.zeros((1, 20, 30, 3)), np.zeros((1, 20, 30, 3)), 0, "one shape"),
        (np.zeros((20, 30)), np.zeros((20, 30)), 10, "border"),
        (np.zeros((20, 30)), np.zeros((20, 30)), -1, "border"),
        (np.zeros((20, 30), int), np.zeros((20, 30)), 0, "int64"),
        (np.zeros((20, 30), bool), np.zeros((20, 30)), 0, "bool"),
    ],
)
def test_what_does_not_compare_is_refused(name, restored, gt, border, what):
    with pytest.raises(SettingError, match=what):
        find(metrics, name)(restored, gt, border=border)


@every_metric
def test_what_is_not_finite_scores_not_finite(name):
    broken = np.full((20, 30), 0.5)
    broken[3, 4] = np.nan
    assert math.isnan(find(metrics, name)(broken, np.full((20, 30), 0.5)))


def test_psnr_by_hand():
    gt = np.full((4, 5, 3), 0.5)
    assert psnr(gt + 0.1, gt) == pytest.approx(20)
    one = np.zeros((1, 4), np.uint8)
    off = np.array([[0, 0, 0, 255]], np.uint8)
    assert psnr(off, one) == pytest.approx(10 * math.log10(4))
    assert psnr(one, one) == math.inf


def test_psnr_does_not_clamp():
    gt = np.ones((4, 4))
    assert psnr(gt + 1, gt) == 0


def test_psnr_pools_the_channels_before_the_logarithm():
    gt = np.zeros((2, 2, 2))
    restored = gt.copy()
    restored[..., 0] = 1
    assert psnr(restored, gt) == pytest.approx(10 * math.log10(2))


def test_noise_has_the_psnr_of_its_level():
    noise = np.random.default_rng(0).standard_normal((400, 400)) * 25 / 255
    assert psnr(noise, np.zeros((400, 400))) == pytest.approx(20.17, abs=0.02)


@settings(deadline=None, max_examples=25)
@given(shape=shapes, seed=st.integers(0, 99))
def test_psnr_equals_scikit_image(shape, seed):
    restored, gt = pictures(shape, seed=seed)
    assert psnr(restored, gt) == pytest.approx(peak_signal_noise_ratio(gt, restored), abs=1e-9)
    assert psnr(restored, gt) == psnr(gt, restored)


@settings(deadline=None, max_examples=25)
@given(shape=shapes, seed=st.integers(0, 99), sigma=st.sampled_from([0, 5, 50]))
def test_ssim_equals_scikit_image(shape, seed, sigma):
    restored, gt = pictures(shape, sigma, seed)
    every = structural_similarity(
        restored,
        gt,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        channel_axis=2,
        full=True,
    )[1]
    inside = every[5:-5, 5:-5]
    assert ssim(restored, gt) == pytest.approx(inside.mean(), abs=1e-10)
    assert ssim(restored, gt) == ssim(gt, restored)
    assert ssim(gt, gt) == pytest.approx(1, abs=1e-12)
    assert -1 <= ssim(restored, 255 - gt) <= 1


def test_ssim_of_flat_pictures_by_hand():
    """Without variance only the means speak: (2 ab + C1) / (a^2 + b^2 + C1)."""
    a, b = 0.2, 0.6
    expected = (2 * a * b + 1e-4) / (a * a + b * b + 1e-4)
    assert ssim(np.full((15, 20), a), np.full((15, 20), b)) == pytest.approx(expected)


def test_ssim_of_one_window_by_hand():
    """In a picture of 11 x 11 there is one window, so its moments can be written down."""
    restored, gt = (v / 255 for v in pictures((11, 11)))
    line = np.exp(-(np.arange(-5, 6) ** 2) / 4.5)
    weights = np.outer(line, line) / line.sum() ** 2
    a, b = (weights * restored).sum(), (weights * gt).sum()
    spread_a = (weights * (restored - a) ** 2).sum()
    spread_b = (weights * (gt - b) ** 2).sum()
    shared = (weights * (restored - a) * (gt - b)).sum()
    expected = (2 * a * b + 1e-4) * (2 * shared + 9e-4)
    expected /= (a * a + b * b + 1e-4) * (spread_a + spread_b + 9e-4)
    assert ssim(restored, gt) == pytest.approx(expected)


def test_ssim_of_a_color_picture_is_the_mean_of_its_channels():
    restored, gt = pictures()
    each = [ssim(restored[..., c], gt[..., c]) for c in range(3)]
    assert ssim(restored, gt) == pytest.approx(np.mean(each))


def test_ssim_does_not_depend_on_how_the_rows_are_cut():
    """Tall pictures are worked on in strips."""
    restored, gt = pictures((300, 40))
    assert ssim(restored, gt) == pytest.approx(ssim(restored.T, gt.T))


def test_ssim_needs_a_whole_window():
    with pytest.raises(SettingError, match="11 x 11"):
        ssim(np.zeros((12, 30)), np.zeros((12, 30)), border=1)
