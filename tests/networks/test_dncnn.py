"""DnCNN: the paper's counts, its initial weights, and two ways to the same result."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido.errors import SettingError, WeightsError
from nitido.networks.dncnn import DnCNN


def authors_state(channels, features, depth, batch_norm, biased=True):
    """Random weights in the authors' naming; convolutions keep a bias before normalization."""
    torch.manual_seed(0)
    state, index = {}, 0
    for i in range(depth):
        entering = channels if i == 0 else features
        leaving = channels if i == depth - 1 else features
        middle = 0 < i < depth - 1
        state[f"model.{index}.weight"] = torch.randn(leaving, entering, 3, 3) / entering**0.5 / 3
        if biased or not (middle and batch_norm):
            state[f"model.{index}.bias"] = torch.randn(leaving) / 5
        index += 1
        if middle and batch_norm:
            state[f"model.{index}.weight"] = torch.rand(features) + 0.5
            state[f"model.{index}.bias"] = torch.randn(features) / 5
            state[f"model.{index}.running_mean"] = torch.randn(features) / 5
            state[f"model.{index}.running_var"] = torch.rand(features) + 0.5
            index += 1
        index += 1
    return state


def straight_line(state, lq):
    """The same function with nothing shared but the description."""
    indices = sorted({int(key.split(".")[1]) for key in state})
    out = lq
    for i in indices:
        layer = {key.split(".")[2]: state[key] for key in state if key.split(".")[1] == str(i)}
        if "running_mean" in layer:
            spread = (layer["running_var"] + 1e-4).sqrt()
            gain = (layer["weight"] / spread)[:, None, None]
            out = (out - layer["running_mean"][:, None, None]) * gain + layer["bias"][:, None, None]
        else:
            out = F.conv2d(out, layer["weight"], layer.get("bias"), padding=1)
        followed = f"model.{i + 1}.running_mean" in state
        if i != indices[-1] and not followed:
            out = out.clamp(min=0)
    return lq - out


@pytest.mark.parametrize(
    ("settings", "parameters"),
    [
        ({}, 556_097),
        ({"batch_norm": False}, 555_137),
        ({"depth": 20}, 667_073),
        ({"depth": 20, "channels": 3}, 669_379),
    ],
)
def test_parameters_of_the_paper(settings, parameters):
    with torch.device("meta"):
        network = DnCNN(**settings)
    assert sum(p.numel() for p in network.parameters()) == parameters


@pytest.mark.parametrize(
    ("settings", "macs"),
    [({}, 554_112), ({"depth": 20}, 664_704), ({"depth": 20, "channels": 3}, 667_008)],
)
def test_multiplications_per_pixel(settings, macs):
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        network = DnCNN(**settings).eval()
        network(torch.empty(1, network.channels, 8, 8))
    assert counter.get_total_flops() / 2 / 64 == macs


@pytest.mark.parametrize(("depth", "radius"), [(17, 17), (20, 20)])
def test_receptive_field_of_the_paper(depth, radius):
    assert DnCNN(features=1, depth=depth).radius == radius  # 35 and 41 pixels across


def test_output_is_input_minus_residual():
    network = DnCNN(features=4, depth=3).eval()
    with torch.no_grad():
        network.layers[-1].weight.zero_()
        network.layers[-1].bias.fill_(0.25)
    lq = torch.rand(1, 1, 6, 5)
    torch.testing.assert_close(network(lq), lq - 0.25)


def test_initial_weights_follow_the_authors():
    torch.manual_seed(0)
    network = DnCNN()
    weights = torch.cat([p.detach().flatten() for p in network.parameters() if p.ndim == 4])
    assert weights.std().item() == pytest.approx((2 / 576) ** 0.5, rel=0.01)
    norms = [m for m in network.layers if isinstance(m, torch.nn.BatchNorm2d)]
    gains = torch.cat([m.weight.detach() for m in norms])
    assert gains.abs().min().item() == pytest.approx(0.025)
    assert (gains < 0).float().mean().item() == pytest.approx(0.5, abs=0.06)
    assert network.layers[2].bias is None


@pytest.mark.parametrize("batch_norm", [True, False])
@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("channels", [1, 3])
def test_imported_equals_straight_line(channels, batch_norm, biased):
    state = authors_state(channels, 6, 5, batch_norm, biased)
    network = DnCNN.from_authors(state)
    lq = torch.rand(2, channels, 9, 7)
    with torch.inference_mode():
        torch.testing.assert_close(network(lq), straight_line(state, lq))
    assert (network.channels, network.features, network.depth) == (channels, 6, 5)
    assert network.batch_norm is batch_norm


def test_import_leaves_the_given_tensors_alone():
    state = authors_state(1, 4, 4, batch_norm=True)
    before = {key: value.clone() for key, value in state.items()}
    DnCNN.from_authors(state)
    assert state.keys() == before.keys()
    assert all(torch.equal(state[key], before[key]) for key in state)


def test_merged_is_the_same_function():
    network = DnCNN.from_authors(authors_state(3, 8, 6, batch_norm=True))
    merged = network.merged()
    lq = torch.rand(1, 3, 12, 11)
    with torch.inference_mode():
        torch.testing.assert_close(merged(lq), network(lq), rtol=1e-5, atol=1e-6)
    assert merged.state_dict().keys() == DnCNN(3, 8, 6, batch_norm=False).state_dict().keys()
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in merged.modules())


def test_merging_a_merged_network_changes_nothing():
    network = DnCNN(features=4, depth=4, batch_norm=False)
    merged = network.merged()
    for key, value in network.state_dict().items():
        assert torch.equal(value, merged.state_dict()[key])


def test_names_of_the_authors_and_ours():
    state = authors_state(1, 4, 5, batch_norm=True)
    DnCNN.from_authors(state, in_nc=1, out_nc=1, nc=4, nb=5)
    own = DnCNN.from_authors(state, channels=1, features=4, depth=5, batch_norm=True)
    DnCNN.from_authors(own.state_dict())


def test_contradictions_are_refused():
    state = authors_state(1, 4, 5, batch_norm=True)
    with pytest.raises(WeightsError, match="depth=5, but depth=17"):
        DnCNN.from_authors(state, depth=17)
    with pytest.raises(SettingError, match="try depth"):
        DnCNN.from_authors(state, dept=17)
    with pytest.raises(SettingError, match="both 1 and 3"):
        DnCNN.from_authors(state, in_nc=1, out_nc=3)
    with pytest.raises(WeightsError, match="No DnCNN"):
        DnCNN.from_authors({"head.weight": torch.zeros(2, 2)})
    with pytest.raises(WeightsError, match=r"layers\.0\.bias is missing"):
        DnCNN.from_authors({k: v for k, v in state.items() if k != "model.0.bias"})
    with pytest.raises(WeightsError, match=r"layers\.extra is unknown"):
        DnCNN.from_authors({**state, "model.extra": torch.zeros(1)})
    with pytest.raises(WeightsError, match=r"shape \(5,\) instead of \(4,\)"):
        DnCNN.from_authors({**state, "model.0.bias": torch.zeros(5)})
