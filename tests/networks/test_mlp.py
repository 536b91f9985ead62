"""The multilayer perceptron: the paper's size, its window, and the authors' matrices."""

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from nitido.errors import SettingError, WeightsError
from nitido.networks.mlp import MLP


def matrices(patch=7, center=5, hidden=(9, 8)):
    """Random weights as the authors publish them, the biases in the last column."""
    torch.manual_seed(0)
    sizes = [patch**2, *hidden, center**2]
    return {
        f"w_{i + 1}": torch.randn(sizes[i + 1], sizes[i] + 1) / sizes[i] ** 0.5
        for i in range(len(sizes) - 1)
    }


def straight_line(state, lq, patch, center, stride):
    """Patch by patch in NumPy, with nothing shared but the description."""
    weights = [state[f"w_{i + 1}"].numpy() for i in range(len(state))]
    height, width = lq.shape
    around = np.pad((lq - 0.5) / 0.2, patch + stride, mode="edge")
    summed, total = np.zeros_like(around), np.zeros_like(around)
    places = np.arange(center) - center // 2
    falls = np.exp(-(places**2) / (2 * (center // 2 / 2) ** 2))
    window = falls[:, None] * falls[None]
    margin, origin = (patch - center) // 2, patch + stride
    for top in range(-stride * (center // stride), height, stride):
        for left in range(-stride * (center // stride), width, stride):
            y, x = top + origin, left + origin
            values = around[y - margin :, x - margin :][:patch, :patch].ravel()
            for i, matrix in enumerate(weights):
                values = matrix[:, :-1] @ values + matrix[:, -1]
                if i < len(weights) - 1:
                    values = np.tanh(values)
            summed[y : y + center, x : x + center] += values.reshape(center, center) * window
            total[y : y + center, x : x + center] += window
    kept = (slice(origin, origin + height), slice(origin, origin + width))
    return summed[kept] / total[kept] * 0.2 + 0.5


@pytest.mark.parametrize(
    ("settings", "weights", "radius"),
    [
        ({}, 290 * 2047 + 3 * 2048 * 2047 + 2048 * 289, 16),
        (
            MLP.VARIANTS["mlp_39_17"],
            1522 * 3072 + 3073 * 3072 + 3073 * 2559 + 2560 * 2047 + 2048 * 289,
            27,
        ),
    ],
)
def test_size_of_the_paper(settings, weights, radius):
    with torch.device("meta"):
        network = MLP(**settings)
    assert sum(p.numel() for p in network.parameters()) == weights
    assert network.radius == radius


def test_multiplications_per_patch():
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        MLP()(torch.empty(1, 1, 30, 60))
    patches = (30 // 3 + 5) * (60 // 3 + 5)  # five hang over the border
    assert counter.get_total_flops() / 2 == patches * (2 * 289 * 2047 + 3 * 2047**2)


@pytest.mark.parametrize(("patch", "center", "stride"), [(7, 5, 3), (5, 5, 2), (9, 3, 3)])
def test_imported_equals_straight_line(patch, center, stride):
    state = matrices(patch, center)
    network = MLP.from_authors(state, step=stride)
    assert (network.patch, network.center, network.hidden) == (patch, center, (9, 8))
    lq = torch.rand(1, 1, 3 * stride, 5 * stride)
    expected = straight_line(state, lq[0, 0].numpy().astype(float), patch, center, stride)
    with torch.inference_mode():
        np.testing.assert_allclose(network(lq)[0, 0].numpy(), expected, rtol=1e-4, atol=1e-5)


def test_overlapping_patches_agree_on_a_flat_picture():
    """Whatever a patch says, weights of the average sum to one."""
    network = MLP.from_authors(matrices())
    with torch.no_grad():
        network.layers[-1].weight.zero_()
        network.layers[-1].bias.fill_(1.0)
    torch.testing.assert_close(network(torch.rand(2, 1, 6, 9)), torch.full((2, 1, 6, 9), 0.7))


def test_bands_of_a_patch_are_restored_in_their_places():
    network = MLP(channels=2, patch=3, center=3, hidden=(4,), stride=3)
    with torch.no_grad():
        network.layers[-1].weight.zero_()
        network.layers[-1].bias.copy_(torch.arange(18.0))
    restored = (network(torch.rand(1, 2, 3, 6)) - 0.5) / 0.2
    block = torch.arange(18.0).view(1, 2, 3, 3)
    torch.testing.assert_close(restored, torch.cat([block, block], 3))


def test_initial_weights_fit_the_number_of_inputs():
    torch.manual_seed(0)
    first, second, _ = MLP(hidden=(300, 400)).layers
    assert first.weight.std().item() == pytest.approx(1 / 17, rel=0.02)
    assert second.weight.std().item() == pytest.approx(300**-0.5, rel=0.02)


def test_our_tensors_are_taken_back():
    network = MLP.from_authors(matrices())
    again = MLP.from_authors(network.state_dict(), stride=3, hidden=(9, 8))
    lq = torch.rand(1, 1, 6, 6)
    assert torch.equal(network(lq), again(lq))


def test_contradictions_are_refused():
    state = matrices()
    with pytest.raises(WeightsError, match="patch=7, but patch=17"):
        MLP.from_authors(state, patch=17)
    with pytest.raises(SettingError, match="try stride"):
        MLP.from_authors(state, strid=3)
    with pytest.raises(WeightsError, match="No multilayer perceptron"):
        MLP.from_authors({"model.0.weight": torch.zeros(1)})
    with pytest.raises(WeightsError, match="no square patch"):
        MLP.from_authors({**state, "w_1": torch.zeros(9, 48)})
    with pytest.raises(WeightsError, match=r"shape \(8, 7, 1, 1\) instead of \(8, 9, 1, 1\)"):
        MLP.from_authors({**state, "w_2": torch.zeros(8, 8)})
    with pytest.raises(WeightsError, match="surplus is unknown"):
        MLP.from_authors({**state, "surplus": torch.zeros(1)})


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [({"patch": 18}, "patch"), ({"stride": 18}, "stride"), ({"hidden": ()}, "hidden")],
)
def test_settings_that_cannot_work_are_refused(settings, complaint):
    with pytest.raises(SettingError, match=complaint):
        MLP(**settings)
