"""The four losses of Zero-DCE, each by hand."""

import pytest
import torch

from nitido.errors import SettingError
from nitido.losses.color_constancy import ColorConstancy
from nitido.losses.exposure import Exposure
from nitido.losses.illumination_smoothness import IlluminationSmoothness
from nitido.losses.spatial_consistency import SpatialConsistency


def blocks(values, side, channels=1):
    """Return a picture of flat blocks, one per value of a table."""
    table = torch.tensor(values)
    return table.repeat_interleave(side, 0).repeat_interleave(side, 1).expand(2, channels, -1, -1)


def test_spatial_consistency_by_hand():
    """The left of two regions gets brighter by 0.3: four neighbours of it change, one of the right.

    Three of the four are the surroundings, which count as unchanged.
    """
    lq = blocks([[0.1, 0.5]], 4, channels=3)
    restored = blocks([[0.4, 0.5]], 4, channels=3)
    expected = (4 * 0.3**2 + 0.3**2) / 2
    assert SpatialConsistency()(restored, lq).item() == pytest.approx(expected)


def test_spatial_consistency_lets_the_middle_get_brighter_together():
    lq = torch.rand(1, 3, 48, 48, generator=torch.Generator().manual_seed(0))
    restored = (lq + 0.2).requires_grad_()
    SpatialConsistency()(restored, lq).backward()
    assert restored.grad[..., 4:-4, 4:-4].abs().max() < 1e-8
    assert restored.grad[..., :4, :].abs().min() > 1e-6


def test_spatial_consistency_sees_a_contrast_turn_over():
    lq, mirrored = blocks([[0.2, 0.4]], 4), blocks([[0.4, 0.2]], 4)
    assert SpatialConsistency()(mirrored, lq) > 0.1


def test_exposure_by_hand():
    """Regions of brightness 0.5 and 0.9, a level of 0.6: 0.1 and 0.3 away."""
    restored = torch.cat([blocks([[0.2, 0.6]], 16), blocks([[0.8, 1.2]], 16)], dim=1)
    assert Exposure()(restored).item() == pytest.approx((0.1**2 + 0.3**2) / 2, rel=1e-4)
    assert Exposure(level=0.7)(restored).item() == pytest.approx(0.2**2, rel=1e-4)


def test_exposure_takes_regions_as_wholes():
    half = torch.cat([torch.full((1, 1, 16, 8), 0.2), torch.full((1, 1, 16, 8), 1.0)], dim=-1)
    assert Exposure()(half).item() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("level", [-0.1, 1.5, float("nan")])
def test_exposure_needs_a_brightness(level):
    with pytest.raises(SettingError, match="level"):
        Exposure(level)


def test_color_constancy_by_hand():
    """Means 0.5, 0.3, 0.2: squares 0.04, 0.01, 0.09, whose vector has the length sqrt(0.0098)."""
    colored = torch.tensor([0.5, 0.3, 0.2])[None, :, None, None].expand(2, 3, 4, 5)
    assert ColorConstancy()(colored).item() == pytest.approx(0.0098**0.5, rel=1e-5)


def test_color_constancy_looks_at_every_picture_by_itself():
    red = torch.tensor([0.8, 0.4, 0.4])[None, :, None, None].expand(1, 3, 2, 2)
    cyan = 1.2 - red
    alone = ColorConstancy()(red)
    assert alone > 0.2
    torch.testing.assert_close(ColorConstancy()(torch.cat([red, cyan])), alone)


def test_color_constancy_needs_colors():
    with pytest.raises(SettingError, match="1 channels found"):
        ColorConstancy()(torch.zeros(1, 1, 4, 4))


def test_illumination_smoothness_by_hand():
    """Two maps: steps down 3 and 0, right 1 and -2: means 4.5 and 2.5; the other map half of it."""
    one = torch.tensor([[0.0, 1.0], [3.0, 1.0]])
    curves = torch.stack([one, one / 2]).expand(3, 2, 2, 2)
    assert IlluminationSmoothness()(curves).item() == pytest.approx(2 * 7 * (1 + 1 / 4))


@pytest.mark.parametrize(
    ("loss", "side"),
    [(SpatialConsistency(), 4), (Exposure(), 16), (IlluminationSmoothness(), 2)],
)
def test_pictures_without_a_whole_region_are_refused(loss, side):
    small = torch.zeros(1, 3, side - 1, 40)
    with pytest.raises(SettingError, match=f"{side} x {side} pixels"):
        loss(small, small)
