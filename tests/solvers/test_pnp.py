"""Plug-and-play: closed forms against matrices, levels, three damages, denoisers, refusals."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from nitido.degradations.kernel_blur import KernelBlur
from nitido.degradations.nearest import Nearest
from nitido.errors import SettingError, UnknownNameError, WeightsError
from nitido.picture import imresize
from nitido.solvers import pnp
from nitido.solvers._agreement import (
    Convolved,
    Missing,
    bicubic_weights,
    filled,
    kernel_weights,
)
from nitido.solvers._denoiser import Denoiser
from nitido.solvers.pnp import PlugAndPlay
from nitido.weights import open_weights

SHAKE = np.array([[0, 0, 1, 1, 2], [0, 1, 2, 1, 0], [1, 2, 1, 0, 0]], float)
SOFT = ((1, 2, 1), (2, 4, 2), (1, 2, 1))


def matrix(see, rows, columns):
    """Return the matrix of a linear function of pictures, from what it makes of single pixels."""
    points = np.eye(rows * columns, dtype=np.float32).reshape(-1, rows, columns, 1)
    return np.stack([see(point)[..., 0].ravel() for point in points], axis=1).astype(np.float64)


def planes(*shape):
    return torch.rand(1, 1, *shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("scale", [1, 2, 3])
@pytest.mark.parametrize("balance", [1e-5, 0.3])
def test_agreement_is_the_least_square(scale, balance):
    """The closed form is what normal equations give; the damage is that of `nitido degrade`."""
    rows, columns = 6 * scale, 4 * scale
    rng = np.random.default_rng(0)

    def see(picture):
        blurred = KernelBlur(SHAKE, boundary="wrap")(picture, rng)
        return Nearest(scale, round=False)(blurred, rng) if scale > 1 else blurred

    damage = matrix(see, rows, columns)
    seen, estimate = planes(6, 4), planes(rows, columns)
    both = damage.T @ damage + balance * np.eye(rows * columns)
    right = damage.T @ seen.numpy().ravel() + balance * estimate.numpy().ravel().astype(float)
    kernel = np.asarray(KernelBlur(SHAKE).kernel)
    agree = Convolved(seen, None, *kernel_weights(kernel, scale), scale)
    found = agree(estimate, balance).numpy().ravel()
    assert np.abs(found - np.linalg.solve(both, right)).max() < 2e-3


def test_what_was_not_seen_does_not_count():
    """With many turns the least square is that of the known pixels alone."""
    seen, estimate, balance = planes(6, 8), planes(6, 8), 0.3
    known = torch.ones(1, 1, 6, 8)
    known[..., :2, :] = known[..., 6:] = 0
    rng = np.random.default_rng(0)
    blur = KernelBlur(SHAKE, boundary="wrap")
    damage = matrix(lambda point: blur(point, rng), 6, 8)[known.numpy().ravel() > 0]
    both = damage.T @ damage + balance * np.eye(48)
    seen_only = seen.numpy().ravel()[known.numpy().ravel() > 0]
    right = damage.T @ seen_only + balance * estimate.numpy().ravel().astype(float)
    agree = Convolved(seen, known, *kernel_weights(np.asarray(blur.kernel), 1))
    found = agree(estimate, balance).numpy().ravel()
    assert np.abs(found - np.linalg.solve(both, right)).max() < 1e-2


@pytest.mark.parametrize("scale", [2, 3])
def test_without_a_kernel_small_pictures_are_matlabs(scale, photograph):
    gt = photograph(9 * scale, 8 * scale, 1)
    agree = Convolved(torch.zeros(1, 1, 9, 8), None, *bicubic_weights(scale), scale)
    small = agree._shown(torch.from_numpy(gt[None, ..., 0][None]))[0, 0].numpy()
    assert np.abs(small - imresize(gt, 1 / scale)[..., 0])[2:-2, 2:-2].max() < 1e-5


def test_holes_take_the_estimate_and_the_rest_what_was_seen():
    known = torch.tensor([[1.0, 0.0]])[None, None]
    agree = Missing(torch.tensor([[0.8, 9.0]])[None, None], known)
    between = agree(torch.tensor([[0.2, 0.3]])[None, None], 0.5)
    assert torch.allclose(between, torch.tensor([[[[(0.8 + 0.1) / 1.5, 0.3]]]]))


def test_holes_begin_with_the_mean_of_their_neighborhood():
    known = torch.ones(1, 1, 5, 4)
    known[..., :4, :4] = 0
    known[..., 0, 0] = known[..., 1, 1] = 1
    picture = torch.full((1, 1, 5, 4), 9.0) * (1 - known)
    picture[..., 0, 0], picture[..., 1, 1], picture[..., 4, :] = 0.2, 0.4, 1.0
    expected = torch.full((5, 4), 0.3)
    expected[0, 0], expected[1, 1], expected[4] = 0.2, 0.4, 1.0
    assert torch.allclose(filled(picture, known)[0, 0], expected)


class Spy:
    """A denoiser that changes nothing and remembers the levels it is told."""

    levels: list

    def __init__(self, weights):
        Spy.levels = []

    def __call__(self, noisy, sigma):
        Spy.levels.append(sigma * 255)
        return noisy


@pytest.mark.parametrize(
    ("settings", "count", "last"),
    [
        ({"kernel": SOFT, "sigma": 7.65}, 8, 7.65),
        ({"kernel": SOFT, "sigma": 0}, 8, 0.255),
        ({"scale": 3}, 24, 3),
        ({"scale": 2, "sigma": 5}, 24, 5),
        ({"marked": 0}, 40, 0.6),
        ({"marked": 0, "sigma": 60, "steps": 3}, 3, 60),
    ],
)
def test_levels_fall_evenly_in_logarithm(settings, count, last, photograph, monkeypatch):
    monkeypatch.setattr(pnp, "Denoiser", Spy)
    lq = photograph(12, 12)
    lq[4:6, 4:6] = 0
    PlugAndPlay(**settings)(lq)
    assert len(Spy.levels) == count
    assert Spy.levels[0] == pytest.approx(max(49, last))
    assert Spy.levels[-1] == pytest.approx(last)
    ratios = np.divide(Spy.levels[1:], Spy.levels[:-1])
    assert np.allclose(ratios, ratios[0])


def test_flips_are_undone(monkeypatch, photograph):
    """With a denoiser that does nothing they change nothing; with one that shifts they do."""
    monkeypatch.setattr(pnp, "Denoiser", Spy)
    lq = photograph(9, 14)
    turned, still = (
        PlugAndPlay(kernel=SOFT, sigma=5, self_ensemble=on)(lq) for on in (True, False)
    )
    assert np.allclose(turned, still, atol=1e-6)
    picture = planes(3, 4)
    ways = [pnp._turned(picture, way) for way in range(8)]
    assert len({tuple(way.flatten().tolist()) for way in ways}) == 8


@pytest.mark.parametrize("boundary", ["wrap", "unknown"])
def test_it_sharpens(boundary, scene, decibels, tmp_path):
    rng = np.random.default_rng(0)
    lq = KernelBlur(SHAKE, boundary="wrap" if boundary == "wrap" else "reflect")(scene, rng)
    lq = lq + np.float32(2.55 / 255) * rng.standard_normal(lq.shape, np.float32)
    restored = PlugAndPlay(kernel=SHAKE, sigma=2.55, boundary=boundary)(lq)
    assert decibels(restored, scene) > decibels(lq, scene) + 4
    np.save(tmp_path / "kernel.npy", SHAKE)
    file = PlugAndPlay(kernel=tmp_path / "kernel.npy", sigma=2.55, boundary=boundary)
    assert np.array_equal(file(lq), restored)


def test_the_level_of_a_blurred_picture_is_estimated(scene, monkeypatch):
    monkeypatch.setattr(pnp, "Denoiser", Spy)
    lq = KernelBlur(SHAKE)(scene, np.random.default_rng(0))
    lq = lq + np.float32(10 / 255) * np.random.default_rng(1).standard_normal(lq.shape, np.float32)
    PlugAndPlay(kernel=SHAKE)(lq)
    assert Spy.levels[-1] == pytest.approx(10, rel=0.15)


@pytest.mark.parametrize(("settings", "gain"), [({}, 1), ({"kernel": SOFT}, 3)])
def test_it_enlarges(settings, gain, scene, decibels):
    rng = np.random.default_rng(0)
    lq = imresize(scene, 1 / 2)
    if settings:
        lq = Nearest(2, round=False)(KernelBlur(SOFT)(scene, rng), rng)
    restored = PlugAndPlay(scale=2, **settings)(lq)
    assert decibels(restored, scene) > decibels(imresize(lq, 2), scene) + gain


def test_it_fills_holes(scene, missing, decibels):
    lq = np.where(missing[..., None], 0, scene).astype(np.float32)
    restored = PlugAndPlay(mask=missing, steps=10)(lq)
    assert np.array_equal(restored[~missing], lq[~missing])
    assert decibels(restored, scene, missing) > 25
    noisy = PlugAndPlay(mask=missing, steps=2, sigma=10)(lq)
    assert not np.array_equal(noisy[~missing], lq[~missing])


def test_gray_and_color_go_through_any_denoiser(told_weights, photograph):
    """A network for gray sees channels alone; strips are those of a whole picture."""
    assert told_weights.card.channels == 1
    color = torch.from_numpy(photograph(21, 30).transpose(2, 0, 1)[None].copy())
    with torch.inference_mode():
        denoise = Denoiser(told_weights)
        whole = denoise(color, 0.1)
        assert torch.allclose(whole[:, 1:2], denoise(color[:, 1:2], 0.1), atol=1e-6)
        assert not torch.allclose(whole, denoise(color, 0.5), atol=1e-4)
        gray = Denoiser(open_weights("denoise"))(color[:, :1], 0.1)
    assert gray.shape == (1, 1, 21, 30)
    large = replace(
        told_weights, card=told_weights.card.model_copy(update={"bytes_per_pixel": 300_000})
    )
    with torch.inference_mode():
        tall = torch.rand(1, 1, 300, 11)
        assert torch.allclose(Denoiser(large)(tall, 0.1), denoise(tall, 0.1), atol=1 / 255)


def test_denoisers_that_cannot_serve_are_refused(told_weights):
    def told(**changes):
        card = told_weights.card.model_copy(update=changes)
        return PlugAndPlay(scale=2, denoiser=replace(told_weights, card=card))

    with pytest.raises(SettingError, match="ffdnet_tiny cannot be told a noise level"):
        told(inputs=())
    with pytest.raises(SettingError, match="ffdnet_tiny enlarge"):
        told(scale=2)
    with pytest.raises(UnknownNameError, match="try denoise"):
        PlugAndPlay(scale=2, denoiser="denois")
    with pytest.raises(WeightsError, match="no weights file"):
        PlugAndPlay(scale=2, denoiser="gone.safetensors")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "Nothing says what the damage is"),
        ({"marked": 0, "scale": 2}, "fill holes first"),
    ],
)
def test_the_damage_must_be_one(settings, said):
    with pytest.raises(SettingError, match=said):
        PlugAndPlay(**settings)
