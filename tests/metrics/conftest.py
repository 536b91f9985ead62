"""Photographs to score, and stand-ins for the networks of others."""

import importlib
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from skimage import data

_lpips = importlib.import_module("nitido.metrics.lpips")


@pytest.fixture(scope="session")
def scene():
    """Cut a photograph, uint8 (height, width, channels); without channels, (height, width)."""
    whole = data.astronaut()
    assert whole.shape == (512, 512, 3)

    def cut(height=200, width=216, channels=3):
        picture = whole[100 : 100 + height, 150 : 150 + width]
        if channels is None:
            return picture[..., 1].copy()
        return np.concatenate((picture, picture), axis=2)[..., :channels].copy()

    return cut


@pytest.fixture
def networks_of_others(monkeypatch, tmp_path):
    """Put small stand-ins where LPIPS looks for torchmetrics, torchvision and their weights.

    The distance they give is the mean squared difference; the list says how they were called.
    """
    calls = []

    class Distance:
        def __init__(self, net_type, normalize):
            calls.append((net_type, normalize))

        def eval(self):
            return self

        def __call__(self, first, second):
            calls.append((first, second))
            return (first - second).square().mean()

    weights = SimpleNamespace(url="https://example.org/models/alexnet-1.pth")
    modules = {
        "torchmetrics": {},
        "torchmetrics.image": {},
        "torchmetrics.image.lpip": {"LearnedPerceptualImagePatchSimilarity": Distance},
        "torchvision": {},
        "torchvision.models": {"AlexNet_Weights": SimpleNamespace(IMAGENET1K_V1=weights)},
    }
    for name, content in modules.items():
        module = ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    file = tmp_path / "hub" / "checkpoints" / "alexnet-1.pth"
    file.parent.mkdir(parents=True)
    file.touch()
    _lpips._network.cache_clear()
    yield calls
    _lpips._network.cache_clear()
