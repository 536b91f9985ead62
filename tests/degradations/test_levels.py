"""Numbers: every damage is as strong, and as it is distributed, as it says."""

import io

import numpy as np
import pytest
from PIL import Image

from nitido.degradations.bicubic import Bicubic
from nitido.degradations.camera_noise import CameraNoise
from nitido.degradations.chain import Chain
from nitido.degradations.gaussian_noise import GaussianNoise
from nitido.degradations.jpeg import Jpeg
from nitido.degradations.one_of import OneOf
from nitido.degradations.poisson_gaussian_noise import PoissonGaussianNoise
from nitido.picture import imresize


def rng(seed=0):
    return np.random.default_rng(seed)


def flat(value, side=200, channels=3):
    return np.full((side, side, channels), value, np.float32)


def is_8bit(picture):
    levels = picture * np.float32(255)
    return bool((np.abs(levels - np.round(levels)) < 1e-3).all())


@pytest.mark.parametrize("sigma", [5, 25, 50])
def test_gaussian_level(sigma):
    noise = (GaussianNoise(sigma)(flat(0.5), rng()) - 0.5) * 255
    assert np.std(noise) == pytest.approx(sigma, rel=0.02)
    assert abs(noise.mean()) < 0.02 * sigma
    assert np.mean(noise**4) / np.var(noise) ** 2 == pytest.approx(3, abs=0.1)  # normal
    assert abs(np.corrcoef(noise[:-1].ravel(), noise[1:].ravel())[0, 1]) < 0.02  # white
    assert abs(np.corrcoef(noise[..., 0].ravel(), noise[..., 1].ravel())[0, 1]) < 0.02


def test_gaussian_noise_is_the_papers():
    gt = flat(0.3, 16)
    drawn = rng(7).standard_normal(gt.shape, dtype=np.float32)
    assert np.array_equal(GaussianNoise(25)(gt, rng(7)), gt + np.float32(25 / 255) * drawn)


def test_unclipped_noise_leaves_the_range():
    lq = GaussianNoise(50)(flat(1.0), rng())
    assert lq.max() > 1.3
    assert lq.mean() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("gt", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize(("peak", "sigma"), [(30, 0), (256, 5), (2000, 15)])
def test_poisson_gaussian_variance_grows_with_the_signal(gt, peak, sigma):
    noise = PoissonGaussianNoise(peak, sigma)(flat(gt), rng()) - np.float32(gt)
    wanted = np.sqrt(gt / peak + (sigma / 255) ** 2)
    assert np.std(noise) == pytest.approx(wanted, rel=0.02)
    assert abs(noise.mean()) <= 0.02 * wanted


@pytest.mark.parametrize("damage", [GaussianNoise(30, clip=1), PoissonGaussianNoise(50, 5, clip=1)])
def test_clipped_noise_is_what_a_file_holds(damage):
    gt = flat(0.97, 60)
    stored = damage(gt, rng(2))
    free = type(damage)(*[getattr(damage, k) for k in ("peak", "sigma") if hasattr(damage, k)])
    levels = np.clip(np.floor(free(gt, rng(2)) * np.float32(255) + np.float32(0.5)), 0, 255)
    assert np.array_equal(stored, levels.astype(np.uint8).astype(np.float32) / np.float32(255))
    assert is_8bit(stored)
    assert stored.max() == 1


@pytest.mark.parametrize("clip", [0.0, 0.25, 1.0])
def test_the_share_of_clipped_pictures(clip):
    damage, gt = GaussianNoise(40, clip=clip), flat(0.9, 8)
    stored = [is_8bit(damage(gt, rng(seed))) for seed in range(400)]
    assert np.mean(stored) == pytest.approx(clip, abs=0.06)


def test_clipping_does_not_change_what_is_drawn():
    gt = flat(0.5, 30)
    free, stored = (GaussianNoise(10, clip=clip)(gt, rng(1)) for clip in (0, 1))
    assert np.abs(free - stored).max() <= 0.5 / 255 + 1e-6


@pytest.mark.parametrize("quality", [1, 10, 75, 100])
@pytest.mark.parametrize("subsampling", ["4:2:0", "4:2:2", "4:4:4"])
def test_jpeg_is_pillows(quality, subsampling, photograph):
    gt = photograph(45, 38)
    image = Image.fromarray(np.floor(gt * 255 + 0.5).astype(np.uint8))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality, subsampling=subsampling)
    decoded = np.asarray(Image.open(file), np.float32) / np.float32(255)
    assert np.array_equal(Jpeg(quality, subsampling)(gt, rng()), decoded)


def test_jpeg_of_gray(photograph):
    gt = photograph(21, 30, 1)
    file = io.BytesIO()
    Image.fromarray(np.floor(gt[..., 0] * 255 + 0.5).astype(np.uint8)).save(file, "JPEG", quality=9)
    decoded = np.asarray(Image.open(file), np.float32)[..., None] / np.float32(255)
    assert np.array_equal(Jpeg(9)(gt, rng()), decoded)


def test_jpeg_range_includes_both_ends(photograph):
    gt = photograph(24, 24)
    ends = [Jpeg(quality)(gt, rng()).tobytes() for quality in (40, 41)]
    drawn = {Jpeg((40, 41))(gt, rng(seed)).tobytes() for seed in range(20)}
    assert drawn == set(ends)


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_bicubic_is_imresize(scale, photograph):
    gt = photograph(41, 38)
    cut = gt[: 41 // scale * scale, : 38 // scale * scale]
    exact = imresize(cut, 1 / scale)
    assert np.array_equal(Bicubic(scale, round=False)(gt, rng()), exact)
    rounded = np.floor(np.clip(exact, 0, 1) * 255 + 0.5) / 255
    assert np.abs(Bicubic(scale)(gt, rng()) - rounded).max() < 1e-6


def test_chain_keeps_the_order(photograph):
    gt = photograph(32, 32)
    steps = (GaussianNoise(30), Jpeg(20))
    same = rng(3)
    assert np.array_equal(Chain(steps)(gt, rng(3)), steps[1](steps[0](gt, same), same))
    assert not np.array_equal(Chain(steps)(gt, rng(3)), Chain(steps[::-1])(gt, rng(3)))
    assert Chain((Bicubic(2), GaussianNoise(), Bicubic(3))).scale == 6


def test_one_of_follows_its_shares():
    gt = flat(0.5, 8)
    choices = (GaussianNoise(0), GaussianNoise(10), GaussianNoise(100))
    damage = OneOf(choices, shares=(5, 0, 3))
    spread = np.array([np.std(damage(gt, rng(seed))) * 255 for seed in range(400)])
    assert np.mean(spread < 1) == pytest.approx(5 / 8, abs=0.07)
    assert np.mean(spread > 50) == pytest.approx(3 / 8, abs=0.07)
    even = np.array([np.std(OneOf(choices)(gt, rng(seed))) * 255 for seed in range(400)])
    assert np.mean((even > 1) & (even < 50)) == pytest.approx(1 / 3, abs=0.07)


# --- camera noise


def camera(gt, seeds=range(8), **settings):
    """Return the noise of several shots, in linear light without the tone curve where it had none.

    A gamma of 2.2 is undone, which is exact for the cameras without a tone curve; the others only
    bend the scale by a smooth, monotonous factor.
    """
    off = ("smoothing", "color_smoothing", "selectivity")
    plain = {**dict.fromkeys(off, 0), "left": 1, "color": 1, "quality": 100}
    damage = CameraNoise(**{**plain, **settings})
    return np.stack([damage(gt, rng(seed)) ** 2.2 - gt**2.2 for seed in seeds])


def test_camera_noise_depends_on_the_signal():
    dark, bright = (camera(flat(value, 64), shot=4e-3).var() for value in (0.25, 0.8))
    ratio = 0.8**2.2 / 0.25**2.2  # of the light, 12.9; read noise keeps the variance below it
    assert ratio / 3 < bright / dark < ratio * 1.5


def test_camera_noise_follows_the_shot_level():
    weak, strong = (camera(flat(0.5, 64), shot=shot).std() for shot in (2.5e-4, 4e-3))
    assert 3 < strong / weak < 6  # the square root of 16, and read noise grows faster


@pytest.mark.parametrize("value", [0.3, 0.6])
def test_camera_noise_is_zero_on_average(value):
    noise = camera(flat(value, 64), shot=1e-3)
    assert abs(noise.mean()) < 0.1 * noise.std()


@pytest.mark.parametrize(("smoothing", "least"), [(0, 0.15), (9, 0.6)])
def test_camera_noise_is_correlated(smoothing, least):
    noise = camera(flat(0.5, 96), shot=2e-3, smoothing=smoothing).mean(axis=3)
    for first, second in ((noise[:, 1:], noise[:, :-1]), (noise[..., 1:], noise[..., :-1])):
        assert np.corrcoef(first.ravel(), second.ravel())[0, 1] > least


def neighbours(noise):
    """Return the correlation of each pixel with the one to its left."""
    return np.corrcoef(noise[..., 1:].ravel(), noise[..., :-1].ravel())[0, 1]


def test_color_is_smoothed_apart_from_brightness():
    noise = camera(flat(0.5, 96), shot=2e-3, color_smoothing=15)
    plain = camera(flat(0.5, 96), shot=2e-3)
    assert neighbours(noise[..., 0] - noise[..., 2]) > 0.9
    assert neighbours(noise.mean(axis=3)) < neighbours(plain.mean(axis=3)) + 0.1


@pytest.mark.parametrize("smoothing", [-3, 6, 15])
def test_smoothing_keeps_the_level_of_which_a_share_is_left(smoothing):
    shaped = {"smoothing": smoothing, "color_smoothing": smoothing}
    plain = camera(flat(0.5, 96), shot=4e-3).mean(axis=3).std()
    for left in (1, 0.4):
        noise = camera(flat(0.5, 96), shot=4e-3, left=left, **shaped).mean(axis=3)
        assert noise.std() == pytest.approx(left * plain, rel=0.06)


@pytest.mark.parametrize("ratio", [0, 0.5, 1.2])
def test_the_color_of_the_noise_is_as_strong_as_it_says(ratio):
    noise = camera(
        flat(0.5, 96), seeds=range(24), shot=2e-3, smoothing=6, color_smoothing=12, color=ratio
    )
    brightness = np.sqrt(3) * noise.mean(axis=3)
    color = noise - noise.mean(axis=3, keepdims=True)
    found = np.sqrt(np.sum(np.square(color)) / np.sum(np.square(brightness)))
    assert found == pytest.approx(ratio, abs=0.08)


def octaves(noise):
    """Return the power of the brightness between 1/4, 1/8 and 1/16 periods per pixel, in dB."""
    power = np.mean(np.abs(np.fft.fft2(noise.mean(axis=3))) ** 2, axis=0)
    frequencies = np.fft.fftfreq(power.shape[0])
    radius = np.hypot(frequencies[:, None], frequencies)
    bands = [(radius > 2.0**-k / 2) & (radius < 2.0**-k) for k in (2, 3)]
    return [10 * np.log10(power[band].mean()) for band in bands]


@pytest.mark.parametrize("smoothing", [-3, 6, 10])
def test_smoothing_is_what_an_octave_loses_against_the_next(smoothing):
    fine, coarse = octaves(camera(flat(0.5, 128), shot=1e-3, smoothing=smoothing))
    plain_fine, plain_coarse = octaves(camera(flat(0.5, 128), shot=1e-3))
    assert (coarse - fine) - (plain_coarse - plain_fine) == pytest.approx(smoothing, abs=2)


def test_selectivity_spares_texture():
    gt = flat(0.5, 96)
    gt[:, 48:] += np.float32(0.2) * (np.indices((96, 48)).sum(axis=0) % 4 // 2 - 0.5)[..., None]
    plain, spared = (camera(gt, shot=1e-3, selectivity=s) for s in (0, 0.6))
    assert spared[:, :, :40].std() == pytest.approx(0.4 * plain[:, :, :40].std(), rel=0.12)
    assert spared[:, :, 56:].std() > 0.85 * plain[:, :, 56:].std()


@pytest.mark.parametrize("channels", [1, 3])
def test_a_camera_without_noise_changes_nothing(channels, photograph):
    gt = photograph(64, 64, channels)
    damage = CameraNoise(shot=1e-9, smoothing=0, quality=100)
    for seed in range(6):
        assert np.sqrt(np.mean((damage(gt, rng(seed)) - gt) ** 2)) < 3 / 255


def test_a_camera_s_blocks_begin_at_the_corner_unless_shifted(photograph):
    gt, quiet = photograph(64, 64), {"shot": 1e-9, "smoothing": 0, "quality": 20}
    aligned, shifted = CameraNoise(**quiet), CameraNoise(**quiet, shifted=1)

    def jump(lq):  # where blocks of 8 x 8 pixels meet that begin at the corner, over elsewhere
        steps = np.abs(np.diff(lq, axis=1)).mean((0, 2))
        return steps[7::8].mean() / np.delete(steps, np.s_[7::8]).mean()

    aligned_jumps = [jump(aligned(gt, rng(seed))) for seed in range(8)]
    shifted_jumps = [jump(shifted(gt, rng(seed))) for seed in range(8)]
    assert min(aligned_jumps) > np.mean(shifted_jumps)
    assert np.mean(aligned_jumps) > 1.3 * np.mean(shifted_jumps)


def test_camera_noise_is_stored_in_8_bits(photograph):
    lq = CameraNoise()(photograph(), rng())
    assert is_8bit(lq)
    assert lq.min() >= 0
    assert lq.max() <= 1


def test_gray_camera_noise_has_one_channel_of_it():
    noise = CameraNoise(shot=2e-3)(flat(0.5, 64, 1), rng()) - 0.5
    assert noise.shape == (64, 64, 1)
    assert noise.std() > 1 / 255
