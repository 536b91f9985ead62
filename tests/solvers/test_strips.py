"""Strips leave no trace, at any size and overlap."""

import pytest
import torch
from torch.nn import functional as F

from nitido.solvers._strips import in_strips


def local(picture):
    """Look three pixels far, at half the resolution in between."""
    half = F.avg_pool2d(picture, 2)
    larger = F.interpolate(F.avg_pool2d(F.pad(half, (1, 1, 1, 1)), 3, 1), scale_factor=2)
    return picture - larger


@pytest.mark.parametrize("size", [(97, 8), (64, 13), (40, 1), (1, 40)])
def test_strips_leave_no_trace(size):
    picture = torch.rand(1, 2, *size, generator=torch.Generator().manual_seed(0))
    seen = []

    def restore(strip):
        seen.append(strip.shape)
        return local(strip)

    whole = in_strips(restore, picture, overlap=None, multiple_of=2, pixels=1)
    assert len(seen) == 1
    parts = in_strips(restore, picture, overlap=3, multiple_of=2, pixels=20)
    assert whole.shape == parts.shape == picture.shape
    assert torch.equal(whole, parts)
    assert len(seen) - 1 == -(-size[0] // 8) or size[0] < 20


def test_a_small_picture_is_one_strip():
    calls = []
    picture = torch.rand(1, 1, 9, 9)
    in_strips(lambda strip: calls.append(1) or strip, picture, overlap=1, pixels=81)
    assert calls == [1]
