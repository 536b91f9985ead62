"""Numbers of what happens to old photographs: as strong, as wide and as many as asked."""

import numpy as np
import pytest

from nitido.degradations.fading import Fading
from nitido.degradations.film_grain import FilmGrain
from nitido.degradations.folds import Folds
from nitido.degradations.scratches import Scratches
from nitido.degradations.sepia import Sepia
from nitido.degradations.stains import Stains
from nitido.errors import SettingError
from nitido.picture import rgb2gray


def rng(seed=0):
    return np.random.default_rng(seed)


def flat(value, height=200, width=None, channels=1):
    return np.full((height, width or height, channels), value, np.float32)


def changed(damage, gt, seed):
    """Return by how much each pixel of a gray picture changes, (H, W)."""
    return (damage(gt, rng(seed)) - gt)[..., 0]


def slope(marks):
    """Return the direction of a mark in degrees from the horizontal, clockwise, 0..180."""
    rows, columns = np.nonzero(marks)
    values, vectors = np.linalg.eigh(np.cov(columns, rows))
    across, down = vectors[:, values.argmax()]
    return np.degrees(np.arctan2(down, across)) % 180


@pytest.mark.parametrize("channels", [2, 4])
@pytest.mark.parametrize("damage", [Stains(), Fading(), Sepia(), Folds()])
def test_colored_damage_needs_gray_or_color(damage, channels):
    with pytest.raises(SettingError, match=f"RGB has 3; this picture has {channels}"):
        damage(flat(0.5, 8, channels=channels), rng())


@pytest.mark.parametrize(
    "damage", [Scratches(), Stains(), Fading(), Sepia(), Folds(), FilmGrain(clip=1)]
)
def test_values_stay_in_range(damage):
    gt = rng(9).random((64, 80, 3), dtype=np.float32).round()  # black and white
    for seed in range(5):
        lq = damage(gt, rng(seed))
        assert lq.min() >= 0
        assert lq.max() <= 1


@pytest.mark.parametrize(
    "damage",
    [
        Scratches(count=0),
        Scratches(opacity=0),
        Stains(count=0, spots=0, dust=0),
        Stains(opacity=0, dust=0),
        Fading(1, 0, 0, 0),
        Sepia(0),
        Folds(count=0),
        FilmGrain(0),
    ],
)
def test_nothing_asked_is_nothing_done(damage, photograph):
    gt = photograph()
    assert np.array_equal(damage(gt, rng(1)), gt)


# --- scratches


@pytest.mark.parametrize(("bright", "opacity"), [(1, 0.6), (0, 0.6), (1, 1), (0, 0.25)])
def test_a_scratch_is_as_deep_as_asked(bright, opacity):
    damage = Scratches(1, 0.04, 0.3, opacity=opacity, bright=bright)
    depth = [changed(damage, flat(0.5, 160), seed) / (0.5 if bright else -0.5) for seed in range(6)]
    assert min(d.min() for d in depth) == 0  # never the other color
    assert max(d.max() for d in depth) == pytest.approx(opacity, rel=0.02)


def test_the_share_of_bright_scratches():
    damage, gt = Scratches(1, 0.1, 1, bright=0.7), flat(0.5, 16)
    sums = np.array([changed(damage, gt, seed).sum() for seed in range(400)])
    assert np.mean(sums > 0) / np.mean(sums != 0) == pytest.approx(0.7, abs=0.06)


@pytest.mark.parametrize("side", [200, 400])
def test_a_scratch_is_as_wide_as_asked_and_grows_with_the_picture(side):
    damage = Scratches(1, 0.03, 1, 0, 1, 1)
    widths = []
    for seed in range(6):
        depth = changed(damage, flat(0, side), seed)
        seen = depth[depth.max(axis=1) > 0.2]
        widths.append(np.median(np.sum(seen > seen.max(axis=1, keepdims=True) / 2, axis=1)))
    assert np.mean(widths) == pytest.approx(0.03 * side, rel=0.08)


def test_no_scratch_is_thinner_than_a_pixel():
    depth = changed(Scratches(1, 1e-6, 1, 0, 1, 1), flat(0, 60, 90), 3)
    seen = depth[depth.any(axis=1)]
    assert np.median(seen.sum(axis=1) / seen.max(axis=1)) >= 1


@pytest.mark.parametrize("angle", [-40, 0, 25])
def test_scratches_lean_as_asked(angle):
    damage, gt = Scratches(1, 0.02, 0.8, angle, 1, 1), flat(0, 150)
    leans = [(slope(changed(damage, gt, seed)) - 90 + 90) % 180 - 90 for seed in range(8)]
    assert np.mean(leans) == pytest.approx(angle, abs=3)  # 90 degrees are vertical


def test_scratches_are_as_many_as_asked():
    gt = flat(0, 100, 3000)
    depth = changed(Scratches(12, 0.02, 3, 0, 1, 1), gt, 5)
    hit = np.concatenate(([0], depth[40:60].max(axis=0) > 0.05, [0])).astype(int)
    assert 8 <= np.sum(np.diff(hit) == 1) <= 12  # some end before or lie on others


# --- stains


@pytest.mark.parametrize("opacity", [0.3, 0.8])
@pytest.mark.parametrize(("count", "spots"), [(2, 0), (0, 20)])
def test_stains_take_as_much_light_as_asked(count, spots, opacity):
    tint = (0.6, 0.4, 0.1)
    damage = Stains(count, 0.4, spots, 0, opacity, tint)
    taken = (1 - damage(flat(1, 400, channels=3), rng(2))) / (1 - np.array(tint))
    assert taken.max() == pytest.approx(opacity, rel=0.02)
    assert np.ptp(taken, axis=2).max() < 1e-5  # the color of the tint, everywhere


def test_stains_on_gray_have_the_gray_of_the_tint():
    tint = (0.6, 0.4, 0.1)
    damage = Stains(3, 0.5, 9, 9, 0.8, tint)
    gray = damage(flat(0.9, 64), rng(4))
    assert np.abs(gray[..., 0] - rgb2gray(damage(flat(0.9, 64, channels=3), rng(4)))).max() < 1e-4


@pytest.mark.parametrize("side", [100, 200])
def test_blotches_are_as_large_as_asked_and_grow_with_the_picture(side):
    damage, gt = Stains(1, 0.3, 0, 0, 1), flat(1, side, 3 * side)
    areas = [np.sum(changed(damage, gt, seed) < -0.05) for seed in range(30)]
    widths = np.sqrt(np.array(areas) * 4 / np.pi) / side
    assert np.mean(widths) == pytest.approx(0.28, abs=0.03)  # some lie half outside
    assert np.std(widths) > 0.02


def test_foxing_grows_with_the_picture_and_dust_does_not():
    def area(side, **marks):
        damage = Stains(0, dust=marks.get("dust", 0), spots=marks.get("spots", 0), opacity=1)
        return np.mean([np.abs(changed(damage, flat(1, side), seed)).sum() for seed in range(4)])

    assert area(600, spots=30) / area(300, spots=30) == pytest.approx(4, rel=0.2)
    assert area(600, dust=30) / area(300, dust=30) == pytest.approx(1, rel=0.2)


def test_dust_is_white_and_black():
    change = changed(Stains(0, spots=0, dust=300), flat(0.5, 400), 1)
    assert change.max() > 0.4
    assert change.min() < -0.4
    assert abs(np.log(-change[change > 0].sum() / change[change < 0].sum())) < 0.3
    assert np.mean(change == 0) > 0.95


# --- fading


@pytest.mark.parametrize(("contrast", "lift"), [(0.5, 0.2), (0.9, 0.05), (1, 0), (0, 0.3)])
def test_fading_leaves_the_contrast_asked_for(contrast, lift):
    damage = Fading(contrast, lift, 0, 0)
    black, middle, white = (float(damage(flat(v, 4), rng()).mean()) for v in (0, 0.5, 1))
    assert black == pytest.approx(lift, abs=1e-6)
    assert white - black == pytest.approx(contrast * (1 - lift), abs=1e-6)
    assert middle == pytest.approx((black + white) / 2, abs=1e-6)


@pytest.mark.parametrize("warmth", [-0.3, 0.2])
def test_warmth_pulls_red_and_blue_apart(warmth):
    lq = Fading(1, 0, warmth, 0)(flat(0.5, 3, channels=3), rng())
    assert np.allclose(lq / 0.5, (1 + warmth, 1, 1 - warmth), atol=1e-6)
    assert np.array_equal(Fading(1, 0, warmth, 0)(flat(0.5, 3), rng()), flat(0.5, 3))


@pytest.mark.parametrize(("height", "width"), [(101, 301), (400, 100)])
def test_the_vignette_is_round_and_darkest_in_the_corners(height, width):
    light = Fading(1, 0, 0, 0.4)(flat(1, height, width), rng())[..., 0]
    corners = light[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert np.allclose(corners, 0.6, atol=0.01)
    assert light[height // 2, width // 2] == pytest.approx(1, abs=1e-3)
    assert light.max() <= 1
    side, half = min(height, width) // 2 - 1, (height // 2, width // 2)
    assert light[half[0] + side, half[1]] == pytest.approx(light[half[0], half[1] + side], abs=0.01)


# --- sepia


def test_sepia_is_the_classical_matrix():
    gt = np.array([[[0.2, 0.5, 0.1], [1, 1, 1], [0, 0, 0], [0, 0, 1]]], np.float32)
    red = 0.393 * 0.2 + 0.769 * 0.5 + 0.189 * 0.1
    green = 0.349 * 0.2 + 0.686 * 0.5 + 0.168 * 0.1
    blue = 0.272 * 0.2 + 0.534 * 0.5 + 0.131 * 0.1
    toned = [[[red, green, blue], [1, 1, 0.937], [0, 0, 0], [0.189, 0.168, 0.131]]]
    assert np.allclose(Sepia(1)(gt, rng()), toned, atol=1e-6)
    assert np.allclose(Sepia(0.25)(gt, rng()), 0.75 * gt + 0.25 * np.array(toned), atol=1e-6)


def test_gray_gets_the_tone_curve_of_sepia():
    gray = np.linspace(0, 1, 50, dtype=np.float32)[None, :, None]
    color = Sepia(0.8)(np.repeat(gray, 3, axis=2), rng())
    assert np.abs(Sepia(0.8)(gray, rng())[..., 0] - rgb2gray(color)).max() < 1e-4


# --- folds


def crease(seed, side=300, value=0.5, **settings):
    plain = {"count": 1, "width": 0.02, "angle": 0, "loss": 0, "shadow": 0}
    return changed(Folds(**{**plain, **settings}), flat(value, side), seed)


@pytest.mark.parametrize("angle", [0, 30, 90, 135])
def test_a_fold_runs_straight_through_the_picture(angle):
    marks = crease(1, angle=angle, loss=0.8) != 0
    assert abs((slope(marks) - angle + 90) % 180 - 90) < 2
    rows, columns = np.nonzero(marks)
    ends = [rows.min() == 0, rows.max() == 299, columns.min() == 0, columns.max() == 299]
    assert sum(ends) >= 2  # from border to border
    off = np.radians(angle)
    assert np.std(rows * np.cos(off) - columns * np.sin(off)) < 0.02 * 300  # a narrow line


@pytest.mark.parametrize("loss", [0, 0.4, 1])
def test_emulsion_is_lost_along_the_share_asked_for(loss):
    seen = [np.mean(crease(seed, 400, 0, loss=loss).max(axis=0) > 0.6) for seed in range(8)]
    assert np.mean(seen) == pytest.approx(loss, abs=0.02)


def test_lost_emulsion_shows_paper_as_wide_as_asked():
    bare = crease(2, side=600, loss=1, value=0)
    assert bare.max() == pytest.approx(rgb2gray(np.array([0.94, 0.91, 0.85])), abs=1e-3)
    widths = np.sum(bare > 0.5, axis=0)
    assert widths.max() <= 0.02 * 600 + 1
    assert widths.max() > 0.7 * 0.02 * 600
    assert np.std(widths) > 1  # ragged


@pytest.mark.parametrize("shadow", [0.2, 0.6])
def test_one_side_of_a_fold_lies_in_shadow(shadow):
    change = crease(4, shadow=shadow, side=400)
    assert change.min() / -0.5 == pytest.approx(shadow, rel=0.1)  # a crack covers the very edge
    row = int(np.argmax(change.max(axis=1)))
    assert np.all(change[: row - 10] == 0)
    below = -change[row + 8 :, :].mean(axis=1)
    assert np.all(np.diff(below[below > 1e-3]) < 0)  # it fades
    ratio = below[24] / below[0]
    assert ratio == pytest.approx(np.exp(-24 / (3 * 0.02 * 400)), rel=0.02)


def test_folds_on_color_show_the_warm_paper():
    lq = Folds(1, 0.05, 10, 1, 0)(flat(0, 200, channels=3), rng(3))
    assert np.allclose(lq.max(axis=(0, 1)), (0.94, 0.91, 0.85), atol=1e-5)


# --- film grain


@pytest.mark.parametrize(("sigma", "size"), [(5, 0), (20, 0.7), (12, 1.5)])
@pytest.mark.parametrize("color", [0, 0.5])
def test_grain_is_as_strong_as_asked_at_middle_gray(sigma, size, color):
    noise = FilmGrain(sigma, size, color)(flat(0.5, 400, channels=3), rng(1)) - 0.5
    assert noise.std() * 255 == pytest.approx(sigma, rel=0.02)
    assert abs(noise.mean()) * 255 < 0.05 * sigma


@pytest.mark.parametrize("value", [0, 0.1, 0.8, 1])
def test_grain_follows_the_brightness(value):
    noise = FilmGrain(20, 0.5, 0)(flat(value, 300), rng()) - np.float32(value)
    wanted = 20 * 2 * np.sqrt(value * (1 - value))
    assert noise.std() * 255 == pytest.approx(wanted, rel=0.02)


@pytest.mark.parametrize("size", [0.6, 1, 2])
def test_grain_is_as_large_as_asked(size):
    noise = FilmGrain(20, size)(flat(0.5, 500), rng())[..., 0]
    taps = np.exp(-0.5 * (np.arange(-15, 16) / size) ** 2)
    for one, next_one in ((noise[1:], noise[:-1]), (noise[:, 1:], noise[:, :-1])):
        found = np.corrcoef(one.ravel(), next_one.ravel())[0, 1]
        assert found == pytest.approx(np.sum(taps[1:] * taps[:-1]) / np.sum(taps**2), abs=0.01)


@pytest.mark.parametrize("color", [0, 0.3, 1])
def test_the_share_of_colored_grain(color):
    noise = FilmGrain(10, 0.5, color)(flat(0.5, 200, channels=3), rng()) - 0.5
    found = np.corrcoef(noise[..., 0].ravel(), noise[..., 2].ravel())[0, 1]
    assert found == pytest.approx(1 - color, abs=0.02)


def test_grain_is_clipped_and_rounded_where_asked():
    lq = FilmGrain(60, clip=1)(flat(0.9, 50), rng()) * np.float32(255)
    assert np.abs(lq - np.round(lq)).max() < 1e-3
    assert lq.max() == 255
    assert FilmGrain(60)(flat(0.9, 50), rng()).max() > 1
