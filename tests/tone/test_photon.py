"""Photon noise: the transform, its unbiased inverse, and where it is found."""

import numpy as np
import pytest

from nitido.tone import FULL, Photon, Range, find_photon

GAIN, OFFSET = 0.01, 0.1


def sensor(photons, read, rng):
    """Return what a sensor gives of means in photons; read noise in photons."""
    noise = read * rng.standard_normal(np.shape(photons))
    return (GAIN * (rng.poisson(photons) + noise) + OFFSET).astype(np.float32)


def photon_noise(read):
    return Photon(GAIN, (GAIN * read) ** 2 - GAIN * OFFSET)


@pytest.mark.parametrize("read", [0, 0.5, 2])
@pytest.mark.parametrize("mean", [3, 5, 10, 30, 300])
def test_means_come_back_unbiased(mean, read):
    rng = np.random.default_rng(0)
    noise = photon_noise(read)
    stable = noise.stabilize(sensor(np.full(1_000_000, mean), read, rng))
    back = noise.invert(np.array([stable.mean(dtype=np.float64)], np.float32))[0]
    assert (back - OFFSET) / GAIN == pytest.approx(mean, rel=0.01)
    plain = (stable.mean(dtype=np.float64) / 2) ** 2 - 3 / 8 - read**2
    if mean <= 10:  # the plain inverse is not good enough
        assert plain < 0.99 * mean


@pytest.mark.parametrize("read", [0, 2])
@pytest.mark.parametrize("mean", [5, 50, 500])
def test_noise_is_white_of_level_one(mean, read):
    rng = np.random.default_rng(1)
    stable = photon_noise(read).stabilize(sensor(np.full(200_000, mean), read, rng))
    assert stable.std() == pytest.approx(1, abs=0.05)


def test_nothing_below_no_photon_at_all():
    stable = photon_noise(0).stabilize(np.array([-5, 0, OFFSET], np.float32))
    assert np.isfinite(stable).all()
    assert photon_noise(0).invert(np.array([-1, 0, 1], np.float32)) == pytest.approx(
        OFFSET, abs=GAIN
    )


@pytest.fixture
def gentle():
    """Make a picture with parts that are nearly flat, from dark to bright."""

    def make(channels=1):
        y, x = np.mgrid[:384, :480].astype(np.float32)
        bands = [0.5 + 0.5 * np.sin(x / 90 + c) * np.cos(y / 70 - c) for c in range(channels)]
        return np.stack(bands, axis=2)

    return make


def windows_of(picture):
    return [
        picture[top : top + 96, left : left + 96]
        for top in range(0, picture.shape[0] - 95, 96)
        for left in range(0, picture.shape[1] - 95, 96)
    ]


@pytest.mark.parametrize("full", [30, 100, 1000])
@pytest.mark.parametrize("channels", [1, 3])
def test_gain_and_base_are_found_in_linear_data(gentle, full, channels):
    rng = np.random.default_rng(2)
    light = gentle(channels) ** 2.2 * full
    values = sensor(light, 2, rng)
    shown = Range(OFFSET, OFFSET + GAIN * full)
    found = find_photon(windows_of(values), shown)
    wanted = photon_noise(2)
    assert found.gain == pytest.approx(wanted.gain, rel=0.15)
    one, other = (noise.gain * shown.high + noise.base for noise in (found, wanted))
    assert one == pytest.approx(other, rel=0.15)


def test_hot_pixels_do_not_decide(gentle):
    rng = np.random.default_rng(3)
    values = sensor(gentle() ** 2.2 * 100, 1, rng)
    values[rng.random(values.shape) < 0.001] = 65
    found = find_photon(windows_of(values), Range(OFFSET, OFFSET + 1))
    assert found.gain == pytest.approx(GAIN, rel=0.15)


@pytest.mark.parametrize("sigma", [0, 0.2, 2, 5, 15, 50])
@pytest.mark.parametrize("cut", [True, False])
def test_white_noise_is_none(gentle, noisy, sigma, cut):
    values = noisy(gentle(), sigma)
    assert find_photon(windows_of(values.clip(0, 1) if cut else values), FULL) is None


def test_noise_that_shrinks_with_brightness_is_none(gentle):
    clean = gentle()
    noise = np.random.default_rng(4).standard_normal(clean.shape, dtype=np.float32)
    assert find_photon(windows_of(clean + 0.05 * (1.2 - clean) * noise), FULL) is None


def test_noise_not_worth_removing_is_none(gentle):
    light = gentle() * 1e6
    values = sensor(light, 0, np.random.default_rng(5))
    assert find_photon(windows_of(values), Range(OFFSET, OFFSET + GAIN * 1e6)) is None


@pytest.mark.parametrize("shape", [(5, 96, 3), (8, 8, 1), (96, 96, 1)])
def test_too_little_to_tell_is_none(shape):
    assert find_photon([np.full(shape, 0.5, np.float32)], FULL) is None
    assert find_photon([np.random.default_rng(6).random(shape, np.float32)], FULL) is None
