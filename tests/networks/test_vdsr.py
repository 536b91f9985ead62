"""VDSR: the published count, its receptive field, and the import from the published names."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido.errors import SettingError, WeightsError
from nitido.networks.vdsr import VDSR


def published_state(depth=6, features=5, channels=1):
    torch.manual_seed(0)
    keys = ["input", *(f"residual_layer.{i}.conv" for i in range(depth - 2)), "output"]
    widths = [channels, *[features] * (depth - 1), channels]
    return {
        f"{key}.weight": torch.randn(widths[i + 1], widths[i], 3, 3) / (4 * widths[i]) ** 0.5
        for i, key in enumerate(keys)
    }


@pytest.mark.parametrize(("settings", "parameters"), [({}, 664_704), ({"bias": True}, 665_921)])
def test_counts(settings, parameters):
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        network = VDSR(**settings)
        network(torch.empty(1, 1, 8, 8))
    assert sum(p.numel() for p in network.parameters()) == parameters
    assert counter.get_total_flops() / 2 / 64 == 664_704


def test_receptive_field_of_the_paper():
    assert 2 * VDSR(features=1).radius + 1 == 41


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("depth", [2, 13])
def test_imported_equals_straight_line(depth, channels):
    state = published_state(depth, channels=channels)
    network = VDSR.from_authors(state)
    lq = torch.rand(2, channels, 8, 9)
    out = F.conv2d(lq, state["input.weight"], padding=1)
    for i in range(depth - 2):
        out = F.conv2d(out.clamp(min=0), state[f"residual_layer.{i}.conv.weight"], padding=1)
    out = lq + F.conv2d(out.clamp(min=0), state["output.weight"], padding=1)
    with torch.inference_mode():
        torch.testing.assert_close(network(lq), out, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(out, lq, atol=1e-2)
    assert (network.channels, network.features, network.depth) == (channels, 5, depth)
    assert network.bias is False


def test_initial_weights_follow_he():
    torch.manual_seed(0)
    network = VDSR(bias=True)
    for layer in (network.layers[18], network.layers[-1]):
        assert layer.weight.std().item() == pytest.approx((2 / 576) ** 0.5, rel=0.1)
        assert not layer.bias.any()


@pytest.mark.parametrize("bias", [False, True])
def test_our_own_tensors(bias):
    network = VDSR(features=4, depth=4, bias=bias).eval()
    again = VDSR.from_authors(network.state_dict(), depth=4, features=4, bias=bias)
    lq = torch.rand(1, 1, 7, 6)
    with torch.inference_mode():
        assert torch.equal(network(lq), again(lq))


def test_contradictions_are_refused():
    state = published_state()
    with pytest.raises(WeightsError, match="depth=6, but depth=20"):
        VDSR.from_authors(state, depth=20)
    with pytest.raises(SettingError, match="try depth"):
        VDSR.from_authors(state, dept=20)
    with pytest.raises(WeightsError, match="No VDSR"):
        VDSR.from_authors({"head.weight": torch.zeros(2, 2)})
    with pytest.raises(WeightsError, match="is missing"):
        VDSR.from_authors({k: v for k, v in state.items() if "layer.1" not in k})
    with pytest.raises(WeightsError, match="surplus is unknown"):
        VDSR.from_authors({**state, "surplus": torch.zeros(1)})
