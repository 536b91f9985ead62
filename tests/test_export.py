"""What is exported is what was trained: in every runtime, in half the bytes, tile by tile."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from safetensors.numpy import load_file
from torch import nn

from nitido import catalog, engines, export
from nitido.errors import WeightsError
from nitido.networks.dncnn import DnCNN
from nitido.networks.memnet import MemNet
from nitido.networks.unet import UNet
from nitido.restorer import Restorer
from nitido.weights import Score, Weights, names, open_weights
from nitido.weights.loading import load_network

PARITY = 0.05 / 255
SMALL = {"name": "dncnn", "features": 2, "depth": 2, "batch_norm": False}


@pytest.fixture(scope="module")
def lq(photograph):
    """A damaged picture, float32 (C, H, W)."""

    def make(channels=3, side=64):
        noise = np.random.default_rng(0).normal(0, 50 / 255, (channels, side, side))
        return (photograph(side, side, channels).transpose(2, 0, 1) + noise).astype(np.float32)

    return make


@pytest.fixture
def quick(monkeypatch):
    """Leave out what only two fresh processes can measure."""
    monkeypatch.setattr(export, "_bytes_per_pixel", lambda weights: 99)


def spoil(network):
    """Draw all weights and statistics, as training would have moved them."""
    torch.manual_seed(0)
    with torch.no_grad():
        for key, value in network.state_dict().items():
            if key.endswith("running_var"):
                value.uniform_(0.5, 2)
            elif value.dtype.is_floating_point:
                value.add_(torch.randn_like(value) * 0.1)
            else:
                value.fill_(1234)
    return network.eval()


def small():
    torch.manual_seed(0)
    settings = {key: value for key, value in SMALL.items() if key != "name"}
    return DnCNN(**settings).eval()


def run(weights, lq, engine, **told):
    tile = lq.shape[1:]
    built = catalog.build(engines, engine, weights=weights, tile=tile, precision="fp32")
    return built(lq[None], told)


def test_both_runtimes_give_what_was_trained(tiny_weights, random_unet, lq):
    network = random_unet(takes_sigma=True)
    picture = lq()
    for level in (None, 0.2):
        told = {} if level is None else {"sigma": np.full((1, 1, 1, 1), level, np.float32)}
        with torch.inference_mode():
            truth = network(torch.from_numpy(picture[None]), *map(torch.from_numpy, told.values()))
        for engine in ("torch", "openvino"):
            restored = run(tiny_weights, picture, engine, **told)
            assert np.abs(restored - truth.numpy()).max() < 0.5 / 255  # fp16 weights
        difference = run(tiny_weights, picture, "torch", **told)
        difference -= run(tiny_weights, picture, "openvino", **told)
        assert np.abs(difference).max() <= PARITY


@pytest.mark.parametrize(
    ("kind", "settings"),
    [(DnCNN, {"features": 4, "depth": 4}), (MemNet, {"features": 4, "blocks": 1, "recursions": 1})],
    ids=["dncnn", "memnet"],
)
def test_normalization_survives(tmp_path, quick, make_recipe, lq, kind, settings):
    network = spoil(kind(channels=1, **settings))
    picture = lq(channels=1)
    with torch.inference_mode():
        truth = network(torch.from_numpy(picture[None])).numpy()
    recipe = make_recipe(network={"name": kind.__name__.lower(), "channels": 1, **settings})
    weights = export.export(network, recipe, "normed", tmp_path, trained="", hard=picture)
    for engine in ("torch", "openvino"):
        error = run(weights, picture, engine) - truth
        assert np.sqrt(np.mean(error**2)) < 0.15 / 255  # fp16 weights
    difference = run(weights, picture, "torch") - run(weights, picture, "openvino")
    assert np.abs(difference).max() <= PARITY
    assert weights.card.radius == network.radius
    assert load_network(weights).state_dict().keys() == network.state_dict().keys()


def test_the_card_tells_the_network(tiny_weights):
    card = tiny_weights.card
    assert (card.name, card.network, card.title) == ("tiny", "unet", "a test")
    assert card.settings == {"features": [4, 6], "blocks": [1, 1], "takes_sigma": True}
    assert (card.channels, card.scale, card.multiple_of) == (3, 1, 4)
    network = load_network(tiny_weights)
    assert card.radius == network.radius
    assert card.parameters == sum(p.numel() for p in network.parameters())
    assert card.input("sigma").judged == "network"
    assert card.recipe["data"]["source"] == "photos"
    assert card.bytes_per_pixel == 99
    assert card.trained == "not at all"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux keeps the figure")
def test_memory_per_pixel_is_measured(tiny_weights):
    slow = tiny_weights.card.model_copy(update={"macs_per_pixel": 120_000})  # tiles of 500
    weights = Weights(slow, tiny_weights.file, tiny_weights.graph)
    assert 12 < export._bytes_per_pixel(weights) < 2000  # 3 planes of float32 at least


def test_tensors_are_stored_once_and_in_half_precision(tiny_weights):
    stored = load_file(tiny_weights.file)
    assert {tensor.dtype for tensor in stored.values()} == {np.dtype(np.float16)}
    graph = onnx.load(tiny_weights.graph, load_external_data=False).graph
    outside = {tensor.name for tensor in graph.initializer if tensor.external_data}
    assert outside == set(stored)
    for tensor in graph.initializer:
        if tensor.external_data:
            where = {entry.key: entry.value for entry in tensor.external_data}
            assert where["location"] == tiny_weights.file.name
            whole = tiny_weights.file.read_bytes()
            start, length = int(where["offset"]), int(where["length"])
            assert whole[start : start + length] == stored[tensor.name].tobytes()


def test_a_graph_tells_nothing_of_the_machine_that_exported_it(tiny_weights):
    ours = [open_weights(name) for name in names()]
    for graph in [tiny_weights.graph, *(each.graph for each in ours)]:
        content = graph.read_bytes()
        assert not any(word in content for word in (b".py", b"File ", b"site-packages"))


def test_half_precision_is_refused_where_it_shows(tmp_path, quick, make_recipe, lq):
    network = small()
    with torch.no_grad():
        network.layers[0].weight.mul_(1e7)  # too large for fp16 ...
        network.layers[2].weight.mul_(1e-7)  # ... and too small
    recipe = make_recipe(network=SMALL)
    before = {key: value.clone() for key, value in network.state_dict().items()}
    weights = export.export(network, recipe, "wide", tmp_path, trained="", hard=lq(1))
    stored = load_file(weights.file)
    assert {tensor.dtype for tensor in stored.values()} == {np.dtype(np.float32)}
    for key, value in before.items():
        assert np.array_equal(stored[key], value.numpy())


@pytest.mark.parametrize("length", [1, 5000])
def test_a_new_card_keeps_tensors_and_graph_in_step(tiny_weights, tmp_path, lq, length):
    for file in (tiny_weights.file, tiny_weights.graph):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    weights = open_weights(tmp_path / tiny_weights.file.name)
    before = {name: run(weights, lq(), name) for name in ("torch", "openvino")}
    score = Score(suite="a/b", protocol=1, images=2, psnr=30.5, ssim=0.9, input_psnr=20.1)
    renewed = export.with_card(weights, title="x" * length, scores=(score,))
    assert renewed.card.title == "x" * length
    assert open_weights(renewed.file) == renewed
    assert renewed.card.scores == (score,)
    for name, restored in before.items():
        assert np.array_equal(run(renewed, lq(), name), restored)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["tiny.onnx", "tiny.safetensors"]


# --- overlap


@pytest.mark.parametrize("seed", [0, 1])
def test_tiles_with_the_measured_overlap_leave_no_trace(tiny_weights, photograph, seed):
    card = tiny_weights.card
    assert 0 < card.overlap < card.radius + card.multiple_of
    assert card.overlap % card.multiple_of == 0
    picture = photograph(150, 139, seed=seed)
    picture += np.random.default_rng(seed).normal(0, 40 / 255, picture.shape).astype(np.float32)
    whole = Restorer(tiny_weights, precision="fp32", tile=0)(picture)
    assert np.abs(whole - picture).max() > 10 / 255
    for tile in (16, 40, 64):
        tiled = Restorer(tiny_weights, precision="fp32", tile=tile)(picture)
        assert np.abs(tiled - whole).max() <= 1 / 255


class Mean(nn.Module):
    """Every pixel becomes the mean of its surroundings: the reach is known exactly."""

    multiple_of = 1
    scale = 1
    channels = 1

    def __init__(self, reach, radius, strength=1.0):
        super().__init__()
        self.radius = radius
        self.strength = strength
        self.side = 2 * reach + 1

    def forward(self, lq):
        mean = nn.functional.avg_pool2d(lq, self.side, 1, self.side // 2)
        return lq + self.strength * (mean - lq)


@pytest.mark.parametrize("reach", [1, 3, 6])
def test_overlap_is_how_far_a_cut_is_seen(reach):
    picture = np.full((1, 64, 64), 0.8, np.float32)
    assert export.measure_overlap(Mean(reach, radius=30), picture) == reach
    assert export.measure_overlap(Mean(reach, radius=30, strength=1e-4), picture) == 0


def test_overlap_is_a_multiple_and_never_beyond_the_radius():
    picture = np.full((1, 64, 64), 0.8, np.float32)
    network = Mean(6, radius=30)
    network.multiple_of = 4
    assert export.measure_overlap(network, picture) == 8
    network.radius = 3
    assert export.measure_overlap(network, picture) == 4


def test_overlap_of_a_network_that_looks_everywhere():
    picture = np.full((1, 64, 64), 0.8, np.float32)
    network = Mean(6, radius=None)
    assert export.measure_overlap(network, picture) == 32
    network.multiple_of = 24
    assert export.measure_overlap(network, picture) == 48


def test_a_network_that_looks_everywhere_is_exported(tmp_path, quick, make_recipe, lq):
    network = small()
    network.radius = None
    recipe, folder = make_recipe(network=SMALL), tmp_path / "new"
    weights = export.export(network, recipe, "wide", folder, trained="", hard=lq(1))
    assert weights.card.radius is None
    assert weights.card.overlap == 32


# --- what is refused


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite(tmp_path, make_recipe, random_unet, lq, value):
    network = random_unet()
    with torch.no_grad():
        network.head.weight[0, 0, 0, 0] = value
    recipe = make_recipe(network={"name": "unet", **UNet.TINY})
    with pytest.raises(WeightsError, match="broken gives values that are not finite"):
        export.export(network, recipe, "broken", tmp_path, trained="", hard=lq())
    assert not list(tmp_path.iterdir())


def test_a_graph_that_gives_something_else_is_refused(tiny_weights, tmp_path, lq):
    for file in (tiny_weights.file, tiny_weights.graph):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    weights = open_weights(tmp_path / tiny_weights.file.name)
    export._compare(weights, load_network(weights), lq())
    graph = onnx.load(weights.graph, load_external_data=False)
    [node] = [node for node in graph.graph.node if node.op_type == "Add"][-1:]
    node.op_type = "Sub"
    onnx.save(graph, weights.graph)
    with pytest.raises(WeightsError, match=r"tiny\.onnx differs from PyTorch by [\d.]+/255"):
        export._compare(weights, load_network(weights), lq())


def test_multiply_adds_are_counted():
    network = DnCNN(channels=3, features=8, depth=4)
    assert export.macs_per_pixel(network) == 9 * (3 * 8 + 8 * 8 + 8 * 8 + 8 * 3)
    unet = UNet(features=(4, 6), blocks=(1, 1))
    fine, coarse = 9 * (12 * 4 + 4 * (4 * 4) + 4 * 12) / 4, 9 * 2 * 36 / 16
    between = 2 * 4 * 4 * 6 / 16
    assert export.macs_per_pixel(unet) == pytest.approx(fine + coarse + between)
