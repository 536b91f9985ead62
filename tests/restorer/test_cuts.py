"""The plan: every pixel is kept once, far enough from every inner border, with little work."""

from itertools import pairwise
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nitido.errors import SettingError
from nitido.restorer._cuts import make_cuts

SIDES = st.one_of(st.integers(1, 40), st.integers(1, 3000), st.integers(1, 20_000))
REQUESTS = st.fixed_dictionaries(
    {
        "height": SIDES,
        "width": st.one_of(st.integers(1, 40), st.integers(1, 3000)),
        "multiple_of": st.sampled_from([1, 2, 3, 8, 16, 64]),
        "overlap": st.integers(0, 130),
        "budget": st.integers(1, 3_000_000),
    }
)


def up(value, step):
    return -(-value // step) * step


def check(plan, request):
    """Hold a plan to what is true of every plan, whoever chose the tiles."""
    multiple_of, overlap = request["multiple_of"], request["overlap"]
    assert plan.height == up(request["height"], multiple_of)
    assert plan.width == up(request["width"], multiple_of)
    for cuts, length, side in (
        (plan.rows, plan.tile[0], plan.height),
        (plan.columns, plan.tile[1], plan.width),
    ):
        assert length % multiple_of == 0
        assert 0 < length <= side
        assert cuts[0].first == 0
        assert cuts[-1].last == side
        assert all(a.last == b.first for a, b in pairwise(cuts)), "kept exactly once"
        for cut in cuts:
            assert cut.start % multiple_of == 0
            assert cut.start >= 0
            assert cut.start + length <= side
            assert cut.start <= cut.first < cut.last <= cut.start + length
            if cut.first > 0:
                assert cut.first - cut.start >= overlap
            if cut.last < side:
                assert cut.start + length - cut.last >= overlap
    assert plan.count == len(plan.rows) * len(plan.columns)


def work(plan):
    return plan.count * plan.tile[0] * plan.tile[1]


@settings(max_examples=80, deadline=None)
@given(REQUESTS)
def test_every_pixel_is_kept_once_and_far_from_inner_borders(request):
    check(make_cuts(**request), request)


@settings(max_examples=80, deadline=None)
@given(REQUESTS, st.integers(4, 5000))
def test_a_chosen_tile_holds_the_same(request, tile):
    plan = make_cuts(**request, tile=tile)
    check(plan, request)
    step = request["multiple_of"]
    assert max(plan.tile) <= up(tile, step) + 2 * up(request["overlap"], step)


@settings(max_examples=80, deadline=None)
@given(REQUESTS)
def test_the_budget_is_kept_and_the_work_is_the_least(request):
    plan = make_cuts(**request)
    step, budget = request["multiple_of"], request["budget"]
    overlap = up(request["overlap"], step)
    if plan.height * plan.width <= min(budget, 12_000_000):
        assert plan.count == 1
        return
    # The naive plan: square tiles as large as the budget allows, the last ones moved inwards.
    least = max(2 * overlap, 64)  # is kept of a tile
    side = int(budget**0.5) // step * step
    core = side - 2 * overlap
    if core < 2 * least + 2 * step or side * plan.width > 12_000_000:
        return
    assert plan.tile[0] * plan.tile[1] <= budget
    if max(plan.height, plan.width) <= 64 * core:  # up to there all counts are tried
        naive = ceil(plan.height / core) * ceil(plan.width / core)
        assert work(plan) <= naive * min(side, plan.height) * min(side, plan.width)


@pytest.mark.parametrize(
    ("height", "width"), [(100, 100_000), (100_000, 100), (1, 5000), (5000, 1), (1, 1), (2, 3)]
)
@pytest.mark.parametrize("tile", [None, 0, 64])
def test_panoramas_and_lines(height, width, tile):
    request = {"height": height, "width": width, "multiple_of": 8, "overlap": 40}
    plan = make_cuts(**request, budget=500_000, tile=tile)
    check(plan, request)
    if tile == 0:
        assert plan.tile == (up(height, 8), up(width, 8))
    if tile is None:
        assert plan.tile[0] * plan.tile[1] <= 500_000
        assert work(plan) <= 1.2 * up(height, 8) * up(width, 8)


def test_a_band_of_tiles_is_bounded_however_wide_the_picture_is():
    plan = make_cuts(50_000, 60_000, multiple_of=8, overlap=40, budget=2_000_000)
    assert plan.tile[0] * plan.width <= 12_000_000
    assert work(plan) <= 2 * 50_000 * 60_000


def test_a_budget_that_no_plan_keeps_gives_small_tiles():
    request = {"height": 1000, "width": 1000, "multiple_of": 8, "overlap": 40}
    plan = make_cuts(**request, budget=1)
    check(plan, request)
    assert max(plan.tile) <= 176


def test_a_negative_tile_is_refused():
    with pytest.raises(SettingError, match="tile is -1"):
        make_cuts(10, 10, multiple_of=1, overlap=0, budget=100, tile=-1)
