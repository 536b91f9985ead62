"""The perceptron: what one unit sees, where it lies in its block, and that it starts harmless."""

import pytest
import torch

from nitido.errors import SettingError
from nitido.networks.perceptron import Perceptron


@pytest.mark.parametrize(
    ("settings", "weights", "radius"),
    [
        ({}, 3 * (3 * 15 * 15 + 1), 7),
        ({"channels": 1, "patch": 16, "center": 8}, 64 * (16 * 16 + 1), 11),
    ],
)
def test_one_map_from_patch_to_center(settings, weights, radius):
    network = Perceptron(**settings)
    assert sum(p.numel() for p in network.parameters()) == weights
    assert network.radius == radius
    assert network.multiple_of == settings.get("center", 1)


@pytest.mark.parametrize("settings", [{}, {"patch": 8, "center": 4}, {"patch": 4, "center": 4}])
def test_it_starts_as_the_identity(settings):
    lq = torch.rand(2, 3, 12, 8) * 1.4 - 0.2
    torch.testing.assert_close(Perceptron(**settings)(lq), lq)


def test_equals_a_matrix_product_per_patch():
    network = Perceptron(channels=2, patch=6, center=2)
    torch.nn.init.normal_(network.layer.weight)
    torch.nn.init.normal_(network.layer.bias)
    lq = torch.rand(1, 2, 4, 6)
    rows = torch.arange(-2, 6).clamp(0, 3)  # past the border the nearest pixel
    columns = torch.arange(-2, 8).clamp(0, 5)
    wide = lq[0][:, rows][:, :, columns]
    matrix = network.layer.weight.flatten(1)
    expected = torch.zeros(2, 4, 6)
    for top in (0, 2):
        for left in (0, 2, 4):
            patch = wide[:, top : top + 6, left : left + 6]
            block = (matrix @ patch.flatten() + network.layer.bias).view(2, 2, 2)
            expected[:, top : top + 2, left : left + 2] = block
    torch.testing.assert_close(network(lq)[0], expected, rtol=1e-4, atol=1e-4)


def test_it_is_affine():
    network = Perceptron(patch=5)
    torch.nn.init.normal_(network.layer.weight)
    torch.nn.init.normal_(network.layer.bias)
    first, second = torch.rand(2, 1, 3, 8, 8)
    between = network(0.25 * first + 0.75 * second)
    torch.testing.assert_close(between, 0.25 * network(first) + 0.75 * network(second))


@pytest.mark.parametrize("settings", [{"patch": 4}, {"patch": 6, "center": 8}])
def test_a_center_out_of_place_is_refused(settings):
    with pytest.raises(SettingError, match="patch"):
        Perceptron(**settings)
