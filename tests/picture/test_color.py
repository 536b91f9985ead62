"""Colors by hand-computed values."""

import numpy as np
import pytest

from nitido.errors import SettingError
from nitido.picture import luma, rgb2gray, rgb2ycbcr, ycbcr2rgb


def test_luma_of_the_primaries():
    rgb = np.array([[0, 0, 0], [1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    wanted = [16, 235, 81.481, 144.553, 40.966]
    np.testing.assert_allclose(luma(rgb), wanted, rtol=1e-6)
    np.testing.assert_allclose(rgb2ycbcr(rgb)[:, 0], wanted, rtol=1e-6)


def test_ycbcr_of_the_primaries():
    rgb = np.array([[0.5, 0.5, 0.5], [1, 0, 0], [0, 0, 1]], np.float64)
    wanted = [[125.5, 128, 128], [81.481, 90.203, 240], [40.966, 240, 109.786]]
    np.testing.assert_allclose(rgb2ycbcr(rgb), wanted, atol=1e-9)


def test_there_and_back():
    rgb = np.random.default_rng(0).random((7, 9, 3))
    np.testing.assert_allclose(ycbcr2rgb(rgb2ycbcr(rgb)), rgb, atol=1e-12)


def test_gray_weights_and_types():
    rgb = np.eye(3, dtype=np.float32)
    np.testing.assert_allclose(rgb2gray(rgb), [0.2989, 0.5870, 0.1140], rtol=1e-6)
    for convert in (luma, rgb2gray, rgb2ycbcr, ycbcr2rgb):
        assert convert(rgb).dtype == np.float32
        assert convert(rgb.astype(np.float64)).dtype == np.float64


def test_three_channels_are_needed():
    for convert in (luma, rgb2gray, rgb2ycbcr, ycbcr2rgb):
        with pytest.raises(SettingError, match="3 values"):
            convert(np.zeros((4, 4)))
