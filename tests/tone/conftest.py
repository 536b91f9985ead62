"""Clean pictures."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def smooth():
    """Make a clean picture with edges, float32 (H, W, C) within 0..1."""

    def make(height=72, width=88, channels=3):
        y, x = np.mgrid[:height, :width].astype(np.float32)
        bands = [np.sin(y / 9 + c) + np.cos(x / 11 - c) + (x > y) * (0.5 + c / 4) for c in range(3)]
        picture = np.stack(bands, 2)[..., :channels]
        return ((picture - picture.min()) / np.ptp(picture)).astype(np.float32)

    return make
