"""CIEDE2000 against the published test pairs and scikit-image."""

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from nitido.metrics.ciede2000 import ciede2000, difference

# Table 1 of Sharma, Wu, Dalal 2005: L, a, b of both colors, and their difference.
PAIRS = np.array(
    [
        (50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425),
        (50, 3.1571, -77.2803, 50, 0, -82.7485, 2.8615),
        (50, 2.8361, -74.0200, 50, 0, -82.7485, 3.4412),
        (50, -1.3802, -84.2814, 50, 0, -82.7485, 1.0000),
        (50, -1.1848, -84.8006, 50, 0, -82.7485, 1.0000),
        (50, -0.9009, -85.5211, 50, 0, -82.7485, 1.0000),
        (50, 0, 0, 50, -1, 2, 2.3669),
        (50, -1, 2, 50, 0, 0, 2.3669),
        (50, 2.49, -0.001, 50, -2.49, 0.0009, 7.1792),
        (50, 2.49, -0.001, 50, -2.49, 0.0010, 7.1792),
        (50, 2.49, -0.001, 50, -2.49, 0.0011, 7.2195),
        (50, 2.49, -0.001, 50, -2.49, 0.0012, 7.2195),
        (50, -0.001, 2.49, 50, 0.0009, -2.49, 4.8045),
        (50, -0.001, 2.49, 50, 0.0010, -2.49, 4.8045),
        (50, -0.001, 2.49, 50, 0.0011, -2.49, 4.7461),
        (50, 2.5, 0, 50, 0, -2.5, 4.3065),
        (50, 2.5, 0, 73, 25, -18, 27.1492),
        (50, 2.5, 0, 61, -5, 29, 22.8977),
        (50, 2.5, 0, 56, -27, -3, 31.9030),
        (50, 2.5, 0, 58, 24, 15, 19.4535),
        (50, 2.5, 0, 50, 3.1736, 0.5854, 1.0000),
        (50, 2.5, 0, 50, 3.2972, 0, 1.0000),
        (50, 2.5, 0, 50, 1.8634, 0.5757, 1.0000),
        (50, 2.5, 0, 50, 3.2592, 0.3350, 1.0000),
        (60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644),
        (63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630),
        (61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731),
        (35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645),
        (22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373),
        (36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146),
        (90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441),
        (90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381),
        (6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377),
        (2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082),
    ]
)


def test_the_published_pairs():
    found = difference(PAIRS[:, :3], PAIRS[:, 3:6])
    np.testing.assert_allclose(found, PAIRS[:, 6], atol=5.1e-5, rtol=0)


def test_colors_of_every_kind_equal_scikit_image():
    rng = np.random.default_rng(0)
    first, second = rng.uniform([0, -100, -100], [100, 100, 100], (2, 20_000, 3))
    np.testing.assert_allclose(
        difference(first, second), deltaE_ciede2000(first, second), atol=1e-10
    )


def test_pictures_equal_scikit_image(scene):
    """Its matrix and white point are given with fewer digits."""
    gt = scene(60, 70)
    restored = gt[::-1, ::-1]
    expected = deltaE_ciede2000(rgb2lab(gt), rgb2lab(restored)).mean()
    assert expected > 10
    assert ciede2000(restored, gt) == pytest.approx(expected, abs=0.005)


def test_gray_is_the_color_with_three_equal_channels(scene):
    gray = scene(30, 40, None)
    color = gray[..., None].repeat(3, axis=2)
    assert ciede2000(gray[::-1], gray) == pytest.approx(ciede2000(color[::-1], color), abs=1e-9)


def test_black_and_white_are_100_apart():
    assert ciede2000(np.ones((2, 2, 3)), np.zeros((2, 2, 3))) == pytest.approx(100, abs=1e-6)


def test_what_is_no_color_is_clipped():
    gt = np.zeros((2, 2, 3))
    assert ciede2000(gt + 2, gt - 1) == ciede2000(gt + 1, gt)
