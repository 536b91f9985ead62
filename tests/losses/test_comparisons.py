"""SSIM, frequency, edge and total variation: by hand, and against a second way to compute them."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from nitido.errors import SettingError
from nitido.losses.edge import Edge
from nitido.losses.frequency import Frequency
from nitido.losses.ssim import SSIM
from nitido.losses.total_variation import TotalVariation
from nitido.metrics.ssim import PUBLIC as SSIM_METRIC


def impulse(height, width, row=0, column=0):
    picture = torch.zeros(1, 1, height, width)
    picture[..., row, column] = 1
    return picture


# --- SSIM


@pytest.mark.parametrize("contrast", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("damage", [0.0, 0.001, 0.3])
@pytest.mark.parametrize(("channels", "sides"), [(1, (11, 11)), (3, (40, 57))])
def test_ssim_is_one_minus_the_metric(photograph, channels, sides, damage, contrast):
    gt = np.stack([photograph(*sides, channels, seed=seed) for seed in range(2)])
    gt = 1 - contrast * gt  # the less contrast, the harder for single precision
    noise = np.random.default_rng(0).standard_normal(gt.shape)
    restored = (gt + damage * noise).astype(np.float32)
    expected = np.mean([SSIM_METRIC(*pair) for pair in zip(restored, gt, strict=True)])
    planes = (torch.from_numpy(batch).permute(0, 3, 1, 2) for batch in (restored, gt))
    assert SSIM()(*planes).item() == pytest.approx(1 - expected, abs=2e-5)


def test_ssim_of_flat_pictures_by_hand():
    """Without variance only brightness is compared: (2ab + C1) / (a^2 + b^2 + C1)."""
    first, second = torch.full((1, 1, 12, 13), 0.5), torch.full((1, 1, 12, 13), 0.25)
    expected = 1 - (0.25 + 1e-4) / (0.3125 + 1e-4)
    assert SSIM()(first, second).item() == pytest.approx(expected, abs=1e-5)


def test_ssim_tells_structure_from_brightness():
    gt = torch.rand(1, 1, 24, 24, generator=torch.Generator().manual_seed(0))
    loss = SSIM()
    assert loss(gt + 0.05, gt) < 0.1 * loss(gt.flip(-1), gt)
    assert loss(1 - gt, gt) > 1  # anticorrelated


def test_ssim_needs_a_whole_window():
    with pytest.raises(SettingError, match="11 x 11 pixels or more; 30 x 10 found"):
        SSIM()(torch.zeros(1, 1, 10, 30), torch.zeros(1, 1, 10, 30))


# --- frequency


def test_frequency_of_an_impulse_by_hand():
    """Every frequency is 1 + 0i: the mean over both parts is a half."""
    gt = torch.zeros(1, 1, 5, 6)
    assert Frequency()(impulse(5, 6), gt).item() == pytest.approx(0.5)
    assert Frequency()(-3 * impulse(5, 6), gt).item() == pytest.approx(1.5)


def test_frequency_of_a_flat_difference_by_hand():
    """Frequency 0 is 0.2 * 30, all others are 0: spread over 2 * 30 numbers that is 0.1."""
    gt = torch.rand(2, 3, 5, 6)
    assert Frequency()(gt + 0.2, gt).item() == pytest.approx(0.1, abs=1e-5)


def test_frequency_compares_transforms():
    first, second = torch.rand(2, 1, 3, 7, 8, generator=torch.Generator().manual_seed(0))
    n, m = 7, 8
    rows = torch.outer(torch.arange(n), torch.arange(n)) * (2 * torch.pi / n)
    columns = torch.outer(torch.arange(m), torch.arange(m)) * (2 * torch.pi / m)
    by_matrices = [
        torch.exp(-1j * rows) @ picture.to(torch.complex64) @ torch.exp(-1j * columns)
        for picture in (first, second)
    ]
    gap = by_matrices[0] - by_matrices[1]
    expected = (gap.real.abs().mean() + gap.imag.abs().mean()) / 2
    torch.testing.assert_close(Frequency()(first, second), expected, rtol=1e-4, atol=1e-5)


# --- edge


def test_edge_of_one_pixel_by_hand():
    """Its only neighbours are copies: the Laplacian of 1 is 1 - 4, and 3, 4, 5 is a triangle."""
    loss = Edge(eps=4.0)(torch.ones(1, 1, 1, 1), torch.zeros(1, 1, 1, 1))
    assert loss.item() == pytest.approx(5)


def test_edge_of_an_impulse_by_hand():
    """Where it is, on a kept pixel: 1 less 4 * (0.4 * 0.4 + 2 * 0.05 * 0.05) squared by axes."""
    along = 0.4 * 0.4 + 2 * 0.05 * 0.05
    gt = torch.zeros(1, 1, 17, 17)
    loss = Edge(eps=1e-9)(impulse(17, 17, 8, 8), gt) * gt.numel()
    taps = torch.tensor([0.05, 0.25, 0.4, 0.25, 0.05], dtype=torch.float64)
    kept = 4 * torch.outer(taps[::2], taps[::2])  # what is left of the blurred impulse
    spread = F.conv_transpose2d(kept[None, None], torch.outer(taps, taps)[None, None], stride=2)
    assert spread[0, 0, 4, 4].item() == pytest.approx(4 * along**2)
    spread[0, 0, 4, 4] -= 1
    assert loss.item() == pytest.approx(spread.abs().sum().item(), rel=1e-4)


@pytest.mark.parametrize("sides", [(8, 10), (9, 7), (1, 4)])
def test_edge_compares_laplacians(sides):
    first, second = torch.rand(2, 2, 3, *sides, generator=torch.Generator().manual_seed(0))
    taps = torch.tensor([[0.05, 0.25, 0.4, 0.25, 0.05]])
    kernel = (taps.T @ taps).repeat(3, 1, 1, 1)

    def smoothed(picture):
        return F.conv2d(F.pad(picture, (2, 2, 2, 2), mode="replicate"), kernel, groups=3)

    def laplacian(picture):
        checks = torch.zeros(sides)
        checks[::2, ::2] = 4
        return picture - smoothed(smoothed(picture) * checks)

    expected = ((laplacian(first) - laplacian(second)).square() + 1e-6).sqrt().mean()
    torch.testing.assert_close(Edge()(first, second), expected)


def test_edge_does_not_see_flat_differences():
    gt = torch.rand(1, 3, 40, 40, generator=torch.Generator().manual_seed(0))
    assert Edge()(gt + 0.2, gt) < 0.2 * Edge()(gt + 0.2 * impulse(40, 40, 20, 20) * 1600, gt)
    inner = torch.zeros_like(gt)
    inner[..., 8:-8, 8:-8] = 1
    at = gt.clone().requires_grad_()
    Edge()(at + 0.2, gt).backward()
    assert (at.grad * inner).abs().max() < 1e-7


# --- total variation


def test_total_variation_by_hand():
    """Down 3 and 0, to the right 1 and -2: 1.5 + 1.5."""
    restored = torch.tensor([[[[0.0, 1.0], [3.0, 1.0]]]])
    assert TotalVariation()(restored).item() == pytest.approx(3)


def test_total_variation_of_a_ramp_and_of_nothing():
    ramp = torch.linspace(0, 1, 11).expand(2, 3, 5, 11)
    assert TotalVariation()(ramp, ramp).item() == pytest.approx(0.1)
    assert TotalVariation()(torch.full((1, 1, 4, 4), 7.0)) == 0


def test_total_variation_needs_neighbours():
    with pytest.raises(SettingError, match="2 x 2"):
        TotalVariation()(torch.zeros(1, 1, 1, 9))
