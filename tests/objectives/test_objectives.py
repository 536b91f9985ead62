"""Objectives: what is hidden, what is compared, and that noise alone teaches to denoise."""

import math
import subprocess
import sys

import pytest
import torch
from torch import nn

from nitido import objectives
from nitido.catalog import build, names
from nitido.errors import SettingError
from nitido.objectives.estimation import Estimation
from nitido.objectives.neighbor2neighbor import Neighbor2Neighbor, neighbors
from nitido.objectives.noise2void import Noise2Void
from nitido.objectives.supervised import Supervised


def mse(restored, gt):
    return (restored - gt).square().mean()


def test_room_loads_without_torch():
    code = "import sys, nitido.objectives; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", names(objectives))
def test_every_objective_gives_a_loss_with_a_gradient(name):
    torch.manual_seed(0)
    network = nn.Conv2d(3, 9 if name == "estimation" else 3, 3, padding=1)
    lq, gt = torch.rand(2, 3, 12, 10), torch.rand(2, 3, 12, 10)
    objective = build(objectives, name)
    loss, restored = objective(lambda pictures: (network(pictures),), mse, lq, gt, 0.5)
    assert loss.ndim == 0
    assert restored.shape == lq.shape
    loss.backward()
    assert network.weight.grad.abs().sum() > 0
    if not objective.needs_gt:
        torch.manual_seed(3)
        first, _ = objective(lambda pictures: (network(pictures),), mse, lq, gt, 0.5)
        torch.manual_seed(3)
        second, _ = objective(lambda pictures: (network(pictures),), mse, lq, gt + 1, 0.5)
        assert torch.equal(first, second)


def test_supervised_sums_over_all_outputs():
    lq, gt = torch.zeros(1, 1, 2, 2), torch.ones(1, 1, 2, 2)
    loss, restored = Supervised()(lambda p: (p + 0.5, p + 0.9), mse, lq, gt, 0)
    assert loss.item() == pytest.approx(0.25 + 0.01)
    assert torch.equal(restored, lq + 0.9)


@pytest.mark.parametrize("share", [0.01, 0.04, 0.25])
def test_hidden_pixels_are_spread_and_come_from_near(share):
    torch.manual_seed(1)
    rows = torch.arange(60.0)[:, None].expand(60, 70)
    columns = torch.arange(70.0).expand(60, 70)
    lq = torch.stack([rows, columns]).repeat(2, 1, 1, 1)
    seen, hidden = Noise2Void(share, radius=3).hide(lq)
    assert hidden.shape == (2, 1, 60, 70)
    assert hidden.float().mean().item() == pytest.approx(share, rel=0.25)
    assert torch.equal(seen[~hidden.expand_as(seen)], lq[~hidden.expand_as(lq)])
    moved = (seen - lq).abs()
    assert moved.max() == 3
    assert moved.sum(1, keepdim=True)[hidden].gt(0).float().mean() > 0.9
    assert not torch.equal(hidden[0], hidden[1])
    side = round(share**-0.5)
    for top in range(0, 60 - side, side):
        for left in range(0, 70 - side, side):
            assert hidden[0, 0, top : top + side, left : left + side].sum() == 1


def test_the_loss_of_noise2void_is_the_mean_over_hidden_pixels():
    torch.manual_seed(0)
    lq = torch.rand(1, 1, 32, 32)
    objective = Noise2Void(0.04)
    kept = {}

    def restore(seen):
        kept["seen"] = seen
        return (seen + 0.25,)

    loss, _ = objective(restore, mse, lq, lq, 0)
    torch.manual_seed(0)
    torch.rand(1, 1, 32, 32)
    _, hidden = objective.hide(lq)
    wanted = (kept["seen"] + 0.25 - lq)[hidden].square().mean()
    torch.testing.assert_close(loss, wanted)


def test_neighbors_are_two_adjacent_pixels_of_each_cell():
    torch.manual_seed(0)
    lq = torch.arange(2 * 12 * 16.0).reshape(2, 1, 12, 16)
    (first, same), (second, alike) = neighbors(torch.cat([lq, lq]), 2)
    assert torch.equal(first, same)
    assert torch.equal(second, alike)
    apart = (first - second).abs()
    assert set(apart.unique().tolist()) == {1.0, 16.0}
    cells = nn.functional.pixel_unshuffle(lq, 2)
    assert cells.eq(first).any(1).all()
    assert cells.eq(second).any(1).all()


def test_the_regularizer_of_neighbor2neighbor_grows_and_vanishes_where_both_agree():
    lq = torch.rand(1, 1, 8, 8)

    def at(fraction, restore):
        torch.manual_seed(2)
        return Neighbor2Neighbor(2.0)(restore, mse, lq, lq, fraction)[0].item()

    def identity(pictures):
        return (pictures,)

    def dark(pictures):
        return (pictures * 0,)

    base = at(0, identity)
    assert base > 0
    assert at(1, identity) == pytest.approx(base)  # f(g1) - g2 is g1(f) - g2(f)
    assert at(1, dark) - at(0, dark) == pytest.approx(2 * at(0, dark), rel=1e-5)
    assert at(0.5, dark) - at(0, dark) == pytest.approx(at(0, dark), rel=1e-5)


def test_odd_patches_have_no_cells():
    with pytest.raises(SettingError, match=r"make data\.patch even"):
        Neighbor2Neighbor()(lambda p: (p,), mse, torch.rand(1, 1, 7, 8), torch.rand(1, 1, 7, 8), 0)


@pytest.mark.parametrize(
    ("maker", "settings"),
    [(Noise2Void, {"share": 0}), (Noise2Void, {"radius": 0}), (Neighbor2Neighbor, {"weight": -1})],
)
def test_settings_out_of_range_are_refused(maker, settings):
    with pytest.raises(SettingError, match=next(iter(settings))):
        maker(**settings)


@pytest.mark.parametrize("objective", [Noise2Void(0.05, radius=2), Neighbor2Neighbor(1.0)])
def test_noise_alone_teaches_to_denoise(objective):
    """Smooth pictures in white noise: what is learned must be nearer to the clean ones."""
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.Conv2d(16, 1, 3, padding=1)
    )
    optimizer = torch.optim.Adam(network.parameters(), 5e-3)
    ramp = torch.linspace(0, 6, 32)
    steps = 150
    for step in range(steps):
        phases = torch.rand(8, 1, 1, 1) * 6
        clean = 0.5 + 0.3 * torch.sin(ramp + phases) * torch.cos(ramp[:, None] * 0.7)
        lq = clean + 0.2 * torch.randn(8, 1, 32, 32)
        loss, _ = objective(lambda p: (network(p),), mse, lq, lq, step / steps)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.inference_mode():
        assert mse(network(lq), clean) < 0.3 * mse(lq, clean)


def estimated(odds, median, spread, fact, **settings):
    """Return loss and medians of `estimation` for one fact of one window."""
    judged = torch.tensor([odds, median, spread]).reshape(1, 3, 1, 1)
    gt = torch.tensor([fact]).reshape(1, 1, 1, 1)
    loss, medians = Estimation(**settings)(lambda lq: (judged,), mse, torch.zeros(1), gt, 0)
    return loss.item(), medians.item()


def test_a_false_alarm_costs_more_than_a_missed_trace():
    missed, _ = estimated(-3.0, 0.5, 0.0, 0.5)
    alarm, _ = estimated(3.0, 0.5, 0.0, 0.0, false_alarm=2.0)
    assert missed == pytest.approx(math.log1p(math.exp(3)))
    assert alarm == pytest.approx(2 * missed)


def test_what_is_faint_is_measured_but_nobody_is_blamed():
    assert estimated(9.0, 0.7, 0.0, -0.5) == pytest.approx((10 * 0.2 + 0.2, 0.7))
    assert estimated(-9.0, 0.7, 0.0, -0.5) == pytest.approx((10 * 0.2 + 0.2, 0.7))


def test_what_nobody_knows_costs_nothing():
    loss, median = estimated(9.0, 0.7, 0.0, math.nan)
    assert loss == 0
    assert math.isnan(median)


def test_the_scale_is_that_of_a_laplace_distribution():
    sure, _ = estimated(0.0, 0.7, -2.0, -0.5)
    unsure, _ = estimated(0.0, 0.7, math.log(0.2), -0.5)
    assert sure == pytest.approx(2 + 0.2 * math.exp(2) - 2, rel=1e-5)
    assert unsure == pytest.approx(2 + 1 + math.log(0.2), rel=1e-5)
    assert unsure < sure


def test_an_estimation_of_other_facts_is_refused():
    with pytest.raises(SettingError, match=r"3 numbers for 2 facts.*network\.facts"):
        Estimation()(lambda lq: (torch.zeros(1, 3, 1, 1),), mse, None, torch.zeros(1, 2, 1, 1), 0)
    with pytest.raises(SettingError, match="above 0"):
        Estimation(false_alarm=0)
