"""What the tests of the room share: a small scene, damage, and the distance of pictures."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def scene():
    """A picture with edges, lines and smooth parts but no grain, float32 (48, 56, 3)."""
    rows, columns = np.mgrid[:48, :56].astype(np.float32)
    disc = np.hypot(rows - 22, columns - 20) < 13
    lines = (columns + 2 * rows) % 29 < 4
    gray = 0.35 + 0.15 * np.sin(rows / 13) + 0.1 * np.cos(columns / 11) + 0.3 * disc - 0.15 * lines
    shade = np.array([0.8, 0.9, 1], np.float32)
    return (gray[..., None] * shade).clip(0.05, 0.95).astype(np.float32)


@pytest.fixture(scope="session")
def noisy(scene):
    """The scene with Gaussian noise of level 25, which leaves 0..1."""
    noise = np.random.default_rng(1).standard_normal(scene.shape, np.float32)
    return scene + np.float32(25 / 255) * noise


@pytest.fixture(scope="session")
def missing(scene):
    """Half of the scene's pixels, and a square of 7; bool (48, 56)."""
    mask = np.random.default_rng(2).random(scene.shape[:2]) < 0.5
    mask[30:37, 40:47] = True
    return mask


@pytest.fixture(scope="session")
def decibels():
    """Measure the PSNR of two pictures; `where`, bool (H, W), chooses the pixels that count."""

    def measure(restored, gt, where=None):
        error = (np.clip(restored, 0, 1) - gt).astype(np.float64)
        return float(-10 * np.log10(np.mean((error if where is None else error[where]) ** 2)))

    return measure
