"""Deep Image Prior: counts, three tasks, small pictures of large ones, falling back, refusals."""

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from nitido import catalog, solvers
from nitido.errors import SettingError
from nitido.picture import Picture, imresize, write
from nitido.solvers import deep_image_prior
from nitido.solvers._shrinking import shrinking_taps, shrunk
from nitido.solvers.deep_image_prior import DeepImagePrior

TINY = {"features": (16, 16), "skips": (4, 4), "code": 8, "averaging": 0.9}


def network(name, channels=3):
    with torch.device("meta"):
        return catalog.build(solvers, name).network(channels)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("deep_image_prior", 2_217_831), *((name, None) for name in DeepImagePrior.VARIANTS)],
)
def test_networks_are_those_of_the_authors(name, parameters):
    built = network(name)
    assert parameters in (None, sum(p.numel() for p in built.parameters()))
    side = 2 ** len(catalog.build(solvers, name).features)
    assert built.canvas(side + 1, 5 * side) == (
        (2 if built.kernel == 3 else 3) * side,
        5 * side,
    )
    code = torch.zeros(1, catalog.build(solvers, name).code, 3 * side, 4 * side, device="meta")
    assert built(code).shape == (1, 3, 3 * side, 4 * side)


def test_multiply_adds_of_the_default_network():
    code = torch.zeros(1, 32, 64, 64, device="meta")
    with FlopCounterMode(display=False) as counter:
        network("deep_image_prior")(code)
    assert counter.get_total_flops() // 2 == 295_620 * 64 * 64


@pytest.mark.parametrize(
    ("settings", "schedule"),
    [
        ({}, (3000, 1 / 30)),
        ({"marked": 0}, (6000, 0.03)),
        ({"scale": 4}, (2000, 0.03)),
        ({"scale": 8}, (4000, 0.05)),
        ({"steps": 7, "code_noise": 0}, (7, 0)),
    ],
)
def test_steps_and_noise_are_those_of_the_authors(settings, schedule):
    assert DeepImagePrior(**settings)._schedule() == schedule


def test_it_takes_noise_away(scene, noisy, decibels):
    restored = DeepImagePrior(**TINY, steps=60)(noisy)
    assert decibels(restored, scene) > decibels(noisy, scene) + 4


def test_it_fills_holes_and_keeps_the_rest(scene, missing, decibels, tmp_path):
    lq = np.where(missing[..., None], 0, scene).astype(np.float32)
    restored = DeepImagePrior(mask=missing, **TINY, steps=60)(lq)
    assert np.array_equal(restored[~missing], lq[~missing])
    assert decibels(restored, scene, missing) > 22
    marked = DeepImagePrior(marked=0.0, **TINY, steps=3)(lq)
    write(Picture(missing[..., None].astype(np.float32)), tmp_path / "mask.png")
    file = DeepImagePrior(mask=tmp_path / "mask.png", **TINY, steps=3)(lq)
    assert np.array_equal(marked, file)
    told = []
    assert np.array_equal(DeepImagePrior(marked=1.0)(lq, report=told.append), lq)
    assert told == [1.0]


@pytest.mark.parametrize("shrinking", ["bicubic", "lanczos2"])
def test_an_enlargement_gives_the_small_picture_again(scene, shrinking, decibels):
    small = shrunk(torch.from_numpy(scene.transpose(2, 0, 1)[None]), shrinking, 2)
    lq = small[0].permute(1, 2, 0).numpy()
    solver = DeepImagePrior(scale=2, shrinking=shrinking, **{**TINY, "averaging": 0.5}, steps=40)
    restored = solver(lq)
    assert restored.shape == scene.shape
    assert decibels(restored, scene) > 22


@pytest.mark.parametrize("scale", [2, 3, 4, 5])
def test_pictures_shrink_as_matlab_shrinks_them(scale, photograph):
    gt = photograph(12 * scale, 10 * scale)
    tensor = torch.from_numpy(gt.transpose(2, 0, 1)[None])
    small = shrunk(tensor, "bicubic", scale)[0].permute(1, 2, 0).numpy()
    inner = np.s_[2:-2, 2:-2]
    assert np.abs(small - imresize(gt, 1 / scale))[inner].max() < 1e-5
    flat = shrunk(torch.full((1, 1, 2 * scale, scale), 0.3), "lanczos2", scale)
    assert torch.allclose(flat, torch.tensor(0.3))


def test_the_lanczos_filter_is_the_authors():
    """A window of two small pixels, eight taps at a scale of 2, worked out by hand."""
    taps, first = shrinking_taps("lanczos2", 2)
    away = np.abs(np.arange(8) - 3.5) / 2
    by_hand = 2 * np.sin(np.pi * away) * np.sin(np.pi * away / 2) / (np.pi * away) ** 2
    assert first == -3
    assert np.allclose(taps, by_hand / by_hand.sum())
    assert len(shrinking_taps("lanczos2", 3)[0]) == 11


def test_a_bad_step_is_taken_back(photograph, monkeypatch):
    """The third step sees ten times the error; weights are as before it, and it is left out."""
    errors, restored = iter([1.0, 1.0, 10.0, 1.0]), []
    measure, undo = deep_image_prior._mean_square, deep_image_prior._restore
    monkeypatch.setattr(
        deep_image_prior,
        "_mean_square",
        lambda difference, seen: measure(difference, seen) * 0 + next(errors),
    )
    monkeypatch.setattr(
        deep_image_prior,
        "_restore",
        lambda parameters, good: (undo(parameters, good), restored.append(good)),
    )
    told = []
    DeepImagePrior(**TINY, steps=4)(photograph(8, 8), report=told.append)
    assert len(restored) == 1
    assert told == [0.25, 0.5, 0.75, 1.0]


def test_more_pixels_than_memory_holds_are_refused():
    with pytest.raises(SettingError, match=r"16\.0 megapixels.*most_megapixels is 1"):
        DeepImagePrior(scale=4)(np.zeros((1000, 1000, 1), np.float32))


def test_a_mask_of_another_size_is_refused(photograph):
    with pytest.raises(SettingError, match=r"mask has the shape \(3, 3\)"):
        DeepImagePrior(mask=np.ones((3, 3), bool))(photograph())
