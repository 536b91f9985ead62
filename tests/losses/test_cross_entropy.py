"""Cross entropy: by hand, and how values become levels."""

import math

import pytest
import torch

from nitido.errors import SettingError
from nitido.losses.cross_entropy import CrossEntropy


def test_by_hand():
    """Odds 1 : 3 : 4 at both values; the truth is the second level, then the third."""
    logits = torch.tensor([1.0, 3.0, 4.0]).log().reshape(1, 3, 1, 1, 1).expand(1, 3, 1, 1, 2)
    gt = torch.tensor([[[[0.5, 1.0]]]])
    expected = -(math.log(3 / 8) + math.log(4 / 8)) / 2
    assert CrossEntropy()(logits, gt).item() == pytest.approx(expected)


def test_no_idea_costs_the_logarithm_of_the_levels():
    gt = torch.rand(2, 3, 5, 4)
    assert CrossEntropy()(torch.zeros(2, 256, 3, 5, 4), gt).item() == pytest.approx(math.log(256))


def test_values_count_as_their_nearest_level():
    levels = torch.arange(5.0)
    for value, level in ((-0.4, 0), (0.1, 0), (0.13, 1), (0.5, 2), (0.87, 3), (0.9, 4), (2.0, 4)):
        sure = torch.where(levels == level, 50.0, 0.0).reshape(1, 5, 1, 1, 1)
        assert CrossEntropy()(sure, torch.full((1, 1, 1, 1), value)).item() < 1e-6


def test_gradient_pulls_at_the_true_level_and_pushes_the_others():
    logits = torch.zeros(1, 3, 1, 1, 1, requires_grad=True)
    CrossEntropy()(logits, torch.full((1, 1, 1, 1), 0.5)).backward()
    expected = torch.tensor([1 / 3, -2 / 3, 1 / 3])
    torch.testing.assert_close(logits.grad.flatten(), expected)


def test_gradient_is_finite_where_the_truth_is_certain_or_excluded():
    for score in (1e4, -1e4):
        logits = torch.tensor([score, 0.0]).reshape(1, 2, 1, 1, 1).requires_grad_()
        CrossEntropy()(logits, torch.zeros(1, 1, 1, 1)).backward()
        assert torch.isfinite(logits.grad).all()


def test_levels_are_not_a_picture():
    with pytest.raises(SettingError, match=r"\(1, 4, 3, 2, 2\) and gt \(1, 4, 3, 2\)"):
        CrossEntropy()(torch.zeros(1, 4, 3, 2, 2), torch.zeros(1, 4, 3, 2))
