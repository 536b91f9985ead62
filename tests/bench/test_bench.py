"""Suites mean what the papers mean, and a network that changes nothing scores as its input."""

import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file

from nitido.bench import Suite, find_suite, score
from nitido.errors import DataError, UnknownNameError
from nitido.metrics.psnr import psnr
from nitido.metrics.ssim import ssim
from nitido.picture import Picture, read, write
from nitido.weights import open_weights, save


def pairs_of(name, data):
    return list(find_suite(name).pairs(data))


@pytest.mark.parametrize("sigma", ["15", "25", "50", "2.5"])
def test_gaussian_noise_is_the_papers(image_sets, sigma):
    pairs = pairs_of(f"photos/gaussian_noise_{sigma}", image_sets)
    assert [name for name, _, _ in pairs] == ["bay", "cliff", "dune", "gray"]
    for name, lq, gt in pairs:
        assert np.array_equal(gt, read(image_sets / "train" / "photos" / f"{name}.png").pixels)
        drawn = np.random.default_rng(0).standard_normal(gt.shape, dtype=np.float32)
        assert np.allclose(lq, gt + drawn * np.float32(float(sigma) / 255), atol=1e-7)
        assert lq.dtype == np.float32
    assert min(lq.min() for _, lq, _ in pairs) < 0 or sigma == "2.5"


def test_8bit_is_the_same_noise_as_a_file_has_it(image_sets):
    free = pairs_of("photos/gaussian_noise_50", image_sets)
    stored = pairs_of("photos/gaussian_noise_50_8bit", image_sets)
    for (_, unclipped, _), (_, lq, _) in zip(free, stored, strict=True):
        levels = np.floor(np.clip(unclipped, 0, 1) * np.float32(255) + np.float32(0.5))
        assert np.array_equal(lq, levels / np.float32(255))


def test_pairs_are_read_as_they_are(tmp_path, photograph):
    for side in ("lq", "gt"):
        (tmp_path / "eval" / "real" / side).mkdir(parents=True)
    lq, gt = (np.round(photograph(20, 24, seed=s) * 255) / np.float32(255) for s in (1, 2))
    write(Picture(lq), tmp_path / "eval/real/lq/street.png")
    write(Picture(gt), tmp_path / "eval/real/gt/street.png")
    [(name, read_lq, read_gt)] = pairs_of("real/paired", tmp_path)
    assert name == "street"
    assert np.allclose(read_lq, lq, atol=1e-6)
    assert np.allclose(read_gt, gt, atol=1e-6)


@pytest.mark.parametrize(
    "name",
    [
        "photos",
        "photos/gaussian",
        "photos/gaussian_noise",
        "photos/gaussian_noise_x",
        "photos/gaussian_noise_25_16bit",
        "gaussian_noise_25",
        "/paired",
        "",
    ],
)
def test_unknown_suites(name):
    with pytest.raises(UnknownNameError, match=f"No suite '{name}'; (try|there are)"):
        find_suite(name)


def test_names_are_kept_and_nothing_is_read_before_it_is_asked_for(tmp_path):
    for name in ("set/part/gaussian_noise_25", "set/gaussian_noise_2.5_8bit", "set/paired"):
        suite = find_suite(name)
        assert isinstance(suite, Suite)
        assert suite.name == name
        with pytest.raises(DataError, match="No image set 'set"):
            list(suite.pairs(tmp_path))


@pytest.fixture(scope="module")
def unchanging(tmp_path_factory, tiny_weights):
    """Weights that give back what they get: a U-Net whose last convolution is zero."""
    file = tmp_path_factory.mktemp("unchanging") / tiny_weights.file.name
    tensors = {
        key: tensor * (not key.startswith("tail"))
        for key, tensor in load_file(tiny_weights.file).items()
    }
    save(tensors, tiny_weights.card, file)
    shutil.copy(tiny_weights.graph, file.parent)
    return open_weights(file)


@pytest.mark.parametrize("damage", ["gaussian_noise_25", "gaussian_noise_25_8bit"])
def test_a_network_that_changes_nothing_scores_as_its_input(unchanging, image_sets, damage):
    seen = []
    suite = find_suite(f"photos/{damage}")
    result = score(unchanging, suite, image_sets, on_image=seen.append)
    assert result.psnr == result.input_psnr
    assert (result.suite, result.protocol, result.images) == (f"photos/{damage}", 1, 4)
    assert seen == ["bay", "cliff", "dune", "gray"]
    rows = [
        (psnr(first, second), ssim(first, second))
        for first, second in (
            tuple(np.floor(np.clip(p, 0, 1) * 255 + 0.5).astype(np.uint8) for p in pair[1:])
            for pair in suite.pairs(image_sets)
        )
    ]
    assert result.psnr == pytest.approx(np.mean([row[0] for row in rows]), abs=1e-3)
    assert result.ssim == pytest.approx(np.mean([row[1] for row in rows]), abs=1e-4)
    assert 20 < result.psnr < 21.5


def test_missing_images(unchanging, tmp_path):
    with pytest.raises(DataError, match=r"No image set 'photos'; looked at .*--data"):
        score(unchanging, find_suite("photos/gaussian_noise_25"), tmp_path)
