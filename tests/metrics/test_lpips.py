"""LPIPS: what reaches the networks of others, and what is said where they are missing."""

import sys

import numpy as np
import pytest

from nitido.errors import MissingExtraError, WeightsError
from nitido.metrics.lpips import lpips


def test_the_network_sees_color_planes_between_0_and_1(networks_of_others):
    restored = np.random.default_rng(0).uniform(-0.2, 1.2, (32, 40, 3))
    gt = np.full((32, 40, 3), 0.5)
    expected = np.mean((np.clip(restored, 0, 1) - gt) ** 2)
    assert lpips(restored, gt) == pytest.approx(expected, rel=1e-5)
    made, (first, second) = networks_of_others
    assert made == ("alex", True)
    assert first.shape == second.shape == (1, 3, 32, 40)
    assert (float(first.min()), float(first.max())) == (0, 1)
    assert np.allclose(first[0, 2].numpy(), np.clip(restored[..., 2], 0, 1))


def test_gray_is_shown_as_color(networks_of_others):
    gray = np.random.default_rng(0).random((32, 40))
    lpips(gray, gray[::-1])
    first = networks_of_others[1][0][0].numpy()
    assert all(np.array_equal(first[0], plane) for plane in first)


def test_the_network_is_built_once(networks_of_others):
    picture = np.zeros((31, 31, 3))
    assert [lpips(picture, picture) for _ in range(3)] == [0, 0, 0]
    assert networks_of_others.count(("alex", True)) == 1


@pytest.mark.parametrize("package", ["torch", "torchmetrics.image.lpip", "torchvision.models"])
def test_a_missing_package_is_named_with_its_remedy(networks_of_others, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    picture = np.zeros((31, 31, 3))
    with pytest.raises(MissingExtraError, match=r"LPIPS needs .* 'nitido\[perceptual\]'"):
        lpips(picture, picture)


def test_weights_are_asked_for_and_never_fetched(networks_of_others, tmp_path):
    file = tmp_path / "hub" / "checkpoints" / "alexnet-1.pth"
    file.unlink()
    picture = np.zeros((31, 31, 3))
    with pytest.raises(WeightsError) as caught:
        lpips(picture, picture)
    assert f"{file} is missing; download https://example.org/models/" in str(caught.value)
    assert networks_of_others == []
