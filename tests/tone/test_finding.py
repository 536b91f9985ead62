"""Ranges that nothing single decides, the same wherever the contents are alike."""

import numpy as np
import pytest

from nitido.tone import FULL, Range, RangeFinder, find_range

KINDS = {
    "12 bits": (4095 / 65535, 0, 16),
    "10 bits": (1023 / 65535, 0, 16),
    "offset": (4095 / 65535, 32768 / 65535, 16),
    "float 0.01": (0.01, 0, 32),
    "float 1000": (1000, 0, 32),
    "Hounsfield": (2550, -1280, 32),
}


@pytest.fixture
def contents(smooth, noisy):
    return noisy(smooth(256, 320, 1), 8)


@pytest.mark.parametrize("kind", KINDS)
def test_the_range_is_that_of_the_contents_whatever_their_scale(contents, kind):
    span, offset, depth = KINDS[kind]
    found = find_range(contents * span + offset, depth)
    assert (found.low - offset) / span == pytest.approx(0, abs=0.1)
    assert (found.high - offset) / span == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("lost", [65535, 0, -1e9, np.nan])
@pytest.mark.parametrize("kind", ["12 bits", "float 1000"])
def test_hot_and_dead_pixels_do_not_decide_it(contents, kind, lost):
    span, offset, depth = KINDS[kind]
    values = contents * span + offset
    alone = np.random.default_rng(1).random(values.shape) < 0.0005
    with_lost = np.where(alone, lost, values).astype(np.float32)
    before, after = find_range(values, depth), find_range(with_lost, depth)
    assert after.low == pytest.approx(before.low, abs=0.01 * span)
    assert after.high == pytest.approx(before.high, abs=0.01 * span)


def test_a_sky_full_of_noise_is_its_own_range_beside_some_stars():
    rng = np.random.default_rng(2)
    sky = 1000 + 10 * rng.standard_normal((200, 200), dtype=np.float32)
    sky[rng.random(sky.shape) < 0.005] = 50_000
    found = find_range(sky, 32)
    assert 960 < found.low < 980
    assert 1020 < found.high < 1050


@pytest.mark.parametrize("depth", [16, 32])
@pytest.mark.parametrize("span", [0.55, 0.8, 1])
def test_ordinary_pictures_are_shown_as_they_are(contents, depth, span):
    assert find_range(contents * span, depth) == FULL
    assert find_range(contents * span + (1 - span), depth) == FULL


def test_noise_that_was_not_cut_off_leaves_the_range_alone(smooth, noisy):
    assert find_range(noisy(smooth(), 75), 32) == FULL


def test_pictures_of_8_bits_are_always_shown_as_they_are(contents):
    assert find_range(contents * 0.01, 8) == FULL


def test_colors_share_one_range_and_a_constant_one_does_not_decide_it(smooth):
    color = smooth() * 0.01
    color[..., 2] = 0
    found = find_range(color, 32)
    assert found.low == pytest.approx(-0.001, abs=5e-4)
    assert found.high == pytest.approx(0.01, abs=1e-3)


@pytest.mark.parametrize("value", [10, -3, 1e6, 1e-6, 0.3])
def test_a_flat_picture_of_floats_lies_in_the_middle(value):
    found = find_range(np.full((9, 9, 1), value, np.float32), 32)
    assert (found.low + found.high) / 2 == pytest.approx(value)
    assert 0 < found.span <= 1e-3 * abs(value)


@pytest.mark.parametrize("value", [0, 300, 65535])
def test_one_count_of_16_bits_is_never_more_than_one_of_8(value):
    found = find_range(np.full((9, 9, 1), value / 65535, np.float32), 16)
    assert found == FULL or 127 <= found.span * 65535 <= 256
    assert 0 <= found.low <= value / 65535 <= found.high <= 1


def test_what_lies_on_a_flat_background_decides(smooth):
    values = np.zeros((200, 200), np.float32)
    values[50:64, 50:64] = 7 * smooth(14, 14, 1)[..., 0]
    assert 4 < find_range(values, 32).high < 9


def test_nothing_finite_is_no_range():
    assert find_range(np.full((4, 4), np.nan, np.float32), 32) == FULL


@pytest.mark.parametrize("kind", KINDS)
def test_a_crop_of_the_like_has_nearly_the_same_range(noisy, kind):
    y, x = np.mgrid[:512, :512].astype(np.float32)
    picture = noisy(0.5 + 0.4 * np.sin(x / 7) * np.cos(y / 9), 8)
    span, offset, depth = KINDS[kind]
    whole = find_range(picture * span + offset, depth)
    part = find_range(picture[100:300, 77:301] * span + offset, depth)
    assert part.low == pytest.approx(whole.low, abs=0.02 * span)
    assert part.high == pytest.approx(whole.high, abs=0.02 * span)


@pytest.mark.parametrize("rows", [1, 7, 96])
def test_rows_that_go_by_are_sampled_within_bounds(rows):
    height, width = 700, 1200
    rng = np.random.default_rng(3)
    finder = RangeFinder(height, width, 32)
    for top in range(0, height, rows):
        count = min(rows, height - top)
        finder.see(rng.random((count, width, 1), dtype=np.float32) * 5 + top / height)
    assert sum(part.size for part in finder._taken) == 350 * 600
    found = finder.found()
    assert found.low == pytest.approx(-0.3, abs=0.2)
    assert found.high == pytest.approx(6.3, abs=0.2)


def test_of_8_bits_nothing_is_kept():
    finder = RangeFinder(50, 60, 8)
    finder.see(np.zeros((50, 60, 1), np.float32))
    assert finder._taken == []
    assert finder.found() == FULL


@pytest.mark.parametrize(
    ("depth", "words"), [(16, "6554 to 13107 of 0 to 65535"), (32, "0.1 to 0.2")]
)
def test_a_range_is_told_in_the_values_of_the_file(depth, words):
    assert Range(0.1, 0.2).words(depth) == words
