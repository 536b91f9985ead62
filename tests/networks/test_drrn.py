"""DRRN: counts, depth, what is shared, and a straight-line copy of its description."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido import networks
from nitido.catalog import build
from nitido.networks.drrn import DRRN


@pytest.mark.parametrize(
    ("name", "macs", "depth"),
    [
        ("drrn_b1u9", 2_656_512, 20),
        ("drrn_b1u25", 7_375_104, 52),  # 6,797 G for 1280 x 720, as published
    ],
)
def test_counts(name, macs, depth):
    """More units cost time but no weights; the published count, 297K, is that of the kernels."""
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        network = build(networks, name).eval()
        network(torch.empty(1, 1, 8, 8))
    convolutions = counter.get_flop_counts()["Global"][torch.ops.aten.convolution]
    assert convolutions / 2 / 64 == macs
    assert sum(p.numel() for p in network.parameters() if p.ndim == 4) == 297_216
    biases = sum(m.bias.numel() for m in network.modules() if isinstance(m, torch.nn.Conv2d))
    assert biases == 3 * 128 + 1
    norms = (depth - 2) * 2 * 128 + 2 + 2 * 128
    assert sum(p.numel() for p in network.parameters()) == 297_216 + biases + norms
    assert network.radius == depth


def test_every_unit_normalizes_by_its_own_statistics():
    network = DRRN(features=4, units=2)
    network(torch.rand(4, 1, 8, 8))
    first, second = network.trunk[0].first_norms
    assert not torch.equal(first.running_mean, second.running_mean)


def test_units_add_the_first_state_not_the_last():
    """With a silent second convolution all units give what the block started from."""
    network = DRRN(features=4, units=3).eval()
    torch.nn.init.zeros_(network.trunk[0].second.weight)
    lq = torch.rand(1, 1, 6, 6)
    block = network.trunk[0]
    torch.testing.assert_close(block(lq), block.entry(F.relu(block.entry_norm(lq))))
    with torch.no_grad():
        block.second.bias.fill_(1.0)
    torch.testing.assert_close(block(lq), block.entry(F.relu(block.entry_norm(lq))) + 1)


def test_equals_straight_line():
    torch.manual_seed(0)
    network = DRRN(channels=2, features=5, blocks=2, units=3).double().eval()
    state = network.state_dict()
    for key, value in state.items():
        if value.is_floating_point():
            value.copy_(torch.rand_like(value) + 0.5 if "_var" in key else torch.randn_like(value))

    def unit(values, norm, conv):
        gain = state[f"{norm}.weight"] / (state[f"{norm}.running_var"] + 1e-5).sqrt()
        shift = state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * gain
        values = (values * gain[:, None, None] + shift[:, None, None]).clamp(min=0)
        return F.conv2d(values, state[f"{conv}.weight"], state[f"{conv}.bias"], padding=1)

    lq = torch.rand(2, 2, 6, 7, dtype=torch.float64)
    now = lq
    for b in range(2):
        own = f"trunk.{b}"
        start = now = unit(now, f"{own}.entry_norm", f"{own}.entry")
        for u in range(3):
            inner = unit(now, f"{own}.first_norms.{u}", f"{own}.first")
            now = start + unit(inner, f"{own}.second_norms.{u}", f"{own}.second")
    expected = lq + unit(now, "output_norm", "output")
    with torch.inference_mode():
        torch.testing.assert_close(network(lq), expected)
