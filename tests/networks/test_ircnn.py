"""IRCNN: the paper's counts and view, and a straight-line copy over the authors' names."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido.errors import SettingError, WeightsError
from nitido.networks.ircnn import IRCNN

PAPER = (1, 2, 3, 4, 3, 2, 1)


def authors_state(channels, features, depth=7):
    """Random weights in the authors' naming; between two convolutions stands a rectifier."""
    torch.manual_seed(0)
    state = {}
    for i in range(depth):
        entering = channels if i == 0 else features
        leaving = channels if i == depth - 1 else features
        state[f"model.{2 * i}.weight"] = torch.randn(leaving, entering, 3, 3) / entering**0.5 / 3
        state[f"model.{2 * i}.bias"] = torch.randn(leaving) / 5
    return state


def straight_line(state, lq, dilations=PAPER):
    """The same function, the taps of every convolution spread by hand."""
    out = lq
    for i, dilation in enumerate(dilations):
        taps = state[f"model.{2 * i}.weight"]
        spread = taps.new_zeros(*taps.shape[:2], 2 * dilation + 1, 2 * dilation + 1)
        spread[..., ::dilation, ::dilation] = taps
        out = F.conv2d(out if i == 0 else out.clamp(min=0), spread, padding=dilation)
        out = out + state[f"model.{2 * i}.bias"][:, None, None]
    return lq - out


@pytest.mark.parametrize(
    ("settings", "parameters"),
    [
        ({"batch_norm": False}, 185_857),
        ({"batch_norm": False, "channels": 3}, 188_163),
        ({}, 185_857 + 5 * 64),  # five times a gain more than a bias
    ],
)
def test_parameters_of_the_paper(settings, parameters):
    with torch.device("meta"):
        network = IRCNN(**settings)
    assert sum(p.numel() for p in network.parameters()) == parameters


def test_multiplications_per_pixel():
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        IRCNN().eval()(torch.empty(1, 1, 8, 8))
    assert counter.get_total_flops() / 2 / 64 == 185_472


def test_view_of_the_paper():
    assert IRCNN(features=1).radius == 16  # 33 pixels across


def test_middle_layers_normalize_and_no_others():
    kinds = [type(layer).__name__ for layer in IRCNN(features=2).layers]
    middle = ["Conv2d", "BatchNorm2d", "ReLU"]
    assert kinds == ["Conv2d", "ReLU", *5 * middle, "Conv2d"]


@pytest.mark.parametrize("channels", [1, 3])
def test_imported_equals_straight_line(channels):
    state = authors_state(channels, 6)
    network = IRCNN.from_authors(state)
    lq = torch.rand(2, channels, 11, 9)
    with torch.inference_mode():
        torch.testing.assert_close(network(lq), straight_line(state, lq))
    assert (network.channels, network.features, network.batch_norm) == (channels, 6, False)


def test_other_dilations_have_to_be_told():
    state = authors_state(1, 4, depth=4)
    lq = torch.rand(1, 1, 8, 8)
    with torch.inference_mode():
        restored = IRCNN.from_authors(state, dilations=[1, 3, 2, 1])(lq)
    torch.testing.assert_close(restored, straight_line(state, lq, (1, 3, 2, 1)))
    with pytest.raises(WeightsError, match="4 convolutions"):
        IRCNN.from_authors(state)


def test_names_of_the_authors_and_ours():
    state = authors_state(1, 4)
    IRCNN.from_authors(state, in_nc=1, out_nc=1, nc=4)
    own = IRCNN.from_authors(state, channels=1, features=4, dilations=PAPER, batch_norm=False)
    IRCNN.from_authors(own.state_dict())
    trained = IRCNN(features=4)
    again = IRCNN.from_authors(trained.state_dict())
    lq = torch.rand(1, 1, 8, 8)
    with torch.inference_mode():
        assert torch.equal(again(lq), trained.eval()(lq))


def test_contradictions_are_refused():
    state = authors_state(1, 4)
    with pytest.raises(WeightsError, match="features=4, but features=64"):
        IRCNN.from_authors(state, nc=64)
    with pytest.raises(SettingError, match="try dilations"):
        IRCNN.from_authors(state, dilation=PAPER)
    with pytest.raises(WeightsError, match="No IRCNN"):
        IRCNN.from_authors({"head.weight": torch.zeros(2, 2)})
    with pytest.raises(WeightsError, match=r"layers\.12\.bias is missing"):
        IRCNN.from_authors({k: v for k, v in state.items() if k != "model.12.bias"})
    with pytest.raises(SettingError, match="two numbers"):
        IRCNN(dilations=(1,))
    with pytest.raises(SettingError, match="dilations: 0 found"):
        IRCNN(dilations=(1, 0, 1))
