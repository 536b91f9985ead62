"""The tile loop: rows are read and written once, in order, and tiles leave no trace."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nitido.restorer._cuts import make_cuts
from nitido.restorer._tiles import run_tiles

RNG = np.random.default_rng(0)


class Source:
    """Rows of an array with alpha; remembers what was asked for."""

    def __init__(self, pixels, alpha=None):
        self.height, self.width, self.channels = pixels.shape
        self.pixels, self.alpha = pixels, alpha
        self.has_alpha = alpha is not None
        self.next, self.asked = 0, []

    def rows(self, count):
        assert count > 0
        self.asked.append(count)
        first, self.next = self.next, self.next + count
        assert self.next <= self.height, "rows are asked for that there are not"
        alpha = None if self.alpha is None else self.alpha[first : self.next]
        return self.pixels[first : self.next].copy(), alpha


def larger(tile, scale):
    return tile.repeat(scale, axis=0).repeat(scale, axis=1)


def run(pixels, plan, scale=1, feather=0, alpha=None, network=None):
    source, sizes = Source(pixels, alpha), set()

    def same(tile):
        assert tile.flags.c_contiguous
        sizes.add(tile.shape)
        return larger(tile, scale)

    made = run_tiles(source, plan, network or same, scale=scale, feather=feather)
    portions = [(rows.copy(), opacity) for rows, opacity in made]
    assert source.next == source.height
    if network is None:
        assert sizes == {(*plan.tile, pixels.shape[2])}
    assert all(len(rows) for rows, _ in portions)
    return np.concatenate([rows for rows, _ in portions]), source, portions


PICTURES = st.fixed_dictionaries(
    {
        "height": st.integers(1, 90),
        "width": st.integers(1, 90),
        "multiple_of": st.sampled_from([1, 2, 8]),
        "overlap": st.integers(0, 20),
        "budget": st.integers(16, 20_000),
        "tile": st.one_of(st.none(), st.integers(0, 60)),
    }
)


@settings(max_examples=120, deadline=None)
@given(PICTURES, st.sampled_from([1, 2, 3]), st.sampled_from([1, 3, 5]), st.booleans())
def test_a_network_that_changes_nothing_gives_the_picture_back(request, scale, channels, has_alpha):
    shape = (request["height"], request["width"])
    pixels = RNG.random((*shape, channels), dtype=np.float32)
    alpha = RNG.random(shape, dtype=np.float32) if has_alpha and scale == 1 else None
    plan = make_cuts(**request)
    restored, _, portions = run(pixels, plan, scale, alpha=alpha)
    np.testing.assert_array_equal(restored, larger(pixels, scale))
    if alpha is not None:
        np.testing.assert_array_equal(np.concatenate([opacity for _, opacity in portions]), alpha)


@settings(max_examples=120, deadline=None)
@given(PICTURES, st.sampled_from([1, 2]))
def test_feathering_changes_nothing_that_a_file_could_hold(request, scale):
    pixels = RNG.integers(0, 65536, (request["height"], request["width"], 2)) / np.float32(65535)
    plan = make_cuts(**request)
    restored, _, _ = run(pixels.astype(np.float32), plan, scale, feather=request["overlap"])
    sixteen = np.floor(restored * 65535 + 0.5)
    np.testing.assert_array_equal(sixteen, np.floor(larger(pixels, scale) * 65535 + 0.5))


def test_feathered_tiles_fade_into_each_other():
    calls = iter(range(100))
    plan = make_cuts(16, 100, multiple_of=1, overlap=10, budget=0, tile=50)
    assert plan.count == 2
    network = lambda tile: np.full_like(tile, next(calls))  # noqa: E731
    restored, _, _ = run(np.zeros((16, 100, 1), np.float32), plan, feather=10, network=network)
    row = restored[0, :, 0]
    edge = plan.columns[0].last
    assert (row[: edge - 5] == 0).all()
    assert (row[edge + 5 :] == 1).all()
    np.testing.assert_allclose(np.diff(row[edge - 5 : edge + 5]), 0.1, atol=1e-6)


def test_sharp_tiles_show_the_middle_of_each():
    calls = iter(range(100))
    plan = make_cuts(40, 40, multiple_of=1, overlap=4, budget=0, tile=20)
    network = lambda tile: np.full_like(tile, next(calls))  # noqa: E731
    restored, _, _ = run(np.zeros((40, 40, 1), np.float32), plan, network=network)
    expected = larger(np.array([[0, 1], [2, 3]], np.float32), 20)
    np.testing.assert_array_equal(restored[..., 0], expected)


def test_a_network_that_looks_around_sees_the_same_in_a_tile_as_in_the_whole():
    pixels = RNG.random((83, 61, 3), dtype=np.float32)

    def blur(tile):  # radius 4, and the border is mirrored as a network's padding might
        near = np.pad(tile, ((4, 4), (4, 4), (0, 0)), mode="edge")
        views = np.lib.stride_tricks.sliding_window_view(near, (9, 9), axis=(0, 1))
        return views.mean(axis=(-1, -2), dtype=np.float64).astype(np.float32)

    settings = {"multiple_of": 1, "overlap": 4, "budget": 0}
    whole, _, _ = run(pixels, make_cuts(83, 61, **settings, tile=0), network=blur)
    for tile in (7, 16, 40):
        tiled, _, _ = run(pixels, make_cuts(83, 61, **settings, tile=tile), network=blur)
        np.testing.assert_allclose(tiled, whole, atol=1e-6)


def test_rows_are_read_once_in_bands_no_taller_than_a_tile():
    pixels = RNG.random((5000, 16, 1), dtype=np.float32)
    plan = make_cuts(5000, 16, multiple_of=8, overlap=8, budget=16 * 96)
    restored, source, portions = run(pixels, plan)
    np.testing.assert_array_equal(restored, pixels)
    assert sum(source.asked) == 5000
    assert max(source.asked) <= plan.tile[0] <= 96
    assert max(len(rows) for rows, _ in portions) <= plan.tile[0]


def test_progress_is_told_after_every_tile():
    told = []
    plan = make_cuts(40, 40, multiple_of=1, overlap=4, budget=0, tile=20)
    source = Source(np.zeros((40, 40, 1), np.float32))
    for _ in run_tiles(source, plan, lambda tile: tile, on_tile=lambda *count: told.append(count)):
        pass
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_what_a_tile_raises_goes_through():
    def broken(tile):
        raise RuntimeError("out of memory")

    plan = make_cuts(8, 8, multiple_of=1, overlap=0, budget=100)
    with pytest.raises(RuntimeError, match="out of memory"):
        next(run_tiles(Source(np.zeros((8, 8, 1), np.float32)), plan, broken))


@pytest.mark.parametrize("tile", [4, 12, 30])
def test_narrow_tiles_fade_over_what_is_kept_of_them(tile):
    pixels = RNG.random((70, 90, 1), dtype=np.float32)
    plan = make_cuts(70, 90, multiple_of=1, overlap=20, budget=0, tile=tile)
    restored, _, _ = run(pixels, plan, feather=20)
    np.testing.assert_allclose(restored, pixels, atol=1e-6)
