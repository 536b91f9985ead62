"""Numbers: every noise is as strong, and as it is distributed, as it says."""

import numpy as np
import pytest

from nitido.degradations.correlated_noise import CorrelatedNoise
from nitido.degradations.gaussian_noise import GaussianNoise
from nitido.degradations.impulse_noise import ImpulseNoise
from nitido.degradations.poisson_gaussian_noise import PoissonGaussianNoise
from nitido.degradations.poisson_noise import PoissonNoise
from nitido.degradations.salt_and_pepper import SaltAndPepper
from nitido.degradations.speckle_noise import SpeckleNoise


def rng(seed=0):
    return np.random.default_rng(seed)


def flat(value, side=200, channels=3):
    return np.full((side, side, channels), value, np.float32)


def correlation(first, second):
    return np.corrcoef(first.ravel(), second.ravel())[0, 1]


def is_white(noise):
    """Whether neither neighbors nor channels share anything."""
    pairs = ((noise[:-1], noise[1:]), (noise[:, :-1], noise[:, 1:]), (noise[..., 0], noise[..., 1]))
    return all(abs(correlation(*pair)) < 0.02 for pair in pairs)


def is_8bit(picture):
    levels = picture * np.float32(255)
    return bool((np.abs(levels - np.round(levels)) < 1e-3).all())


# --- photons


@pytest.mark.parametrize("gt", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("peak", [5, 100, 1e4])
def test_photons_are_poisson_distributed(gt, peak):
    counts = PoissonNoise(peak)(flat(gt), rng()).astype(np.float64) * peak
    assert np.abs(counts - np.round(counts)).max() < 1e-2
    assert counts.mean() == pytest.approx(gt * peak, rel=0.02)
    assert counts.var() == pytest.approx(gt * peak, rel=0.02)
    third = np.mean((counts - counts.mean()) ** 3)
    assert third == pytest.approx(gt * peak, rel=0.1, abs=4 * (6 * (gt * peak) ** 3 / 1.2e5) ** 0.5)
    assert is_white(counts)


def test_without_light_there_are_no_photons():
    assert not PoissonNoise(3)(flat(0), rng()).any()
    assert np.abs(PoissonNoise(1e9)(flat(0.5), rng()) - 0.5).max() < 1e-3


def test_photon_noise_is_poisson_gaussian_noise_without_read_noise(photograph):
    gt = photograph(64, 64)
    alone, mixed = PoissonNoise(80)(gt, rng()), PoissonGaussianNoise(80, 0)(gt, rng(1))
    assert np.std(alone - gt) == pytest.approx(np.std(mixed - gt), rel=0.02)


def test_the_peak_is_drawn_on_a_logarithmic_scale():
    damage, gt = PoissonNoise((10, 1000)), flat(1, 24)
    peaks = np.array([1 / np.var(damage(gt, rng(seed))) for seed in range(400)])
    assert np.mean(peaks < 100) == pytest.approx(0.5, abs=0.08)
    assert peaks.min() < 13
    assert peaks.max() > 750


def test_gray_photon_noise_is_that_of_the_gray_picture():
    gt = flat([0.9, 0.2, 0.4])
    noise = PoissonNoise(100, gray=1)(gt, rng()) - gt
    assert np.abs(noise - noise[..., :1]).max() < 1e-6
    gray = 0.299 * 0.9 + 0.587 * 0.2 + 0.114 * 0.4
    assert np.std(noise[..., 0]) == pytest.approx(np.sqrt(gray / 100), rel=0.02)
    assert abs(noise.mean()) < 1e-3


@pytest.mark.parametrize("channels", [1, 2, 5])
def test_gray_photon_noise_of_any_channels(channels):
    gt = rng(5).random((6, 7, channels), np.float32)
    noise = PoissonNoise(50, gray=1)(gt, rng()) - gt
    assert np.abs(noise - noise[..., :1]).max() < 1e-6
    assert np.std(noise) > 0.02


def test_the_share_of_gray_noise():
    damage, gt = PoissonNoise(50, gray=0.3), flat(0.5, 6)
    gray = [np.ptp(damage(gt, rng(seed)), axis=2).max() < 1e-6 for seed in range(400)]
    assert np.mean(gray) == pytest.approx(0.3, abs=0.07)


# --- speckle


@pytest.mark.parametrize("gt", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("sigma", [5, 50])
def test_speckle_grows_with_the_signal(gt, sigma):
    noise = (SpeckleNoise(sigma)(flat(gt), rng()) - np.float32(gt)) * 255
    assert np.std(noise) == pytest.approx(sigma * gt, rel=0.02)
    assert abs(noise.mean()) <= 0.02 * sigma * gt
    if gt:
        assert np.mean(noise**4) / np.var(noise) ** 2 == pytest.approx(3, abs=0.1)  # normal
        assert is_white(noise)


@pytest.mark.parametrize("looks", [1, 4, 10])
def test_speckle_of_looks_is_gamma_distributed(looks):
    factor = SpeckleNoise(looks=looks)(flat(0.4), rng()).astype(np.float64) / 0.4
    assert factor.min() >= 0
    assert factor.mean() == pytest.approx(1, abs=0.01)
    assert np.std(factor) == pytest.approx(1 / np.sqrt(looks), rel=0.02)
    skewness = np.mean((factor - 1) ** 3) / np.std(factor) ** 3
    assert skewness == pytest.approx(2 / np.sqrt(looks), rel=0.1)
    assert is_white(factor)


# --- impulses


@pytest.mark.parametrize("density", [0, 0.05, 0.5, 1])
@pytest.mark.parametrize("per_channel", [False, True])
def test_salt_and_pepper(density, per_channel):
    gt = flat(0.4)
    lq = SaltAndPepper(density, per_channel)(gt, rng())
    black, white = lq == 0, lq == 1
    assert np.array_equal(lq[~black & ~white], gt[~black & ~white])
    spread = 4 * np.sqrt(density / 2 / gt[..., 0].size)
    assert black.mean() == pytest.approx(density / 2, abs=spread)
    assert white.mean() == pytest.approx(density / 2, abs=spread)
    assert (black | white).mean() == pytest.approx(density, abs=1.5 * spread * (density < 1))
    whole = (np.ptp(lq, axis=2) == 0).all()
    assert whole == (not per_channel or density == 0)


@pytest.mark.parametrize("density", [0, 0.05, 0.5, 1])
@pytest.mark.parametrize("per_channel", [False, True])
def test_impulses_take_any_value(density, per_channel):
    gt = flat(0.4)
    lq = ImpulseNoise(density, per_channel)(gt, rng())
    hit = lq != gt
    spread = 4 * np.sqrt(density / gt[..., 0].size)
    assert hit.mean() == pytest.approx(density, abs=spread * (density < 1))
    if not density:
        return
    assert np.histogram(lq[hit], 5, (0, 1))[0] / hit.sum() == pytest.approx([0.2] * 5, abs=0.02)
    assert (hit.all(axis=2) == hit.any(axis=2)).all() == (not per_channel or density == 1)
    channels = lq[hit.all(axis=2)]
    if len(channels) > 1000:
        assert abs(correlation(channels[:, 0], channels[:, 1])) < 0.05  # colors, not grays


@pytest.mark.parametrize("kind", [SaltAndPepper, ImpulseNoise])
def test_hits_are_independent_and_their_density_is_drawn(kind):
    hit = (kind(0.3)(flat(0.4), rng()) != np.float32(0.4)).any(axis=2)
    assert abs(correlation(hit[1:], hit[:-1])) < 0.03
    assert abs(correlation(hit[:, 1:], hit[:, :-1])) < 0.03
    gt = flat(0.4, 30)
    densities = [np.mean(kind((0.1, 0.9))(gt, rng(seed)) != gt) for seed in range(200)]
    assert np.mean(densities) == pytest.approx(0.5, abs=0.06)
    assert min(densities) < 0.15
    assert max(densities) > 0.85


# --- correlated noise


@pytest.mark.parametrize("kernel", ["box", "gaussian"])
@pytest.mark.parametrize("width", [1, 2, 3, 7])
def test_correlated_noise_has_the_level_asked_for(kernel, width):
    noise = (CorrelatedNoise(25, width, kernel)(flat(0.5, 400), rng()) - 0.5) * 255
    assert np.std(noise) == pytest.approx(25, rel=0.02)
    assert np.std(noise[[0, -1]]) == pytest.approx(25, rel=0.2)  # at the border, too
    assert np.std(noise[:, [0, -1]]) == pytest.approx(25, rel=0.2)
    assert np.mean(noise**4) / np.var(noise) ** 2 == pytest.approx(3, abs=0.15)  # normal
    assert abs(correlation(noise[..., 0], noise[..., 1])) < 0.04


def test_the_level_of_correlated_noise_is_exact_for_the_kernel_not_for_the_picture():
    damage, gt = CorrelatedNoise(25, 4), flat(0.5, 12)
    levels = [np.std(damage(gt, rng(seed)) - gt) * 255 for seed in range(50)]
    assert np.std(levels) > 0.5
    for kernel in ("box", "gaussian"):
        taps = CorrelatedNoise(25, 4, kernel)._taps(rng())
        assert sum(tap**2 for tap in taps) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("axis", [0, 1])
def test_the_correlation_of_a_box_falls_in_a_straight_line(axis):
    noise = np.moveaxis(CorrelatedNoise(25, 3)(flat(0.5, 400), rng()), axis, 0)
    for lag, wanted in ((1, 2 / 3), (2, 1 / 3), (3, 0), (5, 0)):
        assert correlation(noise[lag:], noise[:-lag]) == pytest.approx(wanted, abs=0.02)


@pytest.mark.parametrize("axis", [0, 1])
def test_the_correlation_of_a_gaussian_is_one_of_twice_its_variance(axis):
    width = 4
    noise = np.moveaxis(CorrelatedNoise(25, width, "gaussian")(flat(0.5, 400), rng()), axis, 0)
    variance = (width / 2.3548) ** 2
    for lag in (1, 2, 4, 12):
        wanted = np.exp(-(lag**2) / (4 * variance))
        assert correlation(noise[lag:], noise[:-lag]) == pytest.approx(wanted, abs=0.03)


def test_a_box_of_one_pixel_leaves_white_noise():
    gt = flat(0.3, 16)
    assert CorrelatedNoise(25, 1)(gt, rng(7)) == pytest.approx(GaussianNoise(25)(gt, rng(7)))


# --- what all have in common


@pytest.mark.parametrize(
    "kind", [CorrelatedNoise, ImpulseNoise, PoissonNoise, SaltAndPepper, SpeckleNoise]
)
@pytest.mark.parametrize("channels", [2, 5])
def test_noise_takes_any_number_of_channels(kind, channels):
    gt = rng(3).random((9, 11, channels), np.float32)
    lq = kind()(gt, rng())
    assert lq.shape == gt.shape
    assert all((lq[..., i] != gt[..., i]).any() for i in range(channels))


@pytest.mark.parametrize("kind", [CorrelatedNoise, PoissonNoise, SpeckleNoise])
def test_clipped_noise_is_what_a_file_holds(kind):
    gt = flat(0.97, 40)
    free, stored = (kind(clip=clip)(gt, rng(2)) for clip in (0, 1))
    assert free.max() > 1
    assert not is_8bit(free)
    assert is_8bit(stored)
    assert np.abs(np.clip(free, 0, 1) - stored).max() <= 0.5 / 255 + 1e-6


@pytest.mark.parametrize(
    ("damage", "ratio"),
    [
        (CorrelatedNoise(sigma=(2, 60)), 4),
        (PoissonNoise((10, 5000)), 4),
        (SpeckleNoise((2, 60)), 4),
        (SaltAndPepper((0.01, 0.9)), 3),
        (ImpulseNoise((0.01, 0.9)), 3),
    ],
)
def test_a_range_draws_different_levels(damage, ratio, photograph):
    gt = photograph()
    levels = [np.std(damage(gt, rng(seed)) - gt) for seed in range(30)]
    assert max(levels) > ratio * min(levels)
    assert len({round(float(level), 6) for level in levels}) > 25
