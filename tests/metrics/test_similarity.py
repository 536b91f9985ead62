"""SSIM and MS-SSIM against scikit-image, SciPy and by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import convolve2d
from skimage.metrics import structural_similarity

from nitido.metrics.ms_ssim import ms_ssim
from nitido.metrics.ssim import ssim

shapes = st.tuples(st.integers(11, 40), st.integers(11, 40), st.sampled_from([1, 2, 3, 4]))


def pictures(shape=(37, 90, 3), sigma=25, seed=0):
    """Return a smooth 8-bit picture with noise, and without."""
    rng = np.random.default_rng(seed)
    rows, columns = np.meshgrid(*(np.linspace(0, 5, n) for n in shape[:2]), indexing="ij")
    gt = 127.5 + 100 * np.sin(rows * columns)
    gt = gt[..., None].repeat(shape[2], 2) if len(shape) == 3 else gt
    restored = gt + rng.normal(0, sigma, shape)
    return tuple(np.clip(v, 0, 255).round().astype(np.uint8) for v in (restored, gt))


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


@pytest.mark.parametrize(("metric", "side"), [(ssim, 40), (ms_ssim, 170)])
def test_the_score_of_a_color_picture_is_the_mean_of_its_channels(metric, side):
    restored, gt = pictures((side, side, 3))
    each = [metric(restored[..., c], gt[..., c]) for c in range(3)]
    assert metric(restored, gt) == pytest.approx(np.mean(each))


def test_ssim_does_not_depend_on_how_the_rows_are_cut():
    """Tall pictures are worked on in strips."""
    restored, gt = pictures((300, 40))
    assert ssim(restored, gt) == pytest.approx(ssim(restored.T, gt.T))


def wang_2003(first, second):
    """Return MS-SSIM of two planes 0..255 written down anew, with a window of two dimensions."""
    line = np.exp(-(np.arange(-5, 6) ** 2) / 4.5)
    window = np.outer(line, line) / line.sum() ** 2

    def mean(plane):
        return convolve2d(plane, window, mode="valid")

    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    score = 1.0
    for scale, weight in enumerate((0.0448, 0.2856, 0.3001, 0.2363, 0.1333)):
        a, b = mean(first), mean(second)
        var_a, var_b = mean(first * first) - a * a, mean(second * second) - b * b
        structure = (2 * (mean(first * second) - a * b) + c2) / (var_a + var_b + c2)
        light = (2 * a * b + c1) / (a * a + b * b + c1)
        score *= float((structure * light if scale == 4 else structure).mean()) ** weight
        first, second = (
            convolve2d(p, np.ones((2, 2)) / 4, boundary="symm")[1:, 1:][::2, ::2]
            for p in (first, second)
        )
    return score


@pytest.mark.parametrize("shape", [(176, 192), (161, 161), (163, 182), (177, 245)])
@pytest.mark.parametrize("sigma", [5, 50])
def test_ms_ssim_equals_the_formula_written_down_anew(shape, sigma):
    restored, gt = pictures(shape, sigma)
    expected = wang_2003(restored.astype(float), gt.astype(float))
    assert 0.1 < expected < 0.9999
    assert ms_ssim(restored, gt) == pytest.approx(expected, abs=1e-12)


def test_ms_ssim_of_flat_pictures_by_hand():
    """Contrast and structure are perfect, so brightness on the coarsest scale is all."""
    a, b = 0.2, 0.6
    light = (2 * a * b + 1e-4) / (a * a + b * b + 1e-4)
    flat = [np.full((165, 170), value) for value in (a, b)]
    assert ms_ssim(*flat) == pytest.approx(light**0.1333)


def test_ms_ssim_of_a_negative_is_0():
    gt = pictures((170, 170))[1]
    score = ms_ssim(255 - gt, gt)
    assert score == 0
    assert not math.isnan(score)
