"""Optimizers, learning rates and averages, each against what it says it computes."""

import copy
import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import SGD, Adam, AdamW, RMSprop

from nitido.networks.dncnn import DnCNN
from nitido.networks.unet import UNet
from nitido.recipes import Difficulty, Plateau, Schedule
from nitido.train._difficulty import demanded_shares, planned_shares
from nitido.train._optimizers import Muon, build_optimizer, orthogonalize
from nitido.train._precision import pick_precision
from nitido.train._rates import rate_at, set_rate
from nitido.train._state import Average, Mark


def wide():
    torch.manual_seed(0)
    return UNet(features=(16, 20), blocks=(1, 1))


def learn(network, optimizer, steps, start=0):
    """Take steps, each with pictures of its own."""
    for step in range(start, start + steps):
        lq = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(step))
        optimizer.zero_grad()
        (network(lq) - lq.square()).square().mean().backward()
        optimizer.step()


@pytest.mark.parametrize("shape", [(16, 144), (144, 16), (32, 32), (20, 80)])
def test_orthogonal_updates_have_singular_values_near_one(shape):
    torch.manual_seed(0)
    matrices = torch.randn(3, *shape) * torch.tensor([1e-6, 1.0, 1e3])[:, None, None]
    updates = orthogonalize(matrices)
    scale = max(1.0, shape[0] / shape[1]) ** 0.5
    for matrix, update in zip(matrices, updates, strict=True):
        singular = torch.linalg.svdvals(update) / scale
        assert singular.min() > 0.4
        assert singular.max() < 1.3
        left, _, right = torch.linalg.svd(matrix, full_matrices=False)
        alike = (update / scale * (left @ right)).sum() / min(shape)
        assert alike > 0.7  # it points where the nearest orthogonal matrix does


def test_one_matrix_at_a_time_or_all_together():
    torch.manual_seed(1)
    matrices = torch.randn(4, 8, 30)
    alone = torch.cat([orthogonalize(matrix[None]) for matrix in matrices])
    assert torch.allclose(orthogonalize(matrices), alone, atol=1e-5)


def test_muon_takes_the_hidden_convolutions_and_adam_the_rest():
    network = wide()
    hidden, others = Muon(network, 0.1, 0.0).param_groups
    names = {id(p): name for name, p in network.named_parameters()}
    taken = {names[id(p)] for p in hidden["params"]}
    assert taken == {
        name
        for name, p in network.named_parameters()
        if p.ndim == 4 and not name.startswith(("head", "tail"))
    }
    assert len(hidden["params"]) + len(others["params"]) == len(names)
    assert hidden["orthogonal"]
    assert not others["orthogonal"]


def test_muon_without_hidden_convolutions_is_adam():
    groups = Muon(UNet(**UNet.TINY), 0.1, 0.0).param_groups
    assert [group["orthogonal"] for group in groups] == [False]


def test_the_first_muon_step_is_orthogonal():
    network = wide()
    weight = network.encoder[0][0].second.weight
    before = weight.detach().clone()
    learn(network, Muon(network, 0.1, 0.0), 2)  # the first gradient is 0: the tail starts at 0
    change = (weight.detach() - before).reshape(16, -1) / 0.1
    assert torch.linalg.svdvals(change).max() < 1.3
    assert torch.linalg.svdvals(change).median() > 0.4


def test_adam_inside_muon_is_adam():
    torch.manual_seed(0)
    ours, theirs = (nn.Linear(3, 2), nn.Linear(3, 2))
    theirs.load_state_dict(ours.state_dict())
    first = Muon(ours, lr=0.1, weight_decay=0.01)
    second = AdamW(theirs.parameters(), lr=0.1 * 0.075, weight_decay=0.01)
    for step in range(5):
        for network, optimizer in ((ours, first), (theirs, second)):
            optimizer.zero_grad()
            network(torch.full((1, 3), 1.0 + step)).square().sum().backward()
            optimizer.step()
    assert torch.allclose(ours.weight, theirs.weight, atol=1e-5)
    assert torch.allclose(ours.bias, theirs.bias, atol=1e-5)


def test_weight_decay_shrinks():
    network = wide()
    weight = network.encoder[0][0].first.weight.detach()
    norm = float(weight.norm())
    optimizer = Muon(network, lr=0.1, weight_decay=0.5)
    for parameter in network.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    assert float(weight.norm()) == pytest.approx(norm * 0.95, rel=1e-4)


@pytest.mark.parametrize("kind", ["adamw", "muon"])
def test_an_optimizer_goes_on_from_its_state(kind):
    schedule = Schedule(steps=10, optimizer=kind, lr=0.01)
    network = wide()
    optimizer = build_optimizer(network, schedule)
    assert isinstance(optimizer, {"adamw": AdamW, "muon": Muon}[kind])
    learn(network, optimizer, 3)

    other = copy.deepcopy(network)
    resumed = build_optimizer(other, schedule)
    fresh = build_optimizer(copy.deepcopy(network), schedule)
    assert not fresh.state
    resumed.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    learn(network, optimizer, 3, start=3)
    learn(other, resumed, 3, start=3)
    for ours, theirs in zip(network.parameters(), other.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_parameters_without_a_gradient_stay():
    network = wide()
    network.tail.requires_grad_(False)
    network.tail.weight.fill_(0.01)
    before = network.tail.weight.clone()
    optimizer = Muon(network, 0.1, 0.5)
    learn(network, optimizer, 1)
    assert torch.equal(network.tail.weight, before)


def test_warm_up_and_cosine():
    schedule = Schedule(steps=100, warmup=9, lr=1e-3, lr_end=1e-5)
    rates = [rate_at(schedule, step, step / 100) for step in range(101)]
    assert rates[0] == pytest.approx(1e-3 / 10)
    assert rates[4] == pytest.approx(1e-3 * 5 / 10, rel=0.01)
    assert np.argmax(rates) == 9
    assert rates[50] == pytest.approx((1e-3 + 1e-5) / 2)
    assert rates[100] == pytest.approx(1e-5)
    assert rates[9:] == sorted(rates[9:], reverse=True)
    no_warmup = Schedule(steps=100, warmup=0, lr=1e-3)
    assert rate_at(no_warmup, 0, 0) == pytest.approx(1e-3)


def test_a_rate_is_set_in_every_group():
    first, second = nn.Linear(2, 2), nn.Linear(2, 2)
    groups = [{"params": first.parameters()}, {"params": second.parameters()}]
    optimizer = AdamW(groups, 7.0)
    set_rate(optimizer, 0.25)
    assert [group["lr"] for group in optimizer.param_groups] == [0.25, 0.25]


def test_phases_hold_halve_and_restart():
    steps = Schedule(
        steps=100,
        warmup=0,
        phases=(
            {"until": 0.5, "lr": 0.8},
            {"until": 0.75, "lr": 0.4},
            {"until": 1, "lr": 0.2, "lr_end": 0.1},
        ),
    )
    rates = [rate_at(steps, step, step / 100) for step in (0, 49, 50, 74, 75, 100)]
    assert rates == pytest.approx([0.8, 0.8, 0.4, 0.4, 0.2, 0.1])
    restart = Schedule(
        steps=100,
        warmup=0,
        phases=({"until": 0.5, "lr": 1, "lr_end": 0.1}, {"until": 1, "lr": 0.5, "lr_end": 0.1}),
    )
    rates = [rate_at(restart, step, step / 100) for step in range(101)]
    assert rates[25] == pytest.approx(0.55)
    assert rates[50] == pytest.approx(0.5)
    assert rates[49] < 0.11


@pytest.mark.parametrize("ends", [(0.5, 0.4, 1), (0.5, 0.9), (0.5, 0.5, 1)])
def test_phases_that_leave_a_gap_are_refused(ends):
    with pytest.raises(ValueError, match="phases: until must rise to 1"):
        Schedule(steps=1, phases=[{"until": end, "lr": 1e-3} for end in ends])


def test_a_plateau_cuts_the_rate_when_patience_ends():
    schedule = Schedule(steps=1000, plateau=Plateau(patience=40, factor=0.5))
    losses = [5, 4, 3, 3, 3, 3, 2.5, 2.5, 2.5, 2.5, 2.5]
    mark, shares = Mark(elapsed=1.0), []
    for loss in losses:
        mark.step += 20
        mark.loss, mark.error, mark.gathered = 20 * loss, 0.2, 20
        progress = mark.report(schedule, 1.0)
        assert progress.loss == loss
        assert progress.psnr == pytest.approx(20)
        assert (mark.loss, mark.error, mark.gathered) == (0, 0, 0)
        shares.append(mark.share)
    assert shares == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125]


@pytest.mark.parametrize(
    ("order", "fraction", "shares"),
    [
        ("fixed", 0.9, (0, 1, 0, 0)),
        ("joint", 0.1, (0.25, 0.25, 0.25, 0.25)),
        ("curriculum", 0.0, (1, 0, 0, 0)),
        ("curriculum", 0.3, (0.5, 0.5, 0, 0)),
        ("curriculum", 1.0, (0.25, 0.25, 0.25, 0.25)),
        ("anti_curriculum", 0.0, (0, 0, 0, 1)),
        ("anti_curriculum", 0.5, (0, 1 / 3, 1 / 3, 1 / 3)),
    ],
)
def test_orders_of_difficulty(order, fraction, shares):
    difficulty = Difficulty(setting="sigma", range=(0, 50), parts=4, part=1, order=order)
    assert planned_shares(difficulty, fraction) == pytest.approx(shares)
    assert planned_shares(None, fraction) == ()


def test_demand_is_inverse_psnr():
    shares = demanded_shares(torch.tensor([40.0, 20.0, 10.0]))
    assert shares == pytest.approx((1 / 7, 2 / 7, 4 / 7))


@pytest.mark.parametrize(
    ("name", "kind"), [("adam", Adam), ("adamw", AdamW), ("sgd", SGD), ("rmsprop", RMSprop)]
)
def test_optimizers_get_their_settings(name, kind):
    schedule = Schedule(
        steps=1, optimizer=name, lr=0.02, betas=(0.9, 0.99), momentum=0.8, weight_decay=0.1
    )
    optimizer = build_optimizer(nn.Linear(2, 2), schedule)
    assert type(optimizer) is kind
    settings = optimizer.defaults
    assert settings["lr"] == 0.02
    assert settings["weight_decay"] == 0.1
    assert settings.get("betas", (0.9, 0.99)) == (0.9, 0.99)
    assert settings.get("momentum", 0.8) == 0.8


def test_the_average_follows_everything_buffers_included():
    torch.manual_seed(0)
    network = DnCNN(features=4, depth=3).train()
    average = Average(network, decay=0.5)
    wanted = {key: value.double() for key, value in network.state_dict().items()}
    for step in range(1, 12):
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.add_(0.1)
        network(torch.rand(2, 1, 6, 6))
        average.update(network)
        decay = min(0.5, (1 + step) / (10 + step))
        for key, value in network.state_dict().items():
            wanted[key] = decay * wanted[key] + (1 - decay) * value.double()
    buffers = [key for key in wanted if "running" in key]
    assert buffers
    for key, value in wanted.items():
        if "num_batches" in key:
            assert average.state[key] == 11  # a count is no number to average
        else:
            assert torch.allclose(average.state[key].double(), value, atol=1e-5), key
    now = network.state_dict()[buffers[0]].clone()
    average.copy_into(network)
    assert torch.equal(network.state_dict()[buffers[0]], average.state[buffers[0]])
    assert not torch.equal(now, average.state[buffers[0]])


def test_an_average_is_a_copy():
    network = nn.Linear(2, 2)
    average = Average(network, 0.9)
    before = average.state["weight"].clone()
    with torch.no_grad():
        network.weight.add_(1)
    assert torch.equal(average.state["weight"], before)


@pytest.mark.parametrize(("asked", "word"), [("fp32", "32-true"), ("bf16", "bf16-mixed")])
def test_precision(asked, word):
    assert pick_precision(asked) == word
    assert pick_precision("auto") in ("32-true", "bf16-mixed")


def test_progress_guesses_what_remains():
    from nitido.train import Progress

    progress = Progress(5, 0.25, 0.1, 20.0, 1e-3, 10.0, 0.1)
    assert progress.remaining == pytest.approx(30)
    assert math.isfinite(Progress(0, 0.0, 0.1, 20.0, 1e-3, 10.0, 0.1).remaining)
