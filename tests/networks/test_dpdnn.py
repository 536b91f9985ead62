"""DPDNN: counts, the shared prior, its start, and a straight-line copy of the algorithm."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido.networks.dpdnn import DPDNN


def test_counts():
    """One U-Net serves all stages; each stage has two numbers of its own."""
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        network = DPDNN()
        network(torch.empty(1, 1, 16, 16))
    assert sum(p.numel() for p in network.parameters()) == 1_363_393 + 2 * 6
    per_pixel = counter.get_total_flops() / 2 / 16**2 / 1e6
    assert per_pixel == pytest.approx(2.055, abs=6e-4)


def test_more_stages_share_the_prior():
    prior = [sum(p.numel() for p in DPDNN(features=4, stages=s).prior.parameters()) for s in (1, 6)]
    assert prior[0] == prior[1]


def test_starts_from_the_identity():
    torch.manual_seed(0)
    network = DPDNN(features=4, levels=2, stages=2)
    lq = torch.rand(1, 1, 8, 8)
    torch.testing.assert_close(network(lq), lq)
    with torch.no_grad():
        network.eta.fill_(0.0)
    assert not torch.allclose(network(lq), lq, atol=1e-2)


def test_input_is_weighed_by_delta():
    network = DPDNN(features=4, levels=2, stages=2)
    lq = torch.rand(1, 1, 8, 8)
    with torch.no_grad():
        network.eta.zero_()
        network.delta.copy_(torch.tensor([0.3, 1.0]))  # the last stage returns the input
    torch.testing.assert_close(network(lq), lq)


@pytest.mark.parametrize(("levels", "stages"), [(1, 2), (1, 3), (2, 2)])
def test_radius_grows_with_the_stages(levels, stages):
    """Weights that let every path through show the reach of all stages together."""
    network = DPDNN(features=1, levels=levels, stages=stages).double()
    for parameter in network.prior.parameters():
        torch.nn.init.constant_(parameter, 0.2)
    torch.nn.init.constant_(network.eta, 0.1)
    side = 2 * (network.radius // network.multiple_of + 2) * network.multiple_of
    lq = torch.rand(1, 1, side, side, dtype=torch.float64, requires_grad=True)
    reach = 0
    for at in range(side // 2, side // 2 + network.multiple_of):
        (gradient,) = torch.autograd.grad(network(lq)[0, 0, at, at], lq)
        reach = max(reach, int((gradient[0, 0].nonzero() - at).abs().max()))
    assert reach == network.radius


def test_initial_weights():
    torch.manual_seed(0)
    prior = DPDNN().prior
    limit = (6 / (2 * 9 * 64)) ** 0.5
    layer = prior.middle[0]
    assert layer.weight.abs().max().item() == pytest.approx(limit, rel=0.01)
    assert not layer.bias.any()
    assert prior.up[0].weight.std().item() == pytest.approx((2 / 576) ** 0.5, rel=0.05)
    assert prior.up[0].bias is None


def conv(state, values, key, pad=1):
    values = F.conv2d(values, state[f"prior.{key}.weight"], state[f"prior.{key}.bias"], 1, pad)
    return values if key == "tail" else values.clamp(min=0)


def halve(state, values, key):
    """Keep every second pixel, from the second on, each the center of its window."""
    return conv(state, values, key)[..., 1::2, 1::2]


def double(state, values, key):
    """Spread each pixel over a window that begins where it stands, cut off at the far side."""
    n, c, h, w = values.shape
    kernel = state[f"prior.{key}.weight"]
    out = values.new_zeros(n, c, 2 * h + 1, 2 * w + 1)
    for i in range(3):
        for j in range(3):
            spread = torch.einsum("nchw,cd->ndhw", values, kernel[:, :, i, j])
            out[..., i : i + 2 * h : 2, j : j + 2 * w : 2] += spread
    return out[..., : 2 * h, : 2 * w]


def prior(state, values, levels):
    kept = []
    for level in range(levels):
        for i in (0, 2, 4):
            values = conv(state, values, f"encoder.{level}.{i}")
        kept.append(values)
        values = halve(state, values, f"down.{level}")
    values = conv(state, values, "middle.0")
    for level in range(levels):
        values = torch.cat([double(state, values, f"up.{level}"), kept[-1 - level]], 1)
        values = conv(state, values, f"merge.{level}", pad=0)
        for i in (0, 2, 4, 6):
            values = conv(state, values, f"decoder.{level}.{i}")
    return conv(state, values, "tail")


def straight_line(state, lq, levels, stages):
    """The same function with nothing shared but the description."""
    now = lq
    for stage in range(stages):
        delta, eta = state["delta"][stage], state["eta"][stage]
        now = (1 - delta) * now + (1 - delta - eta) * prior(state, now, levels) + delta * lq
    return now


def test_equals_straight_line():
    torch.manual_seed(0)
    network = DPDNN(channels=2, features=5, levels=2, stages=3).double()
    state = network.state_dict()
    for value in state.values():
        spread = 0.3 if value.ndim < 4 else value[0].numel() ** -0.5
        value.copy_(torch.randn_like(value) * spread)
    lq = torch.rand(2, 2, 12, 16, dtype=torch.float64)
    with torch.inference_mode():
        expected = straight_line(state, lq, levels=2, stages=3)
        torch.testing.assert_close(network(lq), expected)
    assert not torch.allclose(expected, lq, atol=0.1)
