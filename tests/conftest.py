"""What the tests of several rooms share: small photographs, and small weights made from chance."""

import os

import numpy as np
import pytest


def pytest_configure():
    """Tiny networks gain nothing from threads and lose much where the machine is busy."""
    os.environ["OMP_NUM_THREADS"] = "1"  # before anything imports PyTorch


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory):
    """Compiled networks stay out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NITIDO_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def photograph():
    """Make a smooth picture with an edge and grain, float32 (height, width, channels)."""

    def make(height=40, width=48, channels=3, seed=0):
        rng = np.random.default_rng(seed)
        rows, columns = np.mgrid[:height, :width].astype(np.float32)
        phase = rng.uniform(0, 6, channels).astype(np.float32)
        waves = np.sin(rows[..., None] / 5 + phase) + np.cos(columns[..., None] / 7 - phase)
        edge = (rows > columns)[..., None] * np.float32(0.3)
        grain = rng.uniform(-0.02, 0.02, (height, width, channels)).astype(np.float32)
        return np.clip(0.4 + 0.15 * waves + edge + grain, 0, 1).astype(np.float32)

    return make


@pytest.fixture(scope="session")
def noisy():
    """Add noise of a level in 8-bit units."""

    def add(clean, sigma=25, seed=1):
        rng = np.random.default_rng(seed)
        return clean + np.float32(sigma / 255) * rng.standard_normal(clean.shape, dtype=np.float32)

    return add


@pytest.fixture(scope="session")
def image_sets(tmp_path_factory, photograph):
    """A root of image sets: ``photos`` with three pictures in color and one in gray."""
    from nitido.picture import Picture, write

    root = tmp_path_factory.mktemp("sets")
    (root / "train" / "photos").mkdir(parents=True)
    for seed, name in enumerate(("bay", "cliff", "dune", "gray")):
        pixels = photograph(channels=1 if name == "gray" else 3, seed=seed)
        write(Picture(pixels), root / "train" / "photos" / f"{name}.png")
    return root


@pytest.fixture(scope="session")
def random_unet():
    """Make a tiny U-Net whose weights are all drawn, so that it is far from the identity."""
    import torch

    from nitido.networks.unet import UNet

    def make(seed=0, **settings):
        torch.manual_seed(seed)
        network = UNet(**{**UNet.TINY, **settings})
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.normal_(std=0.15)
        return network.eval()

    return make


@pytest.fixture(scope="session")
def make_recipe():
    """Make a recipe of a few tiny steps; settings are written ``data__patch=16``."""
    from nitido.recipes import Recipe

    def make(**changes):
        content = {
            "title": "a test",
            "network": {"name": "unet", "features": (4, 6), "blocks": (1, 1)},
            "degradation": {"name": "gaussian_noise", "sigma": (20, 40)},
            "data": {"source": "photos", "patch": 16, "batch": 2, "workers": 0},
            "schedule": {"steps": 20, "warmup": 2, "lr": 0.005},
            "ema": 0.9,
            "precision": "fp32",
        }
        for keys, value in changes.items():
            *parents, last = keys.split("__")
            part = content
            for key in parents:
                part = part[key]
            part[last] = value
        return Recipe.model_validate(content)

    return make


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory, random_unet, make_recipe, photograph):
    """Weights of a random U-Net that can be told a level, exported once for all tests."""
    from nitido import export

    settings = {"features": (4, 6), "blocks": (1, 1), "takes_sigma": True}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "_bytes_per_pixel", lambda weights: 99)  # takes two processes
        return export.export(
            random_unet(**settings),
            make_recipe(network={"name": "unet", **settings}),
            "tiny",
            tmp_path_factory.mktemp("weights"),
            trained="not at all",
            hard=photograph(160, 160).transpose(2, 0, 1).copy(),
        )


@pytest.fixture(scope="session")
def told_weights(tmp_path_factory):
    """Weights of a random FFDNet, which must be told the noise level, imported once for all."""
    import torch

    from nitido import export
    from nitido.networks.ffdnet import FFDNet

    torch.manual_seed(0)
    network = FFDNet(**FFDNet.TINY).eval()
    file = tmp_path_factory.mktemp("told") / "ffdnet_tiny.safetensors"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "_bytes_per_pixel", lambda weights: 99)  # takes two processes
        return export.export_imported(network, "ffdnet", file, origin="made by chance")
