"""The autoencoder: all of the picture goes through a code that is smaller than it."""

import pytest
import torch

from nitido.errors import SettingError
from nitido.networks.autoencoder import Autoencoder


def test_parameters():
    kernels = 2 * 16 * (3 * 32 + 32 * 64 + 64 * 128)  # 4x4, down and up
    biases = 32 + 64 + 128 + 64 + 32 + 3
    assert sum(p.numel() for p in Autoencoder().parameters()) == kernels + biases


def test_the_code_is_smaller_than_the_picture():
    lq = torch.rand(1, 3, 16, 24)
    code = Autoencoder().encoder(lq)
    assert code.shape == (1, 128, 2, 3)
    assert code.numel() * 3 == lq.numel() * 2


def test_nothing_goes_around_the_code():
    network = Autoencoder(features=(6, 8)).eval()
    with torch.no_grad():
        network.encoder[-2].weight.zero_()
    first, second = torch.rand(2, 1, 3, 8, 8)
    assert torch.equal(network(first), network(second))


def test_the_picture_is_not_rectified():
    network = Autoencoder(features=(4,))
    with torch.no_grad():
        network.decoder[-1].bias.fill_(-9.0)
    assert network(torch.rand(1, 3, 4, 4)).max() < 0


def test_initial_weights_keep_the_variance():
    torch.manual_seed(0)
    network = Autoencoder(channels=64, features=(64, 64)).eval()
    power = network(torch.randn(4, 64, 32, 32)).square().mean().item()
    assert power == pytest.approx(2, rel=0.35)  # what no rectifier halves at the end


def test_a_network_without_levels_is_refused():
    with pytest.raises(SettingError, match="features"):
        Autoencoder(features=())
