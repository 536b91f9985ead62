"""The house network: what it starts from, what it sees and how far."""

from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from nitido.errors import SettingError
from nitido.networks import SIGMA
from nitido.networks.unet import UNet, _at_limit

SMALL: dict[str, Any] = {"features": (8, 12), "blocks": (1, 2)}


def shaken(network: UNet) -> UNet:
    """Give every convolution weights that matter; the second ones start at zero."""
    torch.manual_seed(3)
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.kaiming_normal_(module.weight)
    return network.eval()


@pytest.mark.parametrize("settings", [{}, {"takes_sigma": True}, {"sees_clipping": True}])
def test_it_starts_as_the_identity(settings):
    lq = torch.rand(2, 3, 16, 24) * 1.4 - 0.2
    assert torch.equal(UNet(**SMALL, **settings)(lq), lq)


def test_where_it_enlarges_it_starts_as_bicubic():
    lq = torch.rand(2, 3, 16, 24)
    network = UNet(**SMALL, scale=3)
    assert network.scale == 3
    assert torch.equal(network(lq), F.interpolate(lq, scale_factor=3, mode="bicubic"))


def test_values_at_the_limits_and_beyond_are_marked():
    values = torch.tensor([-0.25, 0.0, 0.5 / 255, 1 / 255, 0.5, 254 / 255, 254.5 / 255, 1.0, 1.5])
    expected = torch.tensor([1, 1, 0.5, 0, 0, 0, 0.5, 1, 1])
    marked = _at_limit(values.view(1, 1, 1, -1))
    assert torch.allclose(marked.flatten(), expected, atol=1e-4)


def test_the_head_is_a_convolution_of_folded_pixels():
    head = shaken(UNet(**SMALL)).head
    lq = torch.rand(1, 3, 12, 16)
    folded = head.weight.reshape(8, 3, 3, 2, 3, 2).permute(0, 1, 3, 5, 2, 4).reshape(8, 12, 3, 3)
    expected = F.conv2d(F.pixel_unshuffle(lq, 2), folded, head.bias, padding=1)
    assert torch.allclose(head(lq), expected, atol=1e-5)


@pytest.mark.parametrize(
    "settings", [{}, {"sees_clipping": True}, {"scale": 2}, {"scale": 3, "unshuffle": 1}]
)
def test_a_cut_beyond_the_radius_changes_nothing(settings):
    network = shaken(UNet(**SMALL, **settings))
    step = network.multiple_of
    cut = -(-network.radius // step) * step
    lq = torch.rand(1, 3, 4 * step, cut + 8 * step)
    with torch.inference_mode():
        whole, part = network(lq), network(lq[..., : cut + 4 * step])
    kept = 4 * step * network.scale
    cut *= network.scale
    assert torch.allclose(whole[..., :kept], part[..., :kept], atol=1e-4 * float(whole.abs().max()))
    assert not torch.allclose(whole[..., : cut + kept], part, atol=1e-4 * float(whole.abs().max()))


def test_a_told_level_matters_and_a_negative_one_means_judge():
    network = shaken(UNet(**SMALL, takes_sigma=True))
    lq = torch.rand(1, 3, 16, 16)
    with torch.inference_mode():
        blind = network(lq)
        assert torch.equal(blind, network(lq, torch.full((1, 1, 1, 1), -1.0)))
        assert not torch.allclose(blind, network(lq, torch.full((1, 1, 1, 1), 0.1)))


@pytest.mark.parametrize(
    "settings", [{"blocks": (1,)}, {"features": (), "blocks": ()}, {"features": (8, 0)}]
)
def test_settings_that_build_no_network_are_refused(settings):
    with pytest.raises(SettingError):
        UNet(**{**SMALL, **settings})


OBEYS: dict[str, Any] = {**SMALL, "takes_sigma": True, "obeys_sigma": True}


def told(network, lq, level):
    with torch.inference_mode():
        return network(lq, torch.full((len(lq), 1, 1, 1), level / 255))


def test_a_network_that_obeys_is_the_identity_at_level_0_whatever_its_weights():
    network, lq = shaken(UNet(**OBEYS)), torch.rand(2, 3, 16, 24)
    assert torch.equal(told(network, lq, 0), lq)
    assert not torch.allclose(told(network, lq, 25), lq, atol=0.01)


def test_the_level_of_a_network_that_obeys_reaches_every_block():
    network = shaken(UNet(**OBEYS))
    for level in network.levels:
        nn.init.normal_(level.linear.weight)
    lq = torch.rand(1, 3, 16, 16)
    changes = [(told(network, lq, level) - lq) for level in (5, 6)]
    for a in changes:
        assert a.abs().max() > 0
    ratio = changes[1] / changes[0]
    assert ratio.std() > 1e-3  # more than one factor for all


def test_a_network_that_obeys_must_be_told():
    network = UNet(**OBEYS)
    assert network.inputs == (SIGMA,)
    with pytest.raises(SettingError, match="must be told sigma"):
        network(torch.rand(1, 3, 16, 16))
    with pytest.raises(SettingError, match="obeys_sigma"):
        UNet(**SMALL, obeys_sigma=True)
    with pytest.raises(SettingError, match="obeys_sigma"):
        UNet(**OBEYS, scale=2)
