"""ResNet: the size of the baseline it is known by, and where its shortcuts lie."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido.networks.resnet import ResNet


def test_parameters_of_the_baseline():
    """Published with an enlargement by two, a convolution of 64 to 256 features: 1,369,859."""
    with torch.device("meta"):
        network = ResNet()
    assert sum(p.numel() for p in network.parameters()) == 1_369_859 - (64 * 9 + 1) * 256


def test_multiplications_per_pixel():
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        ResNet()(torch.empty(1, 3, 8, 8))
    assert counter.get_total_flops() / 2 / 64 == 9 * (2 * 3 * 64 + 33 * 64**2)


def test_equals_straight_line():
    torch.manual_seed(0)
    network = ResNet(channels=2, features=5, blocks=2).double()
    state = network.state_dict()

    def convolve(values, key):
        return F.conv2d(values, state[f"{key}.weight"], state[f"{key}.bias"], padding=1)

    lq = torch.rand(1, 2, 7, 9, dtype=torch.float64)
    shallow = convolve(lq, "head")
    deep = shallow
    for i in range(2):
        inner = convolve(deep, f"blocks.{i}.first").clamp(min=0)
        deep = deep + convolve(inner, f"blocks.{i}.second")
    expected = lq + convolve(shallow + convolve(deep, "fusion"), "tail")
    torch.testing.assert_close(network(lq), expected)


@pytest.mark.parametrize(("blocks", "radius"), [(16, 35), (1, 5)])
def test_receptive_field(blocks, radius):
    assert ResNet(features=1, blocks=blocks).radius == radius


def test_it_starts_near_the_identity_whatever_its_depth():
    torch.manual_seed(0)
    lq = torch.rand(1, 3, 24, 24)
    change = ResNet()(lq) - lq
    assert 0 < change.square().mean().sqrt() < 0.5
