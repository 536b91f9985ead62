"""Promises of every loss, and the pointwise ones by hand; a new file needs no line here."""

import subprocess
import sys

import pytest
import torch

from nitido import losses
from nitido.catalog import build, find, names
from nitido.errors import SettingError

POINTWISE = ("charbonnier", "l1", "mse", "psnr")


def fact(name, fact, usual):
    return getattr(find(losses, name), fact, usual)


def judges_pictures(name):
    return fact(name, "judges", "restored") == "restored"


def is_alone(name):
    return fact(name, "against", "gt") is None


def is_learned(name):
    return fact(name, "learned", False)


every_loss = pytest.mark.parametrize("name", names(losses))
every_pointwise = pytest.mark.parametrize("name", POINTWISE)
every_alone = pytest.mark.parametrize("name", [n for n in names(losses) if is_alone(n)])
every_pair = pytest.mark.parametrize("name", [n for n in names(losses) if not is_alone(n)])
every_comparison = pytest.mark.parametrize(
    "name",
    [n for n in names(losses) if judges_pictures(n) and not (is_alone(n) or is_learned(n))],
)


def pictures(seed=0, height=26, width=33):
    generator = torch.Generator().manual_seed(seed)
    return (torch.rand(2, 3, height, width, generator=generator) for _ in range(2))


def given(name, seed=0):
    """Return what a loss takes: something to judge, and what it is compared with."""
    restored, gt = pictures(seed)
    if judges_pictures(name):
        return restored, gt
    if name == "cross_entropy":
        return torch.stack([restored, gt, 1 - gt], dim=1), gt
    return 2 * restored - 1, gt


def test_room_holds_what_recipes_name():
    assert {*POINTWISE, "ssim", "frequency", "edge", "adversarial"} <= set(names(losses))


def test_room_loads_without_torch():
    code = "import sys, nitido.losses; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@every_loss
def test_facts(name):
    assert fact(name, "judges", "restored") in {"restored", "curves", "logits"}
    assert fact(name, "against", "gt") in {"gt", "lq", None}
    assert is_learned(name) == any(True for _ in build(losses, name).parameters())


@every_loss
def test_a_single_number_that_leaves_its_inputs_alone(name):
    loss, (judged, gt) = build(losses, name), given(name)
    before = judged.clone(), gt.clone()
    value = loss(judged, gt)
    assert value.shape == ()
    assert value.dtype == torch.float32
    assert torch.isfinite(value)
    assert torch.equal(judged, before[0])
    assert torch.equal(gt, before[1])


@every_loss
def test_gradient_is_finite_wherever_one_is_tempted_to_divide(name):
    loss, (judged, gt) = build(losses, name), given(name)
    flat = torch.full_like(judged, 0.5)
    for point, other in ((judged, gt), (judged, judged), (flat, flat), (0 * flat, 0 * flat)):
        at = point.clone().requires_grad_()
        compared = other if judges_pictures(name) else gt
        loss(at, compared.clone()).backward()
        assert torch.isfinite(at.grad).all()
    judged.requires_grad_()
    loss(judged, gt).backward()
    assert judged.grad.abs().sum() > 0


@every_pair
def test_other_shapes_are_refused(name):
    judged, gt = given(name)
    with pytest.raises(SettingError, match="one shape"):
        build(losses, name)(judged, gt[:, :1])
    with pytest.raises(SettingError, match="one shape"):
        build(losses, name)(judged, gt[..., :-1])


@every_alone
def test_who_judges_alone_does_not_look_at_the_other(name):
    loss, (judged, _) = build(losses, name), given(name)
    alone = loss(judged)
    assert torch.equal(alone, loss(judged, torch.full((1, 1, 1, 1), torch.nan)))
    assert torch.equal(alone, loss(judged, None))


@every_comparison
def test_falls_towards_the_target_and_rests_there(name):
    loss, (restored, gt) = build(losses, name), given(name)
    far, near, there = (loss(gt + f * (restored - gt), gt) for f in (1.0, 0.5, 0.0))
    assert far > near > there >= 0
    at = gt.clone().requires_grad_()
    loss(at, gt).backward()
    torch.testing.assert_close(at.grad, torch.zeros_like(gt), rtol=0, atol=1e-7)


@every_pointwise
def test_gradient_of_every_value_points_to_its_target(name):
    loss, (restored, gt) = build(losses, name), pictures()
    restored.requires_grad_()
    loss(restored, gt).backward()
    assert (restored.grad.sign() == (restored - gt).sign()).all()
    restored.grad = None
    loss(restored, restored.detach().clone()).backward()
    assert torch.equal(restored.grad, torch.zeros_like(restored))


@pytest.mark.parametrize("name", [*POINTWISE, "frequency"])
def test_mean_does_not_depend_on_size(name):
    loss, (restored, gt) = build(losses, name), pictures()
    tiled = loss(restored.repeat(2, 1, 3, 1), gt.repeat(2, 1, 3, 1))
    torch.testing.assert_close(tiled, loss(restored, gt))


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


@pytest.mark.parametrize("name", ["charbonnier", "edge"])
@pytest.mark.parametrize("eps", [0, -1e-3, float("nan")])
def test_charbonnier_and_edge_need_a_positive_eps(name, eps):
    with pytest.raises(SettingError, match="eps"):
        build(losses, name, eps=eps)
