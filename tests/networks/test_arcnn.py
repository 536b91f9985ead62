"""AR-CNN, plain and fast: counts, initial weights, and straight-line copies of both."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido import networks
from nitido.catalog import build
from nitido.errors import SettingError, WeightsError
from nitido.networks.arcnn import ARCNN

PLAIN = [("base.0", 64, 9), ("base.2", 32, 7), ("base.4", 16, 1), ("last", None, 5)]
FAST = [
    ("base.0", 64, 9),
    ("base.2", 32, 1),
    ("base.4", 32, 7),
    ("base.6", 64, 1),
    ("last", None, 9),
]


def published_state(layers, channels=3):
    torch.manual_seed(0)
    state, entering = {}, channels
    for key, width, side in layers:
        leaving = width or channels
        shape = (entering, leaving) if layers is FAST and not width else (leaving, entering)
        state[f"{key}.weight"] = torch.randn(*shape, side, side) / entering**0.5 / side
        state[f"{key}.bias"] = torch.randn(leaving) / 5
        if width:
            state[f"base.{int(key[5:]) + 1}.weight"] = torch.rand(1)
        entering = leaving
    return state


def straight_line(state, lq, layers):
    out = lq
    for key, width, side in layers:
        kernel, bias = state[f"{key}.weight"], state[f"{key}.bias"]
        stride = 2 if layers is FAST and key == "base.0" else 1
        if layers is FAST and not width:
            holes = out.new_zeros(*out.shape[:2], 2 * out.shape[2], 2 * out.shape[3])
            holes[..., ::2, ::2] = out
            out, kernel = holes, kernel.transpose(0, 1).flip(2, 3)
        out = F.conv2d(out, kernel, bias, stride, padding=side // 2)
        if width:
            out = torch.where(out > 0, out, out * state[f"base.{int(key[5:]) + 1}.weight"])
    return out


@pytest.mark.parametrize(
    ("name", "parameters", "slopes", "macs"),
    [("arcnn", 106_561, 3, 106_448), ("arcnn_fast", 64_833, 4, 16_160)],
)
def test_counts(name, parameters, slopes, macs):
    """Known counts leave out the slopes of the rectifiers."""
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        network = build(networks, name)
        network(torch.empty(1, 1, 16, 16))
    assert sum(p.numel() for p in network.parameters()) == parameters + slopes
    assert counter.get_total_flops() / 2 / 256 == macs


@pytest.mark.parametrize("layers", [PLAIN, FAST])
@pytest.mark.parametrize("channels", [1, 3])
def test_imported_equals_straight_line(layers, channels):
    state = published_state(layers, channels)
    network = ARCNN.from_authors(state)
    lq = torch.rand(2, channels, 12, 14)
    with torch.inference_mode():
        expected = straight_line(state, lq, layers)
        torch.testing.assert_close(network(lq), expected, rtol=1e-4, atol=1e-4)
    assert (network.channels, network.fast) == (channels, layers is FAST)


def test_radius_of_the_fast_network():
    network = ARCNN(fast=True).double()
    for parameter in network.parameters():
        torch.nn.init.constant_(parameter, 0.01)
    assert network.multiple_of == 2
    lq = torch.rand(1, 1, 36, 36, dtype=torch.float64, requires_grad=True)
    reach = []
    for at in (16, 17):
        (gradient,) = torch.autograd.grad(network(lq)[0, 0, at, at], lq)
        reach.append(int((gradient[0, 0].nonzero() - at).abs().max()))
    assert max(reach) == network.radius == 14


@pytest.mark.parametrize("fast", [False, True])
def test_initial_weights_of_the_paper(fast):
    torch.manual_seed(0)
    network = ARCNN(fast=fast)
    for layer in network.layers[::2]:
        assert layer.weight.std().item() == pytest.approx(0.001, rel=0.1)
        assert not layer.bias.any()


@pytest.mark.parametrize("layers", [PLAIN, FAST])
def test_our_own_tensors(layers):
    network = ARCNN.from_authors(published_state(layers), fast=layers is FAST, channels=3)
    again = ARCNN.from_authors(network.state_dict())
    lq = torch.rand(1, 3, 10, 8)
    with torch.inference_mode():
        assert torch.equal(network(lq), again(lq))


def test_contradictions_are_refused():
    state = published_state(PLAIN)
    with pytest.raises(WeightsError, match="fast=False, but fast=True"):
        ARCNN.from_authors(state, fast=True)
    with pytest.raises(SettingError, match="try fast"):
        ARCNN.from_authors(state, fsat=True)
    with pytest.raises(WeightsError, match="No AR-CNN"):
        ARCNN.from_authors({"conv1.weight": torch.zeros(1, 1, 3, 3)})
    with pytest.raises(WeightsError, match=r"layers\.6\.bias is missing"):
        ARCNN.from_authors({k: v for k, v in state.items() if k != "last.bias"})
    with pytest.raises(WeightsError, match=r"layers\.1\.weight has shape \(64,\)"):
        ARCNN.from_authors({**state, "base.1.weight": torch.zeros(64)})
