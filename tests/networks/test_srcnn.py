"""SRCNN: the paper's counts, its initial weights, and a straight-line copy of three layers."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido import networks
from nitido.catalog import build
from nitido.errors import SettingError, WeightsError
from nitido.networks.srcnn import SRCNN


def published_state(channels=1, features=(6, 4), kernels=(9, 5, 5)):
    torch.manual_seed(0)
    state, widths = {}, (channels, *features, channels)
    for i, side in enumerate(kernels):
        spread = (widths[i] * side**2) ** -0.5
        state[f"conv{i + 1}.weight"] = torch.randn(widths[i + 1], widths[i], side, side) * spread
        state[f"conv{i + 1}.bias"] = torch.randn(widths[i + 1]) / 5
    return state


@pytest.mark.parametrize(
    ("name", "parameters", "macs"),
    [("srcnn", 57_281, 57_184), ("srcnn_955", 57_281, 57_184), ("srcnn_915", 8_129, 8_032)],
)
def test_counts(name, parameters, macs):
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        network = build(networks, name)
        network(torch.empty(1, 1, 8, 8))
    assert sum(p.numel() for p in network.parameters()) == parameters
    assert counter.get_total_flops() / 2 / 64 == macs


@pytest.mark.parametrize("kernels", [(9, 5, 5), (9, 1, 5)])
@pytest.mark.parametrize("channels", [1, 3])
def test_imported_equals_straight_line(channels, kernels):
    state = published_state(channels, kernels=kernels)
    network = SRCNN.from_authors(state)
    lq = torch.rand(2, channels, 11, 14)
    reach = sum(side // 2 for side in kernels)
    out = lq
    for i, side in enumerate(kernels, start=1):
        out = F.pad(out, (side // 2,) * 4)  # zeros
        out = F.conv2d(out if i == 1 else out.clamp(min=0), state[f"conv{i}.weight"]) + state[
            f"conv{i}.bias"
        ].view(-1, 1, 1)
    with torch.inference_mode():
        torch.testing.assert_close(network(lq), out, rtol=1e-4, atol=1e-5)
    assert (out < 0).any()
    assert (network.channels, network.features, network.kernels) == (channels, (6, 4), kernels)
    assert network.radius == reach


def test_deeper_networks_can_be_built():
    network = SRCNN.from_authors(published_state(1, (5, 4, 3), (9, 3, 1, 5)))
    assert (network.kernels, network.radius) == ((9, 3, 1, 5), 7)
    assert network(torch.rand(1, 1, 5, 4)).shape == (1, 1, 5, 4)


def test_initial_weights_of_the_paper():
    torch.manual_seed(0)
    network = SRCNN()
    for layer in network.layers[::2]:
        assert layer.weight.std().item() == pytest.approx(0.001, rel=0.1)
        assert not layer.bias.any()


def test_names_of_settings():
    state = published_state()
    own = SRCNN.from_authors(state, num_channels=1, features=(6, 4), kernels=(9, 5, 5))
    again = SRCNN.from_authors(own.state_dict(), channels=1)
    lq = torch.rand(1, 1, 9, 9)
    with torch.inference_mode():
        assert torch.equal(own(lq), again(lq))


@pytest.mark.parametrize(
    "setting", [{"kernels": (9, 5)}, {"kernels": (9, 4, 5)}, {"features": (64, 0)}]
)
def test_what_cannot_work_is_refused(setting):
    with pytest.raises(SettingError, match=next(iter(setting))):
        SRCNN(**setting)


def test_contradictions_are_refused():
    state = published_state()
    with pytest.raises(WeightsError, match=r"but kernels=\(9, 1, 5\)"):
        SRCNN.from_authors(state, kernels=(9, 1, 5))
    with pytest.raises(SettingError, match="try kernels"):
        SRCNN.from_authors(state, kernel=(9, 1, 5))
    with pytest.raises(WeightsError, match="No SRCNN"):
        SRCNN.from_authors({"model.1.weight": torch.zeros(1, 1, 3, 3)})
    with pytest.raises(WeightsError, match="No SRCNN"):
        SRCNN.from_authors({k: v for k, v in state.items() if k != "conv2.weight"})
    with pytest.raises(WeightsError, match=r"layers\.4\.bias is missing"):
        SRCNN.from_authors({k: v for k, v in state.items() if k != "conv3.bias"})
