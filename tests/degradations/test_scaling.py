"""Down-scaling: each takes the pixels that its name says."""

import numpy as np
import pytest
from PIL import Image

from nitido.degradations.area import Area
from nitido.degradations.bicubic import Bicubic
from nitido.degradations.bilinear import Bilinear
from nitido.degradations.enlarged import Enlarged
from nitido.degradations.nearest import Nearest
from nitido.picture import imresize

ALL = [Area, Bicubic, Bilinear, Nearest]
SCALES = [1, 2, 3, 4, 5]


def rng():
    return np.random.default_rng(0)


def whole(gt, scale):
    return gt[: gt.shape[0] // scale * scale, : gt.shape[1] // scale * scale]


def by_pillow(gt, scale, how):
    size = (gt.shape[1] // scale, gt.shape[0] // scale)
    planes = np.moveaxis(whole(gt, scale), 2, 0)
    return np.stack(
        [np.asarray(Image.fromarray(plane.copy()).resize(size, how)) for plane in planes], axis=2
    )


def by_torch(gt, scale, how):
    torch = pytest.importorskip("torch")
    batch = torch.from_numpy(np.moveaxis(whole(gt, scale), 2, 0)[None].copy())
    options = {"align_corners": False} if how == "bilinear" else {}
    small = torch.nn.functional.interpolate(batch, scale_factor=1 / scale, mode=how, **options)
    return np.moveaxis(small.numpy()[0], 0, 2)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_nearest_is_pillows(scale, channels, photograph):
    gt = photograph(41, 38, channels)
    lq = Nearest(scale, round=False)(gt, rng())
    assert np.array_equal(lq, by_pillow(gt, scale, Image.Resampling.NEAREST))
    assert lq[0, 0, 0] == gt[scale // 2, scale // 2, 0]


@pytest.mark.parametrize("scale", SCALES)
def test_nearest_is_torchs_exact_one(scale, photograph):
    gt = photograph(41, 38)
    exact = by_torch(gt, scale, "nearest-exact")
    assert np.array_equal(Nearest(scale, round=False)(gt, rng()), exact)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("channels", [1, 3])
def test_area_is_pillows_box(scale, channels, photograph):
    gt = photograph(41, 38, channels)
    lq = Area(scale, round=False)(gt, rng())
    assert np.abs(lq - by_pillow(gt, scale, Image.Resampling.BOX)).max() < 1e-6


@pytest.mark.parametrize("scale", SCALES)
def test_bilinear_is_torchs(scale, photograph):
    gt = photograph(41, 38)
    lq = Bilinear(scale, round=False)(gt, rng())
    assert np.abs(lq - by_torch(gt, scale, "bilinear")).max() < 1e-6


def test_bilinear_by_hand():
    gt = np.arange(64, dtype=np.float32).reshape(8, 8, 1) / 64
    odd = Bilinear(3, round=False)(gt, rng())[..., 0] * 64
    assert np.array_equal(odd, [[9, 12], [33, 36]])
    even = Bilinear(4, round=False)(gt, rng())[..., 0] * 64
    assert np.array_equal(even, [[13.5, 17.5], [45.5, 49.5]])


@pytest.mark.parametrize("damage", [Area, Bilinear, Nearest])
def test_a_ramp_does_not_shift(damage):
    """The middle of the picture stays where it is; nearest at an even scale is half a pixel off."""
    gt = np.repeat(np.arange(48, dtype=np.float32)[None, :, None] / 48, 48, axis=0)
    for scale in (2, 3, 4):
        off = 0.5 / 48 if damage is Nearest and scale % 2 == 0 else 0
        mean = damage(scale, round=False)(gt, rng()).mean()
        assert mean == pytest.approx(gt.mean() + off, abs=1e-6)


@pytest.mark.parametrize("damage", ALL)
def test_a_fine_pattern_vanishes_or_turns_false(damage):
    """Stripes of one pixel become gray under a mean, and survive as false ones without it."""
    gt = np.zeros((40, 40, 1), np.float32)
    gt[:, ::2] = 1
    spread = np.std(damage(5, round=False)(gt, rng()))
    if damage in (Nearest, Bilinear):
        assert spread == pytest.approx(0.5)
    else:
        assert spread < 0.11


@pytest.mark.parametrize("damage", ALL)
def test_it_is_rounded_as_files_are(damage, photograph):
    gt = photograph(30, 33)
    exact = np.clip(damage(3, round=False)(gt, rng()), 0, 1)
    levels = damage(3)(gt, rng()) * np.float32(255)
    assert np.abs(levels - np.round(levels)).max() < 1e-3
    assert np.abs(levels / 255 - exact).max() < 0.5 / 255 + 1e-6
    assert np.abs(levels / 255 - exact).max() > 0.3 / 255


@pytest.mark.parametrize("damage", ALL)
def test_the_result_is_its_own(damage, photograph):
    gt = photograph(16, 16)
    for scale in (1, 2):
        assert not np.shares_memory(damage(scale, round=False)(gt, rng()), gt)


def test_bicubic_is_still_matlabs(photograph):
    gt = photograph(41, 38)
    exact = imresize(whole(gt, 4), 1 / 4)
    assert np.array_equal(Bicubic(round=False)(gt, rng()), exact)


@pytest.mark.parametrize("factor", SCALES)
def test_enlarged_is_bicubic_down_and_up(factor, photograph):
    gt = photograph(60, 120)
    small = Bicubic(factor)(gt, rng())
    assert np.allclose(Enlarged(factor)(gt, rng()), imresize(small, factor), atol=1e-6)
    assert Enlarged(factor)(gt[:41, :38], rng()).shape == (41, 38, gt.shape[2])


def test_enlarged_draws_its_factor(photograph):
    gt = photograph(48, 48)
    of = {factor: Enlarged(factor)(gt, rng()).tobytes() for factor in (2, 3, 4)}
    drawn = [Enlarged((2, 4))(gt, np.random.default_rng(seed)).tobytes() for seed in range(30)]
    assert set(drawn) == set(of.values())
