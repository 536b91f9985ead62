"""DRUNet: the paper's counts, what a network without biases does, and a straight-line copy."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido.errors import SettingError, WeightsError
from nitido.networks.drunet import DRUNet

FEATURES = (4, 6, 8, 10)


class AuthorsState(dict):
    """Random weights in the authors' naming."""

    def __init__(self, channels=3, blocks=2, bias=False):
        super().__init__()
        torch.manual_seed(0)
        self.bias = bias
        self.conv("m_head", FEATURES[0], channels + 1)
        self.conv("m_tail", channels, FEATURES[0])
        for i in range(3):
            fine, coarse = FEATURES[i], FEATURES[i + 1]
            for b in range(blocks):
                self.block(f"m_down{i + 1}.{b}", fine)
                self.block(f"m_up{i + 1}.{b + 1}", fine)
            self.conv(f"m_down{i + 1}.{blocks}", coarse, fine, 2)
            self.conv(f"m_up{i + 1}.0", coarse, fine, 2)
            if bias:
                self[f"m_up{i + 1}.0.bias"] = torch.randn(fine) / 5
        for b in range(blocks):
            self.block("m_body" if blocks == 1 else f"m_body.{b}", FEATURES[-1])

    def block(self, key, width):
        self.conv(f"{key}.res.0", width, width)
        self.conv(f"{key}.res.2", width, width)

    def conv(self, key, first, second, size=3):
        self[f"{key}.weight"] = torch.randn(first, second, size, size) / second**0.5 / size
        if self.bias:
            self[f"{key}.bias"] = torch.randn(first) / 5


def straight_line(state, lq, level, blocks):
    """The same function with nothing shared but the description."""

    def conv(x, key, stride=1):
        weight, bias = state[f"{key}.weight"], state.get(f"{key}.bias")
        return F.conv2d(x, weight, bias, stride, padding=weight.shape[-1] // 2 % 2 * (stride == 1))

    def stack(x, keys):
        for key in keys:
            x = x + conv(conv(x, f"{key}.res.0").clamp(min=0), f"{key}.res.2")
        return x

    def down(x, i):
        x = stack(x, [f"m_down{i}.{b}" for b in range(blocks)])
        return conv(x, f"m_down{i}.{blocks}", stride=2)

    def up(x, i):
        x = F.conv_transpose2d(
            x, state[f"m_up{i}.0.weight"], state.get(f"m_up{i}.0.bias"), stride=2
        )
        return stack(x, [f"m_up{i}.{b + 1}" for b in range(blocks)])

    x1 = conv(torch.cat([lq, level.expand(lq.shape[0], 1, *lq.shape[2:])], 1), "m_head")
    x2 = down(x1, 1)
    x3 = down(x2, 2)
    x4 = down(x3, 3)
    x = stack(x4, ["m_body"] if blocks == 1 else [f"m_body.{b}" for b in range(blocks)])
    return conv(up(up(up(x + x4, 3) + x3, 2) + x2, 1) + x1, "m_tail")


@pytest.fixture(scope="module")
def network():
    return DRUNet.from_authors(AuthorsState())


@pytest.mark.parametrize(
    ("settings", "parameters"),
    [
        ({"channels": 1}, 32_638_656),
        ({}, 32_640_960),
        ({"channels": 1, "features": (16, 32, 64, 128), "blocks": 2}, 1_063_344),
    ],
)
def test_parameters_of_the_paper(settings, parameters):
    with torch.device("meta"):
        network = DRUNet(**settings)
    assert sum(p.numel() for p in network.parameters()) == parameters


def test_multiplications_per_pixel():
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        DRUNet(channels=1).eval()(torch.empty(1, 1, 64, 64), torch.empty(1, 1, 1, 1))
    assert counter.get_total_flops() / 2 / 64**2 / 1e6 == pytest.approx(2.115, abs=0.001)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("blocks", [1, 2])
@pytest.mark.parametrize("channels", [1, 3])
def test_imported_equals_straight_line(channels, blocks, bias):
    state = AuthorsState(channels, blocks, bias)
    network = DRUNet.from_authors(state)
    lq, sigma = torch.rand(2, channels, 16, 24), torch.tensor([0.1, 0.3]).view(2, 1, 1, 1)
    with torch.inference_mode():
        restored = network(lq, sigma)
        torch.testing.assert_close(restored, straight_line(state, lq, sigma, blocks))
        assert not torch.allclose(restored, network(lq, 2 * sigma), atol=1e-3)


def test_twice_the_picture_and_level_give_twice_the_result(network):
    lq, sigma = torch.rand(1, 3, 16, 16), torch.full((1, 1, 1, 1), 0.2)
    with torch.inference_mode():
        torch.testing.assert_close(network(2 * lq, 2 * sigma), 2 * network(lq, sigma))


def test_the_level_may_be_a_map(network):
    lq, sigma = torch.rand(2, 3, 16, 24), torch.tensor([0.1, 0.2]).view(2, 1, 1, 1)
    level = sigma.expand(2, 1, 16, 24)
    with torch.inference_mode():
        told = network(lq, sigma)
        assert torch.equal(network(torch.cat([lq, level], dim=1)), told)
        uneven = torch.cat([level[..., :12], 2 * level[..., 12:]], dim=3)
        assert not torch.allclose(network(torch.cat([lq, uneven], dim=1)), told, atol=1e-3)


def test_initial_weights_are_orthogonal_with_the_gain_of_the_authors():
    torch.manual_seed(0)
    weight = DRUNet(features=(8, 12), blocks=1).body[0].first.weight.detach().flatten(1)
    torch.testing.assert_close(weight @ weight.T, 0.04 * torch.eye(12))


def test_names_of_the_authors_and_ours():
    state = AuthorsState()
    own = DRUNet.from_authors(state, in_nc=4, out_nc=3, nc=[4, 6, 8, 10], nb=2)
    settings = {"channels": 3, "features": FEATURES, "blocks": 2, "bias": False}
    again = DRUNet.from_authors(own.state_dict(), **settings)
    assert again.state_dict().keys() == own.state_dict().keys()


@pytest.mark.parametrize("levels", [1, 2, 5])
def test_other_numbers_of_levels(levels):
    network = DRUNet(features=(4,) * levels, blocks=1)
    side = network.multiple_of
    assert side == 2 ** (levels - 1)
    lq, sigma = torch.rand(1, 3, side, 3 * side), torch.zeros(1, 1, 1, 1)
    assert network(lq, sigma).shape == lq.shape
    assert DRUNet.from_authors(network.state_dict()).features == (4,) * levels


def test_contradictions_are_refused():
    state = AuthorsState()
    with pytest.raises(WeightsError, match="blocks=2, but blocks=4"):
        DRUNet.from_authors(state, nb=4)
    with pytest.raises(WeightsError, match="channels=3, but channels=1"):
        DRUNet.from_authors(state, in_nc=2)
    with pytest.raises(SettingError, match="both 1 and 3"):
        DRUNet.from_authors(state, in_nc=2, out_nc=3)
    with pytest.raises(SettingError, match="in_nc: 1 found"):
        DRUNet.from_authors(state, in_nc=1)
    with pytest.raises(SettingError, match="try blocks"):
        DRUNet.from_authors(state, block=4)
    with pytest.raises(WeightsError, match="No DRUNet"):
        DRUNet.from_authors({"model.0.weight": torch.zeros(4, 4, 3, 3)})
    with pytest.raises(WeightsError, match=r"decoder\.1\.0\.first\.weight is missing"):
        DRUNet.from_authors({k: v for k, v in state.items() if k != "m_up2.1.res.0.weight"})
    with pytest.raises(WeightsError, match="surplus is unknown"):
        DRUNet.from_authors({**state, "surplus": torch.zeros(1)})


def test_levels_that_cannot_work_are_refused():
    with pytest.raises(SettingError, match="there are none"):
        DRUNet(features=())
    with pytest.raises(SettingError, match="features: 0 found"):
        DRUNet(features=(4, 0))
