"""Promises that hold for every file of the room."""

import sys

import numpy as np
import pytest
import torch

from nitido import catalog, solvers
from nitido.errors import MissingExtraError, SettingError

NAMES = catalog.names(solvers)
KERNEL = ((1, 2, 1), (2, 4, 2), (1, 2, 1))
# What makes a run short.
QUICK = {
    "deep_image_prior": {"steps": 2, "features": (4, 4), "skips": (2, 0), "code": 3},
    "pnp": {"steps": 2, "kernel": KERNEL},
    "zs_n2n": {"steps": 2, "features": 4},
}
SEED = [{"seed": -1}, {"seed": 2**32}, {"seed": 0.5}]
STEPS = [{"steps": 0}, {"steps": 2.5}, {"steps": True}]
SCALE = [{"scale": 0}, {"scale": 17}, {"scale": "2"}]
HOLES = [{"mask": 3}, {"marked": -1}, {"marked": (0, 1)}, {"marked": "black"}]
WRONG = {
    "deep_image_prior": [
        *(*SEED, *STEPS, *SCALE, *HOLES),
        {"shrinking": "lanczos"},
        {"lr": -1},
        {"code_noise": 2},
        {"averaging": 1},
        {"features": ()},
        {"features": 8},
        {"features": (8, 0, 8, 8, 8)},
        {"skips": (4, 4, 4, 4, -1)},
        {"skips": (4, 4)},
        {"code": 0},
        {"kernel": 4},
        {"upsampling": "bicubic"},
        {"most_megapixels": -1},
        {"marked": 0, "scale": 2},
    ],
    "pnp": [
        *(*STEPS, *SCALE, *HOLES),
        {"kernel": "nowhere.npy"},
        {"kernel": {"name": "jpeg"}},
        {"kernel": ((1, 2), (3,))},
        {"scale": 2, "sigma": 256},
        {"scale": 2, "start": 0},
        {"scale": 2, "weight": 0},
        {"scale": 2, "boundary": "mirror"},
        {"kernel": KERNEL, "marked": 0, "mask": "mask.png"},
    ],
    "zs_n2n": [*SEED, *STEPS, {"lr": 2}, {"halve_every": 0}, {"features": 0}, {"crop": 1}],
}


def build(name, **settings):
    return catalog.build(solvers, name, **{**QUICK[name], **settings})


def test_every_file_is_tried():
    assert set(QUICK) == set(WRONG) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("size", "channels"), [((33, 20), 3), ((2, 3), 3), ((1, 1), 1), ((1, 30), 1)]
)
def test_shape_range_and_input_untouched(name, size, channels, photograph):
    solver, lq = build(name), photograph(*size, channels)
    before = lq.copy()
    lq.flags.writeable = False
    restored = solver(lq)
    assert restored.dtype == np.float32
    assert restored.shape == (*size, channels)
    assert np.isfinite(restored).all()
    assert restored.min() >= 0
    assert restored.max() <= 1
    assert not np.shares_memory(restored, lq)
    assert np.array_equal(lq, before)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_picture_gives_the_same_result_and_a_view_too(name, photograph):
    lq = photograph(20, 24).swapaxes(0, 1)[::-1, 1:18]
    assert not lq.flags.c_contiguous
    assert np.array_equal(build(name)(lq), build(name)(lq.copy()))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "pnp"])
def test_the_seed_decides_and_nothing_else(name, photograph):
    lq = photograph(20, 24)
    torch.manual_seed(5)
    state = torch.get_rng_state()
    first = build(name, seed=1)(lq)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(6)
    assert np.array_equal(build(name, seed=1)(lq), first)
    assert not np.array_equal(build(name, seed=2)(lq), first)


@pytest.mark.parametrize("name", NAMES)
def test_it_tells_how_far_it_is_and_can_be_stopped(name, photograph):
    told = []
    build(name, steps=4)(photograph(16, 16), report=told.append)
    assert told == [0.25, 0.5, 0.75, 1.0]

    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(name)(photograph(16, 16), report=stop)


@pytest.mark.parametrize(
    ("name", "settings"), [(name, wrong) for name in WRONG for wrong in WRONG[name]]
)
def test_a_wrong_setting_is_refused_by_its_name(name, settings):
    with pytest.raises(SettingError, match=rf"solver {name}: .") as caught:
        catalog.build(solvers, name, **settings)
    assert list(settings)[-1] in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_picture_is_refused(name):
    with pytest.raises(SettingError, match="the shape"):
        build(name)(np.zeros((4, 4), np.float32))
    with pytest.raises(SettingError, match="not finite"):
        build(name)(np.full((4, 4, 3), np.nan, np.float32))


@pytest.mark.parametrize("name", NAMES)
def test_without_pytorch_the_extra_is_named(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, f"nitido.solvers.{name}", raising=False)
    with pytest.raises(MissingExtraError, match=rf"solver {name} .*'nitido\[train\]'"):
        catalog.find(solvers, name)
