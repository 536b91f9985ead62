"""PSNR, MSE, MAE and PSNR-B by hand and against scikit-image."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.metrics import mean_squared_error, peak_signal_noise_ratio

from nitido.metrics.mae import mae
from nitido.metrics.mse import mse
from nitido.metrics.psnr import psnr
from nitido.metrics.psnr_b import psnr_b

shapes = st.tuples(st.integers(9, 40), st.integers(9, 40), st.sampled_from([1, 2, 3, 4]))


def pictures(shape, seed):
    return np.random.default_rng(seed).integers(0, 256, (2, *shape), dtype=np.uint8)


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
def test_psnr_and_mse_equal_scikit_image(shape, seed):
    restored, gt = pictures(shape, seed)
    assert psnr(restored, gt) == pytest.approx(peak_signal_noise_ratio(gt, restored), abs=1e-9)
    assert psnr(restored, gt) == psnr(gt, restored)
    assert mse(restored, gt) == pytest.approx(mean_squared_error(gt / 255, restored / 255))


def test_mse_and_mae_by_hand():
    gt = np.zeros((2, 2, 2))
    restored = np.array([[0.5, -0.5], [0, 0]])[..., None] * [1, 3]
    assert mae(restored, gt) == pytest.approx((0.5 + 0.5 + 1.5 + 1.5) / 8)
    assert mse(restored, gt) == pytest.approx((0.25 + 0.25 + 2.25 + 2.25) / 8)


def yim_bovik(restored, gt):
    """Return PSNR-B of planes 0..255 written down anew, one pair of neighbours after the other."""
    height, width = restored.shape
    between, inside = [], []
    for i in range(height):
        for j in range(width):
            if j + 1 < width:
                step = (restored[i, j] - restored[i, j + 1]) ** 2
                (between if (j + 1) % 8 == 0 else inside).append(step)
            if i + 1 < height:
                step = (restored[i, j] - restored[i + 1, j]) ** 2
                (between if (i + 1) % 8 == 0 else inside).append(step)
    on, off = sum(between) / len(between), sum(inside) / len(inside)
    eta = math.log2(8) / math.log2(min(height, width)) if on > off else 0
    return 10 * math.log10(255**2 / (np.mean((restored - gt) ** 2) + eta * (on - off)))


@pytest.mark.parametrize("shape", [(9, 9), (24, 40), (33, 17), (16, 61)])
@pytest.mark.parametrize("blocks", [0, 90])
def test_psnr_b_equals_the_formula_written_down_anew(shape, blocks):
    restored, gt = pictures(shape, 0) // 2
    rows, columns = np.indices(shape)
    restored += np.uint8(blocks) * ((rows // 8 + columns // 8) % 2).astype(np.uint8)
    expected = yim_bovik(restored.astype(float), gt.astype(float))
    assert psnr_b(restored, gt) == pytest.approx(expected, abs=1e-9)
    if blocks:
        assert psnr_b(restored, gt) < psnr(restored, gt) - 0.1


def test_psnr_b_sees_a_step_between_blocks_and_none_inside_by_hand():
    """Of 32 pairs across the lines, 16 have a step of 0.1: 3/4 * 0.005 in a picture of side 16."""
    step = np.zeros((16, 16))
    step[:, 8:] = 0.1
    assert psnr_b(step, step) == pytest.approx(-10 * math.log10(0.75 * 0.005))
    assert psnr_b(step.T, step.T) == psnr_b(step, step)
    inside = np.zeros((16, 16))
    inside[:, 4:] = 0.1
    assert psnr_b(inside, inside) == math.inf


def test_psnr_b_looks_for_blocks_in_the_restored_picture_alone():
    blocky, smooth = np.kron(np.eye(4), np.ones((8, 8))), np.full((32, 32), 0.25)
    assert psnr_b(smooth, blocky) == pytest.approx(psnr(smooth, blocky))
    assert psnr_b(blocky, smooth) < psnr(blocky, smooth) - 1


def test_psnr_b_takes_error_and_blocking_each_as_the_mean_of_the_channels():
    blocky, flat = np.kron(np.eye(4), np.ones((8, 8))), np.zeros((32, 32))
    alone = 10 ** (-psnr_b(blocky, flat) / 10)
    both = psnr_b(np.stack([blocky, flat], axis=-1), np.zeros((32, 32, 2)))
    assert both == pytest.approx(-10 * math.log10(alone / 2))
