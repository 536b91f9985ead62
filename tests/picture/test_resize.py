"""Bicubic resizing: hand-computed values, and what holds for every picture."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nitido.errors import SettingError
from nitido.picture import area_weights, imresize


def kernel(d):
    d = abs(d)
    if d <= 1:
        return 1.5 * d**3 - 2.5 * d**2 + 1
    return -0.5 * d**3 + 2.5 * d**2 - 4 * d + 2 if d <= 2 else 0.0


def test_a_step_halved_by_hand():
    # Output pixel 2 lies at 3.5 of 1..8; 8 taps at distances .25, .75, 1.25, 1.75 both ways.
    row = np.array([[0, 0, 0, 0, 100, 100, 100, 100]], np.float64)
    taps = [kernel(d) for d in (1.75, 1.25, 0.75, 0.25, 0.25, 0.75, 1.25, 1.75)]
    weights = np.array(taps) / sum(taps)
    # Position 3.5 sees source pixels 0..7; pixel 0 is the mirror of pixel 1.
    wanted = 100 * weights[5:].sum()
    out = imresize(row.repeat(8, 0), 0.5)
    np.testing.assert_allclose(out[:, 1], wanted, atol=1e-12)
    np.testing.assert_allclose(out[0], [0, wanted, 100 - wanted, 100][:4], atol=2.5)


def test_doubling_by_hand():
    # Output pixels 3 and 4 lie at 1.75 and 2.25 of 1..4.
    row = np.array([[10.0, 20.0, 40.0, 30.0]])
    quarter = [kernel(d) for d in (1.25, 0.25, 0.75, 1.75)]
    wanted = np.dot(quarter, [10, 20, 40, 30])
    out = imresize(row.repeat(4, 0), 2)
    assert out.shape == (8, 8)
    np.testing.assert_allclose(out[:, 3], wanted, atol=1e-12)


def test_whole_numbers_are_rounded_half_up_after_each_axis():
    values = np.random.default_rng(0).integers(0, 256, (12, 16), dtype=np.uint8)
    rows = np.floor(imresize(values.astype(np.float64), size=(6, 16)) + 0.5).clip(0, 255)
    both = np.floor(imresize(rows, size=(6, 8)) + 0.5).clip(0, 255)
    np.testing.assert_array_equal(imresize(values, 0.5), both)


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(1, 20),
    width=st.integers(1, 20),
    scale=st.sampled_from([0.25, 1 / 3, 0.5, 0.7, 1, 1.5, 2, 3, 4]),
    value=st.integers(0, 255),
)
def test_flat_stays_flat(height, width, scale, value):
    out = imresize(np.full((height, width, 3), value, np.uint8), scale)
    assert out.shape == (int(np.ceil(height * scale)), int(np.ceil(width * scale)), 3)
    assert (out == value).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 20), st.integers(2, 20), st.sampled_from([0.5, 1 / 3, 2, 3]))
def test_mirror_and_transpose_commute(height, width, scale):
    values = np.random.default_rng(height * 31 + width).random((height * 3, width * 2))
    size = (int(np.ceil(height * 3 * scale)), int(np.ceil(width * 2 * scale)))
    out = imresize(values, size=size)
    np.testing.assert_allclose(imresize(values[::-1], size=size), out[::-1], atol=1e-12)
    np.testing.assert_allclose(imresize(values.T, size=size[::-1]), out.T, atol=1e-12)


def test_scale_1_changes_nothing():
    values = np.random.default_rng(1).integers(0, 65_536, (9, 7, 2), dtype=np.uint16)
    np.testing.assert_array_equal(imresize(values, 1), values)


def test_types_are_kept_and_channels_are_alike():
    values = np.random.default_rng(2).random((8, 9, 3), dtype=np.float32)
    out = imresize(values, 0.5)
    assert out.dtype == np.float32
    np.testing.assert_array_equal(out[..., 1], imresize(values[..., 1], 0.5))


def test_without_antialiasing_every_second_pixel_pair_is_interpolated():
    values = np.arange(16, dtype=np.float64).reshape(1, 16).repeat(4, 0)
    out = imresize(values, 0.5, antialias=False)
    np.testing.assert_allclose(out[0, 1:-1], values[0, ::2][1:-1] + 0.5, atol=1e-12)


@pytest.mark.parametrize(
    ("array", "settings"),
    [
        (np.zeros((4, 4)), {}),
        (np.zeros((4, 4)), {"scale": 2, "size": (2, 2)}),
        (np.zeros((4, 4)), {"scale": 0}),
        (np.zeros((4, 4)), {"size": (0, 2)}),
        (np.zeros(4), {"scale": 2}),
        (np.zeros((4, 4), np.int32), {"scale": 2}),
    ],
)
def test_what_makes_no_sense_is_refused(array, settings):
    with pytest.raises(SettingError):
        imresize(array, **settings)


@pytest.mark.parametrize(("length", "areas"), [(6, 3), (7, 3), (128, 128), (5, 8), (1, 4)])
def test_means_over_areas(length, areas):
    """A pixel counts for an area by the part of it that lies inside."""
    weights = area_weights(length, areas)
    assert weights.shape == (areas, length)
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(weights.sum(axis=0), areas / length, atol=1e-6)
    fine = np.kron(np.arange(length), np.ones(areas)).reshape(areas, length)
    np.testing.assert_allclose(weights @ np.arange(length), fine.mean(axis=1), atol=1e-5)
