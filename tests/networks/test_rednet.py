"""RED-Net: counts, which layers are linked, and the import from the widespread port's names."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido import networks
from nitido.catalog import build
from nitido.errors import SettingError, WeightsError
from nitido.networks.rednet import REDNet


def port_state(convolutions, features=6, channels=3):
    """Random weights in the naming of the port."""
    torch.manual_seed(0)
    state = {}
    for i in range(convolutions):
        entering = features if i else channels
        key = f"conv_layers.{i}.0"
        state[f"{key}.weight"] = torch.randn(features, entering, 3, 3) / (5 * entering) ** 0.5
        state[f"{key}.bias"] = torch.randn(features) / 5
        key, leaving = f"deconv_layers.{i}.0", features
        if i == convolutions - 1:
            key, leaving = f"deconv_layers.{i}", channels
        state[f"{key}.weight"] = torch.randn(features, leaving, 3, 3) / (5 * features) ** 0.5
        state[f"{key}.bias"] = torch.randn(leaving) / 5
    return state


def straight_line(state, lq, convolutions, linked):
    """The port's function, deconvolutions written as convolutions of a picture with holes."""
    steps, out = [lq], lq
    for i in range(convolutions):
        key = f"conv_layers.{i}.0"
        out = F.conv2d(out, state[f"{key}.weight"], state[f"{key}.bias"], 1 if i else 2, 1)
        out = out.clamp(min=0)
        steps.append(out)
    for i in range(convolutions - 1):
        key = f"deconv_layers.{i}.0"
        kernel = state[f"{key}.weight"].transpose(0, 1).flip(2, 3)
        out = F.conv2d(out, kernel, state[f"{key}.bias"], padding=1).clamp(min=0)
        if (mirrored := convolutions - 1 - i) in linked:
            out = out + steps[mirrored]
    holes = out.new_zeros(*out.shape[:2], 2 * out.shape[2], 2 * out.shape[3])
    holes[..., ::2, ::2] = out
    key = f"deconv_layers.{convolutions - 1}"
    kernel = state[f"{key}.weight"].transpose(0, 1).flip(2, 3)
    return (lq + F.conv2d(holes, kernel, state[f"{key}.bias"], padding=1)).clamp(min=0)


@pytest.mark.parametrize(
    ("name", "parameters", "macs"),
    [
        ("rednet10", 296_641, 296_064),
        ("rednet20", 665_921, 664_704),
        ("rednet30", 1_035_201, 1_033_344),
    ],
)
def test_counts(name, parameters, macs):
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        network = build(networks, name)
        network(torch.empty(1, 1, 8, 8))
    assert sum(p.numel() for p in network.parameters()) == parameters
    assert counter.get_total_flops() / 2 / 64 == macs


def test_wider_network_of_the_paper():
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        REDNet(features=128)(torch.empty(1, 1, 8, 8))
    assert counter.get_total_flops() / 2 / 64 / 1e6 == pytest.approx(4.13, abs=5e-3)


@pytest.mark.parametrize(
    ("convolutions", "linked"), [(5, ()), (10, (2, 4, 6, 8)), (15, (2, 4, 6, 8, 10, 12, 14))]
)
def test_imported_equals_straight_line(convolutions, linked):
    state = port_state(convolutions)
    network = REDNet.from_authors(state, num_layers=convolutions, num_features=6)
    lq = torch.rand(2, 3, 12, 10)
    with torch.inference_mode():
        expected = straight_line(state, lq, convolutions, linked)
        torch.testing.assert_close(network(lq), expected, rtol=1e-4, atol=1e-4)
    assert (expected == 0).any()
    assert (network.depth, network.stride, network.radius) == (
        2 * convolutions,
        2,
        4 * convolutions - 2,
    )


@pytest.mark.parametrize(("depth", "linked"), [(6, [2]), (8, [2]), (10, [2, 4]), (12, [2, 4])])
def test_every_second_convolution_is_linked_to_its_mirror(depth, linked):
    """With silent deconvolutions only the skips are left of what they are given."""
    network = REDNet(features=2, depth=depth).eval()
    half = depth // 2
    states = {}
    for number, layer in enumerate(network.encoder, start=1):
        layer.register_forward_hook(lambda *args, n=number: states.update({n: args[2].relu()}))
    mirrored = {}
    for number, layer in enumerate(network.decoder, start=1):
        layer.register_forward_hook(lambda *args, n=number: mirrored.update({n: args[1][0]}))
        torch.nn.init.zeros_(layer.weight)
    network(torch.rand(1, 1, 6, 5))
    seen = {half + 1 - n: state for n, state in mirrored.items() if n > 1}
    for number, state in seen.items():  # what is in the layer's mirror place
        expected = states[number] if number in linked else torch.zeros_like(states[number])
        torch.testing.assert_close(state, expected)


def test_skips_can_be_taken_away():
    torch.manual_seed(0)
    with_skips = REDNet(features=4, depth=10)
    without = REDNet(features=4, depth=10, skips=False)
    without.load_state_dict(with_skips.state_dict())
    lq = torch.rand(1, 1, 6, 6)
    assert not torch.allclose(with_skips(lq), without(lq), atol=1e-3)
    with torch.no_grad():
        with_skips.decoder[-1].weight.zero_()
    torch.testing.assert_close(with_skips(lq), lq)


def test_initial_weights_keep_the_spread():
    torch.manual_seed(0)
    network = REDNet()
    for layer in (network.encoder[7], network.decoder[7], network.decoder[-1]):
        assert layer.weight.std().item() == pytest.approx((2 / 576) ** 0.5, rel=0.1)
        assert not layer.bias.any()


def test_our_own_tensors():
    network = REDNet(features=4, depth=10, channels=3).eval()
    again = REDNet.from_authors(network.state_dict())
    lq = torch.rand(1, 3, 5, 7)
    with torch.inference_mode():
        assert torch.equal(again(lq), network(lq))


@pytest.mark.parametrize("setting", [{"depth": 7}, {"stride": 3}])
def test_what_cannot_work_is_refused(setting):
    with pytest.raises(SettingError, match=next(iter(setting))):
        REDNet(**setting)


def test_contradictions_are_refused():
    state = port_state(5)
    with pytest.raises(WeightsError, match="depth=10, but depth=30"):
        REDNet.from_authors(state, depth=30)
    with pytest.raises(WeightsError, match="convolutions=5, but convolutions=15"):
        REDNet.from_authors(state, num_layers=15)
    with pytest.raises(SettingError, match="try num_layers"):
        REDNet.from_authors(state, num_layer=15)
    with pytest.raises(WeightsError, match="No RED-Net"):
        REDNet.from_authors({"model.0.weight": torch.zeros(1)})
    with pytest.raises(WeightsError, match=r"decoder\.4\.bias is missing"):
        REDNet.from_authors({k: v for k, v in state.items() if k != "deconv_layers.4.bias"})
    with pytest.raises(WeightsError, match="surplus is unknown"):
        REDNet.from_authors({**state, "surplus": torch.zeros(1)})
