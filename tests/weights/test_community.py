"""Networks of others, through a stand-in for spandrel, which needs what not every machine has."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from nitido import Restorer, export, import_network
from nitido.errors import EngineError, MissingExtraError, SettingError, WeightsError
from nitido.weights.loading import load_network


class Enlarger(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Conv2d(3, 12, 3, padding=1)

    def forward(self, lq):
        return nn.functional.pixel_shuffle(self.body(lq), 2)


@pytest.fixture
def file(tmp_path):
    torch.manual_seed(0)
    file = tmp_path / "theirs.safetensors"
    save_file(Enlarger().state_dict(), file)
    return file


@pytest.fixture
def spandrel(monkeypatch):
    """A stand-in that knows one architecture; its bands can be changed."""
    module = ModuleType("spandrel")

    class UnsupportedModelError(Exception):
        pass

    class ImageModelDescriptor:
        input_channels = output_channels = 3
        scale = 2
        architecture = SimpleNamespace(name="Enlarger")
        size_requirements = SimpleNamespace(minimum=0, multiple_of=1)

        def __init__(self, state):
            self.model = Enlarger()
            self.model.load_state_dict(state)
            self._call_fn = lambda model, picture: model(picture)

    class ModelLoader:
        def load_from_state_dict(self, state):
            if "body.weight" not in state:
                raise UnsupportedModelError
            return module.ImageModelDescriptor(state)

    module.UnsupportedModelError = UnsupportedModelError
    module.ImageModelDescriptor = ImageModelDescriptor
    module.ModelLoader = ModelLoader
    monkeypatch.setitem(sys.modules, "spandrel", module)
    return module


def test_what_spandrel_recognizes_becomes_weights_of_ours(
    spandrel, file, tmp_path, monkeypatch, photograph
):
    monkeypatch.setattr(export, "_bytes_per_pixel", lambda weights: 99)  # takes two processes
    network = import_network(file, "community")
    assert (network.scale, network.channels, network.multiple_of) == (2, 3, 1)
    target = tmp_path / "ours.safetensors"
    weights = export.export_imported(network, "community", target, origin="theirs")
    assert weights.card.title == "Enlarger of others"
    lq = photograph(20, 30)
    with torch.inference_mode():
        wanted = network(torch.from_numpy(lq.transpose(2, 0, 1)[None].copy()))[0].numpy()
    restored = Restorer(str(target), precision="fp32")(lq)
    assert restored.shape == (40, 60, 3)
    np.testing.assert_allclose(restored, wanted.transpose(1, 2, 0), atol=1e-4)
    with pytest.raises(WeightsError, match="runs on OpenVINO alone"):
        load_network(weights)


def test_what_cannot_be_used_is_refused(spandrel, file, tmp_path):
    with pytest.raises(SettingError, match="has no settings"):
        import_network(file, "community", depth=3)
    other = tmp_path / "other.safetensors"
    save_file({"head.weight": torch.zeros(2)}, other)
    with pytest.raises(WeightsError, match="knows no architecture of these 1 tensors"):
        import_network(other, "community")
    spandrel.ImageModelDescriptor.output_channels = 1
    with pytest.raises(WeightsError, match="takes 3 bands and gives 1"):
        import_network(file, "community")


def test_without_spandrel_the_extra_is_named(file, monkeypatch):
    monkeypatch.setitem(sys.modules, "spandrel", None)
    with pytest.raises(MissingExtraError, match=r"nitido\[community\]"):
        import_network(file, "community")


def test_a_torchvision_of_another_build_gets_a_sentence(file, monkeypatch, tmp_path):
    monkeypatch.delitem(sys.modules, "spandrel", raising=False)
    (tmp_path / "spandrel.py").write_text(
        "raise RuntimeError('operator torchvision::nms does not exist')"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(EngineError, match=r"nms does not exist.*of the same build"):
        import_network(file, "community")
