"""Promises of every loss, and each by hand."""

import subprocess
import sys

import pytest
import torch

from nitido import losses
from nitido.catalog import build, names
from nitido.errors import SettingError

every_loss = pytest.mark.parametrize("name", names(losses))


def pictures(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(2, 3, 5, 4, generator=generator), torch.rand(2, 3, 5, 4, generator=generator)


def test_room_holds_what_recipes_name():
    assert {"charbonnier", "l1", "mse", "psnr"} <= set(names(losses))


def test_room_loads_without_torch():
    code = "import sys, nitido.losses; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@every_loss
def test_a_single_number_that_falls_towards_the_target(name):
    loss, (restored, gt) = build(losses, name), pictures()
    far, near, there = (loss(gt + f * (restored - gt), gt) for f in (1.0, 0.5, 0.0))
    assert far.shape == ()
    assert far > near > there >= 0


@every_loss
def test_gradient_reaches_every_value_and_is_finite_at_the_target(name):
    loss, (restored, gt) = build(losses, name), pictures()
    restored.requires_grad_()
    loss(restored, gt).backward()
    assert (restored.grad.sign() == (restored - gt).sign()).all()
    restored.grad = None
    loss(restored, restored.detach().clone()).backward()
    assert torch.equal(restored.grad, torch.zeros_like(restored))


@every_loss
def test_mean_does_not_depend_on_size(name):
    loss, (restored, gt) = build(losses, name), pictures()
    tiled = loss(restored.repeat(2, 1, 3, 1), gt.repeat(2, 1, 3, 1))
    torch.testing.assert_close(tiled, loss(restored, gt))


@every_loss
def test_other_shapes_are_refused(name):
    with pytest.raises(SettingError, match="one shape"):
        build(losses, name)(torch.zeros(2, 3, 4, 4), torch.zeros(2, 1, 4, 4))


@pytest.mark.parametrize(
    ("name", "settings", "value"),
    [
        ("l1", {}, 3.5),
        ("mse", {}, 12.5),
        ("psnr", {"floor": 12.5 / 99}, 20),
        ("charbonnier", {"eps": 4.0}, (5 + 32**0.5) / 2),
        ("charbonnier", {"eps": 1e-6}, 3.5),
    ],
)
def test_by_hand(name, settings, value):
    """Differences 3 and -4."""
    restored, gt = torch.tensor([[[[4.0, 1.0]]]]), torch.tensor([[[[1.0, 5.0]]]])
    assert build(losses, name, **settings)(restored, gt).item() == pytest.approx(value)


def test_charbonnier_is_eps_at_the_target():
    zero = torch.zeros(1, 1, 2, 2)
    assert build(losses, "charbonnier")(zero, zero).item() == pytest.approx(1e-3)


def test_psnr_counts_a_decibel_of_every_picture_alike():
    loss, (restored, gt) = build(losses, "psnr", floor=1e-12), pictures()
    near = gt + 0.01 * (restored - gt)
    one_near = torch.cat([near[:1], restored[1:]])
    assert (loss(restored, gt) - loss(near, gt)).item() == pytest.approx(40, abs=1e-3)
    assert (loss(restored, gt) - loss(one_near, gt)).item() == pytest.approx(20, abs=1e-3)


@pytest.mark.parametrize("floor", [0, -1e-6, float("nan")])
def test_psnr_needs_a_positive_floor(floor):
    with pytest.raises(SettingError, match="floor"):
        build(losses, "psnr", floor=floor)


@pytest.mark.parametrize("eps", [0, -1e-3, float("nan")])
def test_charbonnier_needs_a_positive_eps(eps):
    with pytest.raises(SettingError, match="eps"):
        build(losses, "charbonnier", eps=eps)
