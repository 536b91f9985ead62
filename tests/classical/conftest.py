"""What the tests of the room share: clean pictures, and their distance."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def clean():
    """Make a picture with edges, lines and smooth parts but no grain, float32 (h, w, C)."""

    def make(height=64, width=72, channels=3):
        rows, columns = np.mgrid[:height, :width].astype(np.float32)
        shade = np.arange(1, channels + 1, dtype=np.float32) / channels
        smooth = 0.3 + 0.15 * np.sin(rows / 15) + 0.1 * np.cos(columns / 19)
        disc = np.hypot(rows - height / 2, columns - width / 3) < height / 4
        box = (abs(rows - height * 0.6) < height / 5) & (abs(columns - width * 0.75) < width / 7)
        lines = (columns + 2 * rows) % 31 < 3
        picture = smooth + 0.3 * disc + 0.2 * lines - 0.15 * box
        return (picture[..., None] * (0.7 + 0.3 * shade)).clip(0.05, 0.95).astype(np.float32)

    return make


@pytest.fixture(scope="session")
def decibels():
    """Measure the PSNR of two pictures; `border` pixels do not count."""

    def measure(restored, gt, border=0):
        inner = slice(border, -border or None)
        error = (np.clip(restored, 0, 1) - gt)[inner, inner]
        return float(-10 * np.log10(np.mean(error.astype(np.float64) ** 2)))

    return measure
