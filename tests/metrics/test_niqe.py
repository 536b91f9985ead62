"""NIQE: its statistics against SciPy and known distributions, its model, its order."""

import json
import math

import numpy as np
import pytest
from scipy.ndimage import correlate
from scipy.special import gamma

from nitido.errors import DataError, SettingError
from nitido.metrics._natural import asymmetric_gaussian, patches
from nitido.metrics.niqe import FILE, Model, fit, niqe
from nitido.picture import imresize, rgb2gray


def drawn(shape, left, right, count, seed=0):
    """Draw from a Gaussian of any shape with two scales: the larger side is drawn more often."""
    rng = np.random.default_rng(seed)
    size = rng.gamma(1 / shape, 1, count) ** (1 / shape)
    side = np.where(rng.random(count) < left / (left + right), -left, right)
    return size * side


@pytest.mark.parametrize("shape", [0.6, 1, 2, 4])
@pytest.mark.parametrize(("left", "right"), [(1, 1), (0.5, 2), (3, 1)])
def test_a_known_distribution_is_found_again(shape, left, right):
    values = drawn(shape, left, right, 400_000)[None]
    found = [float(part[0]) for part in asymmetric_gaussian(values)]
    assert found == pytest.approx([shape, left, right], rel=0.03)


def one_patch(gray):
    """Return the 18 features of a patch at one size, written down anew with SciPy."""
    table = np.arange(0.2, 10, 0.001)
    ratios = gamma(2 / table) ** 2 / (gamma(1 / table) * gamma(3 / table))

    def fitted(values):
        left, right = (math.sqrt((v**2).mean()) for v in (values[values < 0], values[values > 0]))
        ratio = np.abs(values).mean() ** 2 / (values**2).mean()
        g = left / right
        ratio *= (g**3 + 1) * (g + 1) / (g**2 + 1) ** 2
        shape = table[np.abs(ratios - ratio).argmin()]
        scale = math.sqrt(gamma(1 / shape) / gamma(3 / shape))
        return shape, left * scale, right * scale

    shape, left, right = fitted(gray)
    found = [shape, (left + right) / 2]
    for down, along in ((0, 1), (1, 0), (1, 1), (1, -1)):
        height, width = gray.shape
        first = gray[: height - down, max(-along, 0) : width - max(along, 0)]
        second = gray[down:, max(along, 0) : width - max(-along, 0)]
        shape, left, right = fitted(first * second)
        mean = (right - left) * gamma(2 / shape) / gamma(1 / shape)
        found += [shape, mean, left, right]
    return found


def test_features_equal_the_paper_written_down_anew(scene):
    gray = scene(192, 300, None).astype(float)
    line = np.exp(-(np.arange(-3, 4) ** 2) / (2 * (7 / 6) ** 2))
    window = np.outer(line, line) / line.sum() ** 2
    whole = gray[:, :288]
    expected, sharp = [], []
    for size, plane in ((96, whole), (48, imresize(whole, 0.5))):
        mean = correlate(plane, window, mode="nearest")
        deviation = np.sqrt(abs(correlate(plane**2, window, mode="nearest") - mean**2))
        coefficients = (plane - mean) / (deviation + 1)
        cuts = [np.s_[i : i + size, j : j + size] for i in (0, size) for j in (0, size, 2 * size)]
        expected.append([one_patch(coefficients[cut]) for cut in cuts])
        sharp.append([deviation[cut].mean() for cut in cuts])
    features, sharpness = patches(gray)
    np.testing.assert_allclose(features, np.concatenate(expected, axis=1), atol=2e-3)
    np.testing.assert_allclose(sharpness, sharp[0])


def test_the_score_is_the_distance_of_two_normal_distributions(scene):
    picture = scene(200, 300)
    content = json.loads(FILE.read_text("utf-8"))
    features, _ = patches(255 * rgb2gray(picture / 255))
    assert features.shape == (6, 36)
    away = features.mean(axis=0) - content["mean"]
    spread = (np.cov(features.T) + content["covariance"]) / 2
    expected = math.sqrt(away @ np.linalg.pinv(spread) @ away)
    assert niqe(picture) == pytest.approx(expected, rel=1e-6)


def test_the_shipped_model_is_small_sound_and_says_what_it_was_made_from():
    assert FILE.stat().st_size < 50_000
    content = json.loads(FILE.read_text("utf-8"))
    assert content["patches"] > 1000
    assert content["sets"]
    covariance = np.array(content["covariance"])
    assert covariance.shape == (36, 36)
    assert np.array_equal(covariance, covariance.T)
    assert np.linalg.eigvalsh(covariance)[0] > 0


def test_a_photograph_scores_as_photographs_do(scene):
    assert 1 < niqe(scene(300, 300)) < 6
    assert niqe(np.random.default_rng(0).random((200, 200))) > 15


def test_gray_is_the_color_with_three_equal_channels(scene):
    gray = scene(channels=None)
    color = gray[..., None].repeat(3, axis=2)
    assert niqe(color) == pytest.approx(niqe(gray), rel=0.01)  # the weights sum to 0.9999


@pytest.mark.parametrize("value", [0, 77, 200, 255])
def test_flat_patches_do_not_count(scene, value):
    wide = np.full((192, 480, 3), value, np.uint8)
    assert math.isnan(niqe(wide))
    wide[:, :192] = scene(192, 192)
    touched = wide[:, :288]  # the patches beside the scene see its edge
    assert niqe(wide) == pytest.approx(niqe(touched), rel=1e-9)
    assert niqe(touched) != pytest.approx(niqe(wide[:, :192]), rel=1e-3)


def test_a_model_is_fitted_to_the_sharp_patches_of_every_picture(scene):
    rng = np.random.default_rng(0)
    pictures = [rng.random((192 + 96 * n, 480)) for n in range(3)]
    model = fit(pictures)
    assert isinstance(model, Model)
    assert model.patches == 5 * (2 + 3 + 4)
    features = np.concatenate([patches(255 * picture)[0] for picture in pictures])
    np.testing.assert_allclose(model.mean, features.mean(axis=0))
    np.testing.assert_allclose(model.covariance, np.cov(features.T))
    dull = [np.concatenate((picture, picture / 2), axis=1) for picture in pictures]
    assert fit(dull).patches == model.patches


def test_too_few_sharp_patches_are_refused(scene):
    with pytest.raises(DataError, match=r"4 sharp patches found, .* more than 36"):
        fit([np.random.default_rng(0).random((192, 192))])
    with pytest.raises(DataError, match="0 sharp patches"):
        fit([])
    with pytest.raises(DataError, match="0 sharp patches"):
        fit([np.zeros((192, 192))])
    with pytest.raises(SettingError, match="NIQE needs 192 x 192"):
        fit([np.zeros((100, 192))])
