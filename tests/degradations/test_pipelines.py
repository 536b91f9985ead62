"""Whole pipelines: order, sizes, and what they leave of a picture."""

import numpy as np
import pytest

from nitido.degradations import _color_noise
from nitido.degradations.bsrgan import Bsrgan, _shrink_somehow, _shrink_to_size, _shuffled
from nitido.degradations.combined import Combined
from nitido.degradations.real_esrgan import RealEsrgan, _poisson_noise, _sharpened, _Stage, _stage


def rng(seed=0):
    return np.random.default_rng(seed)


def is_8bit(picture):
    levels = picture * np.float32(255)
    return bool((np.abs(levels - np.round(levels)) < 1e-3).all())


@pytest.mark.parametrize("damage", [Bsrgan(2), Bsrgan(4), RealEsrgan(2), RealEsrgan(4)])
def test_a_pipeline_shrinks_and_damages_what_it_is_given(damage, photograph):
    gt = photograph(66, 97)
    small = gt[: 66 // damage.scale * damage.scale, : 97 // damage.scale * damage.scale]
    height, width = (side // damage.scale for side in small.shape[:2])
    mean = small.reshape(height, damage.scale, width, damage.scale, 3).mean((1, 3))
    for seed in range(12):
        lq = damage(gt, rng(seed))
        assert lq.shape == (height, width, 3)
        assert is_8bit(lq)
        assert lq.std() > 0.05
        assert np.corrcoef(lq.ravel(), mean.ravel())[0, 1] > 0.6  # damaged, but the same picture
        assert np.abs(lq - mean).mean() > 1 / 255


def test_bsrgan_shuffles_but_keeps_the_order_of_scaling():
    orders = [_shuffled(rng(seed)) for seed in range(200)]
    assert all(len(order) == 7 for order in orders)
    assert all(order.index(_shrink_somehow) < order.index(_shrink_to_size) for order in orders)
    assert len({tuple(step.__name__ for step in order) for order in orders}) > 100


def test_channels_of_noise_go_together_as_they_should():
    shape = (200, 200, 3)
    own = _color_noise.per_channel(shape, rng()).reshape(-1, 3)
    assert np.abs(np.corrcoef(own.T) - np.eye(3)).max() < 0.02
    assert np.ptp(_color_noise.gray(shape, rng()), axis=2).max() == 0
    mixed = [np.cov(_color_noise.mixed(shape, rng(seed)).reshape(-1, 3).T) for seed in range(8)]
    assert all(np.linalg.eigvalsh(covariance).max() < 1.03 for covariance in mixed)
    assert np.std([covariance[0, 1] for covariance in mixed]) > 0.05


def test_real_esrgan_sharpens_edges_only(photograph):
    gt = photograph(80, 90)
    sharp = _sharpened(gt)
    assert sharp.std() > gt.std()
    flat = np.full((80, 90, 3), 0.4, np.float32)
    np.testing.assert_allclose(_sharpened(flat), flat, atol=1e-5)


def test_real_esrgan_poisson_noise_has_the_strength_of_its_factor():
    flat = np.tile(np.linspace(0.2, 0.8, 16, dtype=np.float32)[:, None, None], (20, 100, 3))
    stage = _Stage(0, (1, 1), (0, 0, 1), (1, 1), (0, 0), (2.0, 2.0))
    noise = np.concatenate([_poisson_noise(flat, stage, rng(s)) - flat for s in range(6)])
    assert noise.std() == pytest.approx(2 * np.sqrt(0.5 / 16), rel=0.03)  # 16 levels, 16 photons


def test_a_stage_scales_as_often_as_it_says(photograph):
    gt = photograph(60, 60)
    stage = _Stage(0, (1, 1), (0.3, 0.4, 0.3), (0.3, 1.2), (0, 0), (0, 0))
    sides = np.array([_stage(gt, (60, 60), stage, rng(seed)).shape[0] for seed in range(200)])
    assert sides.min() >= 18
    assert sides.max() <= 72
    assert np.mean(sides > 60) == pytest.approx(0.3, abs=0.1)
    assert np.mean(sides < 60) == pytest.approx(0.4, abs=0.1)


def test_combined_keeps_the_order(photograph):
    gt = photograph(31, 44, 1)
    blocky = Combined(factor=3, density=0, quality=100)(gt, rng())
    inner = blocky[:30, :42].reshape(10, 3, 14, 3, 1)
    assert np.ptp(inner, axis=(1, 3)).mean() < 0.03  # blocks of one value, before JPEG
    middles = gt[1:30:3, 1:42:3]
    assert np.abs(inner.mean((1, 3)) - middles).mean() < 0.03
    speckled = Combined(factor=3, density=0.2, quality=95)(np.full((200, 200, 1), 0.5, "f4"), rng())
    assert np.mean(np.abs(speckled - 0.5) > 0.25) == pytest.approx(0.2, abs=0.02)
