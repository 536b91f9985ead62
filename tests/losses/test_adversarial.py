"""Adversarial losses: every kind by hand, who learns from what, and the discriminator's paper."""

import math

import pytest
import torch

from nitido.errors import SettingError
from nitido.losses._discriminator import PatchDiscriminator
from nitido.losses.adversarial import Adversarial

TINY = {"channels": 1, "features": 4, "depth": 1}


def soft(score):
    return math.log1p(math.exp(score))


def by_scores(kind, relativistic=False):
    """Return a loss whose discriminator takes the picture itself for its scores."""
    loss = Adversarial(kind, relativistic, **TINY)
    loss.discriminator = torch.nn.Identity()
    return loss


FAKE, REAL = 0.25, 2.0  # scores; their distance is 1.75
A = REAL - FAKE


@pytest.mark.parametrize(
    ("kind", "relativistic", "network", "discriminator"),
    [
        ("standard", False, soft(-FAKE), soft(-REAL) + soft(FAKE)),
        ("least_squares", False, 0.75**2 / 2, 1 / 2 + 0.25**2 / 2),
        ("hinge", False, -0.25, 0 + 1.25),
        ("standard", True, 2 * soft(A), 2 * soft(-A)),
        ("least_squares", True, 2 * (A + 1) ** 2 / 2, 2 * (A - 1) ** 2 / 2),
        ("hinge", True, 2 * (A + 1), 0),
    ],
)
def test_by_hand(kind, relativistic, network, discriminator):
    restored, gt = torch.full((2, 1, 3, 3), FAKE), torch.full((2, 1, 3, 3), REAL)
    loss = by_scores(kind, relativistic)
    assert loss(restored, gt).item() == pytest.approx(network)
    assert loss.discriminate(restored, gt).item() == pytest.approx(discriminator)


def test_relativistic_scores_are_distances_from_the_mean_of_the_other_side():
    restored, gt = torch.tensor([1.0, 3.0]), torch.tensor([5.0, 9.0])  # means 2 and 7
    real, fake = [5 - 2, 9 - 2], [1 - 7, 3 - 7]
    loss = by_scores("standard", relativistic=True)
    told_apart = sum(soft(-d) for d in real) / 2 + sum(soft(d) for d in fake) / 2
    taken_in = sum(soft(-d) for d in fake) / 2 + sum(soft(d) for d in real) / 2
    assert loss.discriminate(restored, gt).item() == pytest.approx(told_apart, rel=1e-5)
    assert loss(restored, gt).item() == pytest.approx(taken_in, rel=1e-5)


def pictures():
    generator = torch.Generator().manual_seed(0)
    return torch.rand(2, 3, 1, 12, 11, generator=generator)


@pytest.mark.parametrize("kind", ["standard", "least_squares", "hinge"])
@pytest.mark.parametrize("relativistic", [False, True])
def test_each_side_learns_from_its_own_loss_alone(kind, relativistic):
    torch.manual_seed(0)
    loss, (restored, gt) = Adversarial(kind, relativistic, **TINY), pictures()
    restored.requires_grad_()
    loss(restored, gt).backward()
    assert restored.grad.abs().min() > 0
    assert all(p.grad is None for p in loss.parameters())
    restored.grad = None
    loss.discriminate(restored, gt).backward()
    assert restored.grad is None
    assert all(p.grad.abs().sum() > 0 for p in loss.parameters() if p.ndim == 4)


@pytest.mark.parametrize("kind", ["standard", "least_squares", "hinge"])
@pytest.mark.parametrize("relativistic", [False, True])
def test_discriminator_learns_and_what_is_real_costs_the_network_less(kind, relativistic):
    torch.manual_seed(0)
    loss, (noise, _) = Adversarial(kind, relativistic, **TINY), pictures()
    gt, restored = 0.2 * noise, 0.8 + 0.2 * noise.flip(0)
    first = loss.discriminate(restored, gt).item()
    for step in range(40, 0, -1):
        loss.zero_grad()
        loss.discriminate(restored, gt).backward()
        with torch.no_grad():
            for parameter in loss.parameters():
                parameter -= 1e-4 * step * parameter.grad.sign()
    assert loss.discriminate(restored, gt).item() < 0.6 * first
    assert loss(gt, gt) < loss(restored, gt)


def test_same_seed_same_loss_and_weights_come_back():
    restored, gt = pictures()
    made = []
    for _ in range(2):
        torch.manual_seed(3)
        made.append(Adversarial(**TINY))
    assert torch.equal(made[0](restored, gt), made[1](restored, gt))
    other = Adversarial(**TINY)
    other.load_state_dict(made[0].state_dict())
    assert torch.equal(made[0](restored, gt), other(restored, gt))


def test_discriminator_has_the_paper_s_weights_and_sees_70_pixels():
    """2,764,737 without normalizations' own: 64, 128, 256 and 512 features, kernels of 4 x 4."""
    assert sum(p.numel() for p in PatchDiscriminator().parameters()) == 2_764_737
    torch.manual_seed(0)
    network = PatchDiscriminator(channels=1, features=2).eval()
    picture = torch.rand(1, 1, 128, 128, requires_grad=True)
    scores = network(picture)
    assert scores.shape == (1, 1, 14, 14)
    scores[0, 0, 7, 7].backward()
    rows, columns = picture.grad[0, 0].nonzero().T
    assert rows.max() - rows.min() + 1 == columns.max() - columns.min() + 1 == 70


def test_discriminator_is_no_steeper_than_its_normalization_allows():
    """A convolution's matrix has norm 1: each score moves at most by so many overlaps."""
    torch.manual_seed(0)
    network = PatchDiscriminator(channels=1, features=4, depth=2)
    with torch.no_grad():
        network(torch.rand(1, 1, 16, 16))
    for layer in network.layers[::2]:
        norm = torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2)
        assert norm.item() == pytest.approx(1, abs=0.05)


def test_pictures_too_small_for_the_depth_are_refused():
    small = torch.zeros(1, 3, 23, 40)
    with pytest.raises(SettingError, match="24 x 24 pixels"):
        Adversarial(features=1)(small, small)
    large = torch.zeros(1, 3, 24, 24)
    assert torch.isfinite(Adversarial(features=1)(large, large))


def test_settings_that_cannot_work_are_refused():
    with pytest.raises(SettingError, match="there are standard, least_squares, hinge"):
        Adversarial("wasserstein")
    for name in ("channels", "features", "depth"):
        with pytest.raises(SettingError, match=name):
            Adversarial(**{name: 0})
