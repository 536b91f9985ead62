"""The patch CNN: the paper's size, and patches that know nothing of each other."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido.networks.patch_cnn import PatchCNN


def test_parameters_of_the_paper():
    unit = (121 + 1) * 64 + (64 + 1) * 32 + (32 * 49 + 1)
    with torch.device("meta"):
        network = PatchCNN()
    assert sum(p.numel() for p in network.parameters()) == 2 * unit == 22_914


def test_multiplications_per_pixel():
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        PatchCNN()(torch.empty(1, 1, 66, 33))
    assert counter.get_total_flops() / 2 / (66 * 33) == 2 * (121 * 64 + 64 * 32 + 32 * 49)


def test_a_change_stays_in_its_patch():
    network = PatchCNN(features=4, patch=6).eval()
    lq = torch.rand(2, 1, 12, 18)
    changed = lq.clone()
    changed[1, 0, 7, 13] += 5  # second row of patches, third column
    touched = network(lq) != network(changed)
    assert touched[1, 0, 6:, 12:].any()
    touched[1, 0, 6:, 12:] = False
    assert not touched.any()


def test_patches_are_restored_alone_and_put_back():
    network = PatchCNN(channels=3, features=4, patch=5).eval()
    lq = torch.rand(2, 3, 10, 15)
    restored = network(lq)
    for top in (0, 5):
        for left in (0, 5, 10):
            place = (..., slice(top, top + 5), slice(left, left + 5))
            torch.testing.assert_close(restored[place], network(lq[place]))


def test_equals_straight_line_in_one_patch():
    torch.manual_seed(0)
    network = PatchCNN(features=4, units=2, patch=9).eval()
    state = iter(network.state_dict().values())
    lq = torch.rand(1, 1, 9, 9)
    expected = lq
    for i, padding in enumerate((5, 0, 3, 5, 0, 3)):
        expected = F.conv2d(expected, next(state), next(state), padding=padding)
        expected = expected.clamp(min=0) if i % 3 < 2 else expected
    torch.testing.assert_close(network(lq), expected)


@pytest.mark.parametrize(("patch", "radius"), [(33, 16), (9, 8)])
def test_a_pixel_reaches_the_border_of_its_patch_at_most(patch, radius):
    assert PatchCNN(features=1, patch=patch).radius == radius


def test_initial_weights_follow_the_authors():
    torch.manual_seed(0)
    weights = torch.cat([p.detach().flatten() for p in PatchCNN().parameters() if p.ndim == 4])
    assert weights.std().item() == pytest.approx(0.1, rel=0.02)
