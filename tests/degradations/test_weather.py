"""Rain, snow, haze, drops, little light and moire are as strong and as large as they say."""

import numpy as np
import pytest

from nitido.degradations._bayer import demosaiced
from nitido.degradations._fields import smooth_field
from nitido.degradations._weather import strewn
from nitido.degradations.haze import Haze
from nitido.degradations.low_light import LowLight
from nitido.degradations.moire import Moire
from nitido.degradations.rain import Rain
from nitido.degradations.raindrops import Raindrops
from nitido.degradations.snow import Snow
from nitido.errors import SettingError


def rng(seed=0):
    return np.random.default_rng(seed)


def flat(value, side=300, channels=1):
    return np.full((side, side, channels), value, np.float32)


def autocorrelation(field):
    """Return the circular autocorrelation of a field (H, W), 1 at (0, 0)."""
    power = np.abs(np.fft.fft2(field - field.mean())) ** 2
    result = np.fft.ifft2(power).real
    return result / result[0, 0]


def half_width(line):
    """Return the fractional lag at which an autocorrelation falls below one half."""
    lag = int(np.argmax(line < 0.5))
    return lag - (0.5 - line[lag]) / (line[lag - 1] - line[lag])


def slant(field):
    """Return the direction along which a field changes least, degrees from the vertical."""
    down, across = np.gradient(field)
    return np.degrees(np.arctan2(2 * (down * across).mean(), (across**2 - down**2).mean())) / -2


DARK_AND_BRIGHT = np.float32([[[0], [1]]])


# --- smooth fields


@pytest.mark.parametrize("cell", [4, 7.5, 16])
def test_a_field_has_features_of_its_cell(cell):
    above = smooth_field(500, 600, cell, rng(1)) > 0.5
    assert 500 * 599 / np.count_nonzero(above[:, 1:] != above[:, :-1]) == pytest.approx(cell, 0.07)
    assert 499 * 600 / np.count_nonzero(above[1:] != above[:-1]) == pytest.approx(cell, 0.07)


@pytest.mark.parametrize("cell", [2, 6.3])
def test_a_field_is_evenly_distributed(cell):
    field = smooth_field(700, 500, cell, rng())
    assert field.dtype == np.float32
    assert field.min() >= 0
    assert field.max() <= 1
    for share in (0.1, 0.5, 0.8):
        assert np.mean(field < share) == pytest.approx(share, abs=0.01)


def test_a_field_is_evenly_distributed_between_its_grid_points_too():
    fields = np.stack([smooth_field(1, 12, 40, rng(seed)) for seed in range(1500)])
    assert np.abs(fields.mean(axis=0) - 0.5).max() < 0.03
    assert np.abs(fields.std(axis=0) - np.sqrt(1 / 12)).max() < 0.01


def test_a_field_never_repeats():
    far = autocorrelation(smooth_field(512, 512, 6, rng()))[20:-20, 20:-20]
    assert np.abs(far).max() < 0.12


def test_a_field_of_huge_cells_hardly_changes():
    fields = [smooth_field(9, 9, 1000, rng(seed)) for seed in range(50)]
    assert max(np.ptp(field) for field in fields) < 0.05
    assert np.ptp([field.mean() for field in fields]) > 0.8


# --- things strewn over a picture


@pytest.mark.parametrize("margin", [0, 7])
def test_as_many_things_as_expected_lie_in_the_picture(margin):
    places = np.concatenate([strewn(20, 31, margin, 4, rng(i)) for i in range(3000)], axis=1)
    sides = np.array([[20], [31]])
    inside = np.all((places >= margin) & (places < margin + sides), axis=0)
    assert inside.sum() / 3000 == pytest.approx(4, rel=0.03)
    assert (places.min(axis=1) < 0.1).all()
    assert (places.max(axis=1) > sides[:, 0] + 2 * margin - 0.1).all()


# --- rain

STREAKS = {"length": 10, "width": 1, "angle": 0, "opacity": 0.2, "layers": 1, "veil": 0}


def rain(seed=0, side=300, **settings):
    """Return the streaks alone, float64 (side, side)."""
    return Rain(**{**STREAKS, **settings})(flat(0, side), rng(seed))[..., 0].astype(float)


@pytest.mark.parametrize(
    "settings",
    [{}, {"width": 2.5}, {"layers": 3, "width": 2}, {"angle": 60}, {"opacity": (0.1, 0.3)}],
)
def test_rain_has_its_density_and_opacity(settings):
    light = [rain(seed, 400, density=0.1, **settings).mean() for seed in range(6)]
    assert np.mean(light) == pytest.approx(0.1 * 0.2, rel=0.02)


def test_rain_is_as_dense_at_the_border():
    light = np.mean([rain(seed, 60, density=0.3, length=20) for seed in range(150)], axis=0)
    for border in (light[:4], light[-4:], light[:, :4], light[:, -4:]):
        assert border.mean() == pytest.approx(light.mean(), rel=0.1)


@pytest.mark.parametrize("angle", [-50, -20, 0, 35, 90])
def test_rain_falls_at_its_angle(angle):
    found = slant(rain(angle=angle, density=0.05, length=40, width=6))
    assert (found - angle + 90) % 180 - 90 == pytest.approx(0, abs=2)


def test_rain_to_the_right_moves_right_while_it_falls():
    streaks = rain(angle=45, density=0.02, length=20)
    diagonal = (streaks[:-1, :-1] * streaks[1:, 1:]).mean()
    assert diagonal > 4 * (streaks[:-1, 1:] * streaks[1:, :-1]).mean()


def test_streaks_are_as_long_and_wide_as_asked():
    short, long = (autocorrelation(rain(length=n, width=4, density=0.1))[:, 0] for n in (15, 45))
    assert half_width(long) / half_width(short) == pytest.approx(3, rel=0.1)
    assert 0.35 * 45 < half_width(long) < 0.55 * 45  # one half for even streaks of one length
    across = autocorrelation(rain(length=12, width=4, density=0.1))[0]
    assert half_width(across) == pytest.approx(4 / np.sqrt(2), rel=0.1)  # of a Gaussian


def test_far_layers_are_smaller():
    one, three = (autocorrelation(rain(length=30, layers=n, density=0.2))[:, 0] for n in (1, 3))
    assert half_width(three) < 0.9 * half_width(one)


def test_rain_screens_the_picture(photograph):
    gt = photograph(64, 64)
    damage = Rain(veil=0)
    streaks = damage(np.zeros_like(gt), rng(3))
    assert streaks.max() > 0.3
    assert np.abs(damage(gt, rng(3)) - (1 - (1 - gt) * (1 - streaks))).max() < 1e-6


@pytest.mark.parametrize("damage", [Rain(density=0, veil=0.3), Snow(density=0, veil=0.3)])
def test_the_veil_takes_its_share(damage):
    dark, bright = (damage(flat(value, 20), rng(1)) for value in (0, 1))
    assert np.allclose(bright - dark, 0.7, atol=1e-6)
    assert np.ptp(dark) < 1e-6
    assert 0.6 <= dark.mean() / 0.3 <= 1


# --- snow

FLAKES = {"radius": 5, "length": 0, "angle": 0, "opacity": 0.3, "veil": 0}


def snow(seed=0, side=300, **settings):
    """Return how much the flakes hide, float64 (side, side)."""
    damage = Snow(**{**FLAKES, **settings})
    dark, bright = (damage(flat(value, side), rng(seed))[..., 0] for value in (0, 1))
    return 1 - (bright - dark).astype(float)


@pytest.mark.parametrize("settings", [{}, {"radius": 5}, {"length": 3}, {"length": 8, "angle": 70}])
def test_snow_has_its_density_and_opacity(settings):
    hidden = [snow(seed, 400, **{"density": 0.3, "radius": 3, **settings}) for seed in range(6)]
    # Flakes that are strewn evenly let through exp(-density * opacity), overlaps included.
    assert -np.log(1 - np.mean(hidden)) == pytest.approx(0.3 * 0.3, rel=0.02)


def test_snow_has_one_brightness():
    damage = Snow(veil=0, density=0.2)
    dark, bright = (damage(flat(value), rng(2)).astype(float) for value in (0, 1))
    hidden = 1 - (bright - dark)
    white = dark[hidden > 0.2] / hidden[hidden > 0.2]
    assert np.ptp(white) < 1e-5
    assert 0.85 <= white.mean() <= 1


def test_opaque_flakes_hide_what_is_behind():
    hidden = snow(density=0.1, opacity=1)
    assert hidden.max() > 0.999
    assert np.mean(hidden < 1e-3) > 0.7


def test_flakes_are_as_large_as_asked():
    small, large = (autocorrelation(snow(radius=n, density=0.1))[0] for n in (3, 9))
    assert half_width(large) / half_width(small) == pytest.approx(3, rel=0.15)


@pytest.mark.parametrize("angle", [-45, 0, 30])
def test_flakes_move_at_their_angle(angle):
    assert slant(snow(angle=angle, length=25, density=0.1)) == pytest.approx(angle, abs=4)


# --- haze


def haze(height=60, width=80, seed=0, **settings):
    """Return transmission (H, W) and airlight (C,) of a haze, from two pictures."""
    shape = (height, width, 3)
    dark, bright = (
        Haze(**settings)(np.full(shape, value, np.float32), rng(seed)).astype(float)
        for value in (0, 1)
    )
    transmission = bright - dark
    farthest = np.unravel_index(transmission[..., 0].argmin(), (height, width))
    return transmission[..., 0], dark[farthest] / (1 - transmission[farthest])


@pytest.mark.parametrize("size", [(60, 80), (200, 30), (5, 90)])
@pytest.mark.parametrize(("beta", "nearest"), [(0.7, 0.2), (2, 0.5), (1.5, 0.9)])
def test_haze_spans_its_depths(size, beta, nearest):
    transmission, _ = haze(*size, beta=beta, nearest=nearest)
    assert transmission.min() == pytest.approx(np.exp(-beta), rel=1e-4)
    assert transmission.max() == pytest.approx(np.exp(-beta * nearest), rel=1e-4)


def test_haze_is_smooth_and_denser_above():
    means = []
    for seed in range(30):
        transmission, _ = haze(beta=1, nearest=0, seed=seed)
        assert np.abs(np.diff(transmission, axis=0)).max() < 0.08
        assert np.abs(np.diff(transmission, axis=1)).max() < 0.08
        means.append(transmission.mean(axis=1))
    top, bottom = np.mean(means, axis=0)[[3, -4]]
    assert top < bottom - 0.2


def test_even_haze_is_the_model(photograph):
    gt = photograph()
    lq = Haze(beta=0.9, airlight=0.8, tint=0, nearest=1)(gt, rng())
    assert np.abs(lq - (gt * np.exp(-0.9) + 0.8 * (1 - np.exp(-0.9)))).max() < 1e-6


def test_haze_is_tinted_no_more_than_asked():
    airlight = [haze(4, 4, seed, airlight=0.8, tint=0.1, nearest=0.5)[1] for seed in range(60)]
    ratio = np.stack(airlight) / 0.8
    assert np.allclose(ratio.mean(axis=1), 1, atol=1e-5)
    assert 0.09 < ratio[:, 0].max() - 1 <= 0.1001
    assert 0.09 < 1 - ratio[:, 0].min() <= 0.1001


# --- drops on the window


def test_drops_cover_their_density():
    shown = []
    for seed in range(3):
        gt = rng(9).uniform(0.3, 0.6, (400, 400, 1)).astype(np.float32)
        change = np.where(rng(8).random(gt.shape) < 0.5, 0.1, -0.1).astype(np.float32)
        damage = Raindrops(density=0.3, radius=(5, 9), blur=0.5)
        # What a drop shows is a mean of pixels elsewhere: only uncovered pixels follow the change.
        shown.append(((damage(gt + change, rng(seed)) - damage(gt, rng(seed))) / change).mean())
    assert -np.log(np.mean(shown)) == pytest.approx(0.3, rel=0.06)


def test_nothing_changes_between_drops(photograph):
    gt = photograph(120, 120)
    same = np.all(Raindrops(density=0.2, radius=10)(gt, rng(1)) == gt, axis=2)
    assert 0.6 < same.mean() < 0.95
    assert np.array_equal(Raindrops(density=0)(gt, rng()), gt)


def test_drops_are_as_large_as_asked():
    gt = np.tile(np.linspace(0.2, 0.8, 300, dtype=np.float32)[:, None, None], (1, 300, 1))
    for radius in (6, 18):
        changed = Raindrops(density=0.02, radius=radius, blur=0)(gt, rng(2))[..., 0] != gt[..., 0]
        columns = np.flatnonzero(changed.any(axis=0))
        runs = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
        widest = np.median([len(run) for run in runs])
        assert widest == pytest.approx(2 * radius, rel=0.3)


def test_drops_show_the_scene_reversed():
    gt = np.tile(np.linspace(0.2, 0.8, 300, dtype=np.float32)[:, None], (300, 1, 1))
    slope = np.diff(Raindrops(density=0.2, radius=15)(gt, rng(1))[..., 0], axis=1)
    inside = np.abs(slope - np.median(slope)) > 1e-5
    assert 0.1 < inside.mean() < 0.3
    assert np.median(slope) == pytest.approx(0.002, rel=0.05)
    assert np.median(slope[inside]) < -0.002


# --- little light


def test_little_light_is_the_model(photograph):
    gt = photograph()
    damage = LowLight(gamma=2.2, gain=0.3, cast=0, peak=1e9, sigma=0, clip=0)
    assert np.abs(damage(gt, rng()) - 0.3 * gt.astype(float) ** 2.2).max() < 2e-4


@pytest.mark.parametrize(("peak", "sigma"), [(200, 0), (1e9, 4), (1000, 2)])
def test_noise_in_little_light_is_that_of_the_dark_picture(peak, sigma):
    damage = LowLight(gamma=2, gain=0.4, cast=0, peak=peak, sigma=sigma, clip=0)
    lq = damage(flat(0.6, 400), rng())
    dark = 0.4 * 0.36
    assert lq.mean() == pytest.approx(dark, rel=0.002)
    assert np.std(lq) == pytest.approx(np.sqrt(dark / peak + (sigma / 255) ** 2), rel=0.01)


@pytest.mark.parametrize("cast", [0.05, 0.3])
def test_the_cast_is_as_strong_as_asked(cast):
    damage = LowLight(gamma=1, gain=0.5, cast=cast, peak=1e9, sigma=0, clip=0)
    for seed in range(10):
        colors = damage(flat(1, 8, 3), rng(seed)).mean(axis=(0, 1)) / 0.5
        assert colors.mean() == pytest.approx(1, abs=1e-3)
        assert np.abs(colors - 1).max() == pytest.approx(cast, abs=1e-3)
    assert damage(flat(1, 8, 1), rng()).mean() == pytest.approx(0.5, abs=1e-3)


def test_little_light_is_stored_in_8_bits(photograph):
    lq = LowLight()(photograph(), rng()) * 255
    assert np.abs(lq - np.round(lq)).max() < 1e-4
    assert lq.min() >= 0


# --- moire


def pattern(seed=0, side=128, channels=3, **settings):
    return Moire(**settings)(flat(0.5, side, channels), rng(seed)) / 0.5 - 1


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("strength", [0.02, 0.1, 0.2])
def test_moire_is_as_strong_as_asked(channels, strength):
    for seed in range(4):
        found = np.sqrt(np.mean(pattern(seed, channels=channels, strength=strength) ** 2))
        assert found == pytest.approx(strength, rel=0.02)


def test_bands_have_their_period():
    def frequency(seed, period):
        """Return the dominant frequency of the difference of two colors, in bands per picture."""
        waves = pattern(seed, period=period, strength=0.1)
        power = np.abs(np.fft.rfft2((waves[..., 0] - waves[..., 2])[:, :128])) ** 2
        rows = np.minimum(np.arange(128), 128 - np.arange(128))
        distance = np.hypot(rows[:, None], np.arange(65))
        low = (distance > 1) & (distance < 40)
        return np.average(distance[low], weights=power[low])

    coarse, fine = ([frequency(seed, period) for seed in range(12)] for period in (24, 12))
    assert np.mean(coarse) == pytest.approx(128 / 24, rel=0.35)
    assert np.mean(fine) / np.mean(coarse) == pytest.approx(2, rel=0.15)


def test_moire_is_colored():
    waves = pattern(strength=0.1)
    assert np.std(waves - waves.mean(axis=2, keepdims=True)) > 0.02


def test_a_dark_screen_has_no_moire():
    assert not Moire()(flat(0, 30, 3), rng()).any()


def test_only_gray_and_color_have_moire():
    with pytest.raises(SettingError, match="this picture has 4"):
        Moire()(flat(0.5, 8, 4), rng())


@pytest.mark.parametrize("phase", range(4))
def test_demosaicing_keeps_the_color_that_each_pixel_has(phase):
    raw = rng().standard_normal((10, 12, 3)).astype(np.float32)
    same = demosaiced(raw, phase, 0.5) == raw
    assert (same.sum(axis=2) == 1).all()
    assert same.sum(axis=(0, 1)).tolist() == [30, 60, 30]
    colors = np.broadcast_to(np.float32([0.1, 0.5, 0.9]), (10, 12, 3))
    assert np.allclose(demosaiced(colors, phase, 0), colors, atol=1e-6)


# --- every picture draws its own level


@pytest.mark.parametrize(
    ("level", "low", "high"),
    [
        (lambda seed: -np.log(haze(4, 4, seed, beta=(0.5, 2))[0].min()), 0.5, 2),
        (lambda seed: haze(4, 4, seed, airlight=(0.7, 0.9), tint=0)[1].mean(), 0.7, 0.9),
        (
            lambda seed: LowLight(1, (0.1, 0.5), 0, 1e9, 0, 0)(flat(1, 4), rng(seed)).mean(),
            0.1,
            0.5,
        ),
        (lambda seed: np.sqrt(np.mean(pattern(seed, 24, strength=(0.05, 0.2)) ** 2)), 0.05, 0.2),
        (lambda seed: 1 - np.ptp(Rain(0, veil=(0, 0.4))(DARK_AND_BRIGHT, rng(seed))), 0, 0.4),
        (lambda seed: 1 - np.ptp(Snow(0, veil=(0, 0.4))(DARK_AND_BRIGHT, rng(seed))), 0, 0.4),
    ],
)
def test_a_range_is_drawn_from_end_to_end(level, low, high):
    levels = np.array([level(seed) for seed in range(60)])
    assert low - 1e-3 <= levels.min() < low + 0.15 * (high - low)
    assert high - 0.15 * (high - low) < levels.max() <= high + 1e-3


def test_every_drop_draws_its_own_radius_and_every_streak_its_own_brightness():
    assert rain(opacity=(0, 0.9), density=0.01).max() > 0.5
    gt = np.tile(np.linspace(0.2, 0.8, 400, dtype=np.float32)[:, None, None], (1, 400, 1))
    changed = Raindrops(density=0.02, radius=(3, 30), blur=0)(gt, rng(4)) != gt
    columns = np.flatnonzero(changed[..., 0].any(axis=0))
    runs = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    assert min(len(run) for run in runs) < 12
    assert max(len(run) for run in runs) > 24
