"""The end of a run: fine-tuned weights that forgot too much are kept apart."""

import pytest
import torch

from nitido import bench, export
from nitido.errors import HarmError
from nitido.recipes import Recipe
from nitido.train import _finish, finish
from nitido.train._trained import Trained
from nitido.weights import open_weights
from nitido.weights.loading import load_network

SUITE = "photos/gaussian_noise_25"


@pytest.fixture
def tuned(tmp_path, make_recipe, tiny_weights, monkeypatch):
    """Finish a run that started from `tiny_weights`, whose scores are made up."""
    monkeypatch.setattr(export, "_bytes_per_pixel", lambda weights: 99)  # takes two processes
    monkeypatch.setattr(_finish, "find_suite", lambda name: name)

    def run(image_sets, before, after):
        said = []

        def score(weights, suite, data):
            psnr = before if weights.file == tiny_weights.file else after
            return bench.Score.model_construct(suite=suite, psnr=psnr, input_psnr=20.0)

        monkeypatch.setattr(_finish, "score", score)
        network = load_network(open_weights(tiny_weights.file))
        with torch.no_grad():
            next(network.parameters()).mul_(1.01)
        settings = {"features": (4, 6), "blocks": (1, 1), "takes_sigma": True}
        recipe = make_recipe(
            network={"name": "unet", **settings},
            start=str(tiny_weights.file),
            gate={"suites": [SUITE], "within": 0.1},
        )
        trained = Trained(network.eval(), 3, 1.0, 0.0, done=True)
        weights = finish(trained, recipe, "tuned", tmp_path, data=image_sets, say=said.append)
        return weights, said

    return run


def test_weights_that_kept_their_skill_pass(tuned, image_sets):
    weights, said = tuned(image_sets, before=30.0, after=29.95)
    assert weights.file.is_file()
    assert f"{SUITE}: 29.950 dB, 30.000 dB before" in said


def test_weights_that_did_harm_are_kept_apart(tuned, image_sets, tmp_path):
    with pytest.raises(HarmError, match=r"29\.800 dB, 30\.000 dB before; at most 0\.1 dB"):
        tuned(image_sets, before=30.0, after=29.8)
    assert not (tmp_path / "tuned.safetensors").exists()
    assert not (tmp_path / "tuned.onnx").exists()
    kept = open_weights(tmp_path / "rejected" / "tuned.safetensors")
    assert kept.graph.is_file()


def test_a_gate_needs_a_start(make_recipe):
    with pytest.raises(ValueError, match="gate: nothing can be forgotten without start"):
        make_recipe(gate={"suites": [SUITE]})
    assert Recipe.model_fields["gate"].default is None
