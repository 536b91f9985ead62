"""One Restorer, many threads: every caller gets its own picture, as if it were alone."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from nitido import Restorer

SIZES = [(40, 48), (64, 64), (17, 90), (130, 33)]


@pytest.mark.parametrize("engine", ["openvino", "torch"])
def test_eight_threads_get_what_one_gets(tiny_weights, photograph, engine):
    restorer = Restorer(tiny_weights, engine=engine, tile=32, sigma=20)
    work = [photograph(*size, seed=seed) for seed in range(8) for size in SIZES]
    alone = [restorer(lq).copy() for lq in work]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(restorer, work))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)


def test_one_picture_that_falls_back_to_fp32_leaves_the_others_alone(faked, engine_that, smooth):
    def half(lq):
        return np.full_like(lq, np.nan) if lq.mean() > 0.6 else lq + np.float32(0.25)

    restorer, _ = faked(np.copy, range="full")
    made = {"auto": engine_that(half, "bf16"), "fp32": engine_that(np.copy)}
    restorer._engines.make = lambda weights, tile, precision: made[precision]
    dark = smooth() / 2
    np.testing.assert_array_equal(restorer(dark + np.float32(0.6)), dark + np.float32(0.6))
    np.testing.assert_array_equal(restorer(dark), dark + np.float32(0.25))


def test_a_result_belongs_to_its_caller(tiny_weights, photograph):
    restorer = Restorer(tiny_weights, tile=0)
    first = restorer(photograph(40, 48, seed=1))
    before = first.copy()
    restorer(photograph(40, 48, seed=2))
    np.testing.assert_array_equal(first, before)
    first += 1  # and may be written to


def test_pictures_of_all_sizes_share_one_network(tiny_weights, photograph):
    restorer = Restorer(tiny_weights)
    for side in range(20, 60, 5):
        restorer(photograph(side, side + 3))
    assert len(restorer._engines._built) == 1
