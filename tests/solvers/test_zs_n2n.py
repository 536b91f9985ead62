"""Zero-Shot Noise2Noise: counts, halves, loss, windows, and what it is worth."""

import numpy as np
import pytest
import torch

from nitido.solvers import zs_n2n
from nitido.solvers.zs_n2n import ZeroShotNoise2Noise, disagreement, noise_network, pair


@pytest.mark.parametrize(("channels", "parameters"), [(1, 21_313), (3, 22_275)])
def test_weights_are_those_of_the_paper(channels, parameters):
    with torch.device("meta"):
        network = noise_network(channels, ZeroShotNoise2Noise.features)
    assert sum(p.numel() for p in network.parameters()) == parameters


def test_halves_are_the_means_of_diagonals():
    first, second = pair(torch.arange(15.0).reshape(1, 1, 3, 5))  # the last row and column go
    assert first.tolist() == [[[[(1 + 5) / 2, (3 + 7) / 2]]]]
    assert second.tolist() == [[[[(0 + 6) / 2, (2 + 8) / 2]]]]


def test_the_loss_is_that_of_the_paper():
    """With a network that takes everything for noise, by hand: all estimates are 0."""
    noisy = torch.tensor([[1.0, 2.0], [4.0, 7.0]]).reshape(1, 1, 2, 2)
    first, second = 3.0, 4.0
    everything = torch.nn.Identity()
    assert disagreement(everything, noisy).item() == (first**2 + second**2) / 2
    half = torch.nn.Conv2d(1, 1, 1)
    torch.nn.init.constant_(half.weight, 0.5)
    torch.nn.init.zeros_(half.bias)
    residual = ((first / 2 - second) ** 2 + (second / 2 - first) ** 2) / 2
    assert disagreement(half, noisy).item() == pytest.approx(residual)  # consistency is 0
    square = lambda part: part**2  # noqa: E731
    clean = noisy - noisy**2
    halves = (
        (clean[0, 0, 0, 1] + clean[0, 0, 1, 0]) / 2,
        (clean[0, 0, 0, 0] + clean[0, 0, 1, 1]) / 2,
    )
    consistency = ((first - first**2 - halves[0]) ** 2 + (second - second**2 - halves[1]) ** 2) / 2
    residual = ((first - first**2 - second) ** 2 + (second - second**2 - first) ** 2) / 2
    assert disagreement(square, noisy).item() == pytest.approx(float(residual + consistency))


def test_it_takes_noise_away(scene, noisy, decibels):
    restored = ZeroShotNoise2Noise(steps=120, halve_every=60)(noisy)
    assert decibels(restored, scene) > decibels(noisy, scene) + 5


def test_a_large_picture_is_learned_through_windows(scene, noisy, decibels, monkeypatch):
    seen = set()

    def spy(network, window):
        seen.add(tuple(window.shape))
        return disagreement(network, window)

    monkeypatch.setattr(zs_n2n, "disagreement", spy)
    monkeypatch.setattr(zs_n2n, "_STRIP", 400)
    restored = ZeroShotNoise2Noise(steps=120, crop=24)(noisy)
    assert seen == {(1, 3, 24, 24)}
    assert decibels(restored, scene) > decibels(noisy, scene) + 5
    monkeypatch.setattr(zs_n2n, "_STRIP", 10**9)
    whole = ZeroShotNoise2Noise(steps=120, crop=24)(noisy)
    assert np.abs(restored - whole).max() < 1e-5
