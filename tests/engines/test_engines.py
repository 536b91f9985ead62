"""Every runtime gives what PyTorch gives, and says what it cannot do."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from nitido import catalog, engines
from nitido.errors import EngineError
from nitido.weights import open_weights

NAMES = catalog.names(engines)


def lq(*shape, seed=0):
    return np.random.default_rng(seed).random(shape, dtype=np.float32)


def build(name, weights, tile=(32, 40), precision="fp32", **settings):
    return catalog.find(engines, name)(weights, tile, precision, **settings)


def copy(weights, folder):
    for file in (weights.file, weights.graph):
        shutil.copy(file, folder)
    return open_weights(folder / weights.file.name)


def test_the_room():
    assert {"openvino", "torch"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("tile", [(4, 4), (32, 40), (64, 20)])
def test_every_engine_gives_what_the_network_gives(name, tile, tiny_weights):
    import torch

    from nitido.weights.loading import load_network

    network = load_network(tiny_weights)
    picture = lq(1, 3, *tile)
    told = np.full((1, 1, 1, 1), 0.3, np.float32)
    engine = build(name, tiny_weights, tile)
    results = []
    for sigma in (None, told):
        with torch.inference_mode():
            wanted = network(
                torch.from_numpy(picture), None if sigma is None else torch.from_numpy(sigma)
            ).numpy()
        restored = engine(picture, {} if sigma is None else {"sigma": sigma})
        assert restored.dtype == np.float32
        assert restored.shape == wanted.shape
        assert np.abs(restored - wanted).max() < 0.05 / 255
        results.append(restored)
    assert np.abs(results[0] - picture).max() > 10 / 255  # these weights do something
    assert np.abs(results[0] - results[1]).max() > 1 / 255  # and hear the level


@pytest.mark.parametrize("name", NAMES)
def test_batches(name, tiny_weights):
    batch = lq(3, 3, 16, 16)
    sigma = np.array([-1, 0.1, 0.4], np.float32).reshape(3, 1, 1, 1)
    together = build(name, tiny_weights, (16, 16), batch=3)(batch, {"sigma": sigma})
    alone = build(name, tiny_weights, (16, 16))
    for i in range(3):
        single = alone(batch[i : i + 1], {"sigma": sigma[i : i + 1]})
        assert np.abs(single - together[i]).max() < 1e-4


@pytest.mark.parametrize("name", NAMES)
def test_the_input_is_not_changed(name, tiny_weights):
    picture = lq(1, 3, 32, 40)
    before = picture.copy()
    build(name, tiny_weights)(picture)
    assert np.array_equal(picture, before)


@pytest.mark.parametrize("name", NAMES)
def test_bf16_that_the_card_does_not_allow(name, tiny_weights, tmp_path):
    weights = copy(tiny_weights, tmp_path)
    unsafe = weights.card.model_copy(update={"precisions": ("fp32",)})
    weights = type(weights)(unsafe, weights.file, weights.graph)
    with pytest.raises(EngineError, match="tiny is not safe in bf16, its card says; use fp32"):
        build(name, weights, precision="bf16")
    assert build(name, weights, precision="auto").precision == "fp32"


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_precision(name, tiny_weights):
    with pytest.raises(EngineError, match="No precision 'fp16'; there are auto, fp32, bf16"):
        build(name, tiny_weights, precision="fp16")


def test_bf16_without_hardware(tiny_weights, monkeypatch):
    from nitido.engines import openvino

    safe = tiny_weights.card.model_copy(update={"precisions": ("fp32", "bf16")})
    weights = type(tiny_weights)(safe, tiny_weights.file, tiny_weights.graph)
    monkeypatch.setattr(openvino, "bf16_in_hardware", lambda: False)
    with pytest.raises(EngineError, match="does not multiply bf16; use --precision auto or fp32"):
        build("openvino", weights, precision="bf16")
    assert build("openvino", weights, precision="auto").precision == "fp32"
    monkeypatch.setattr(openvino, "bf16_in_hardware", lambda: True)
    assert build("openvino", weights, precision="auto").precision == "bf16"


def test_a_missing_graph(tiny_weights, tmp_path):
    weights = copy(tiny_weights, tmp_path)
    weights.graph.unlink()
    with pytest.raises(EngineError, match=r"has no graph tiny\.onnx beside it; use --engine torch"):
        build("openvino", weights)
    assert build("torch", weights)(lq(1, 3, 32, 40)).shape == (1, 3, 32, 40)


@pytest.mark.parametrize("damage", [b"", b"<html>not found</html>", None])
def test_a_damaged_graph(tiny_weights, tmp_path, damage):
    weights = copy(tiny_weights, tmp_path)
    whole = weights.graph.read_bytes()
    weights.graph.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    with pytest.raises(EngineError, match=r"tiny\.onnx .*use --engine torch, or get both again"):
        build("openvino", weights)


def test_other_tensors_under_the_same_name_are_not_taken_from_the_cache(tiny_weights, tmp_path):
    """A network that was trained on, exported to the same place, is compiled anew."""
    from safetensors.numpy import load_file

    from nitido.weights import save

    weights = copy(tiny_weights, tmp_path)
    picture = lq(1, 3, 32, 40)
    before = np.array(build("openvino", weights)(picture))
    halved = {key: tensor / 2 for key, tensor in load_file(weights.file).items()}
    save(halved, weights.card, weights.file)
    after = np.array(build("openvino", weights)(picture))
    assert np.abs(after - before).max() > 1 / 255
    assert np.abs(after - build("torch", weights)(picture)).max() < 0.05 / 255


FRESH = """
import sys
import numpy as np
from nitido.engines.openvino import OpenVino
from nitido.weights import open_weights
result = OpenVino(open_weights(sys.argv[1]), (32, 40), "fp32")(np.load(sys.argv[2]))
np.save(sys.argv[3], result)
loaded = {"torch", "onnx", "lightning", "scipy"} & set(sys.modules)
sys.exit(f"loaded {loaded}" if loaded else 0)
"""


def test_openvino_needs_no_torch_and_keeps_to_its_cache(tiny_weights, tmp_path):
    picture = lq(1, 3, 32, 40)
    np.save(tmp_path / "lq.npy", picture)
    home, cache = tmp_path / "home", tmp_path / "cache"
    home.mkdir()
    here = {key: value for key, value in os.environ.items() if not key.startswith("XDG")}

    def run(**env):
        arguments = [tiny_weights.file, tmp_path / "lq.npy", tmp_path / "restored.npy"]
        process = subprocess.run(
            [sys.executable, "-c", FRESH, *map(str, arguments)],
            env={**here, "HOME": str(home), **env},
            capture_output=True,
            text=True,
        )
        assert process.returncode == 0, process.stderr
        return np.load(tmp_path / "restored.npy")

    first = run(NITIDO_CACHE=str(cache))
    assert np.abs(first - build("torch", tiny_weights)(picture)).max() < 0.05 / 255
    blobs = list(cache.glob("*.blob"))
    assert blobs
    assert not list(home.rglob("*"))  # nor the identity of OpenVINO's telemetry

    for place in (None, 20, len(blobs[0].read_bytes()) // 2):  # cut off, and a bit that flipped
        for blob in blobs:
            content = bytearray(blob.read_bytes())
            if place is None:
                del content[100:]
            else:
                content[place] ^= 16
            blob.write_bytes(content)
        assert np.array_equal(run(NITIDO_CACHE=str(cache)), first)

    blocked = tmp_path / "a file"
    blocked.touch()
    assert np.array_equal(run(NITIDO_CACHE=str(blocked / "cache")), first)  # it does without
    assert np.array_equal(run(NITIDO_CACHE=str(tmp_path / "off"), NITIDO_CACHE_MB="0"), first)
    assert not (tmp_path / "off").exists()

    del here["NITIDO_CACHE"]
    assert np.array_equal(run(), first)
    if sys.platform == "linux":
        assert list((home / ".cache" / "nitido").glob("*.blob"))
        assert [path.name for path in home.iterdir()] == [".cache"]


@pytest.mark.parametrize("name", NAMES)
def test_one_network_for_all_sizes_and_batches(name, tiny_weights):
    free = build(name, tiny_weights, None)
    for shape in [(1, 3, 8, 12), (1, 3, 64, 40), (3, 3, 16, 16)]:
        picture = lq(*shape)
        fixed = build(name, tiny_weights, shape[2:], batch=shape[0])
        np.testing.assert_allclose(free(picture), fixed(picture), atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_inputs_that_are_not_the_networks(name, tiny_weights, told_weights):
    sigma = np.full((1, 1, 1, 1), 0.1, np.float32)
    with pytest.raises(EngineError, match="tiny is told mask, but takes sigma beside the picture"):
        build(name, tiny_weights)(lq(1, 3, 32, 40), {"mask": sigma})
    with pytest.raises(EngineError, match="ffdnet_tiny was not told sigma"):
        build(name, told_weights)(lq(1, 1, 32, 40))
    blanks = engines.blank(told_weights, lq(2, 1, 32, 40))
    assert {key: value.shape for key, value in blanks.items()} == {"sigma": (2, 1, 1, 1)}


def test_a_tile_that_does_not_fit(tiny_weights):
    with pytest.raises(EngineError, match=r"tiny refuses a tile of \(1, 3, 8, 8\)"):
        build("openvino", tiny_weights, (32, 40))(lq(1, 3, 8, 8))


@pytest.mark.parametrize("name", NAMES)
def test_devices(name, tiny_weights):
    picture = lq(1, 3, 32, 40)
    wanted = build(name, tiny_weights)(picture)
    assert np.array_equal(build(name, tiny_weights, device="cpu")(picture), wanted)
    for device in ("tpu", "cuda:999", "", "meta"):
        with pytest.raises(EngineError, match=r"device|CPU|GPUs"):
            build(name, tiny_weights, device=device)


def test_fp32_is_fp32_whatever_the_process_has_set(tiny_weights):
    """What else runs in the process keeps its setting, also while several threads come and go."""
    import torch

    from nitido.engines._exact import _settings, exact_fp32

    before = [getattr(place, name) for place, name, _ in _settings()]
    torch.set_float32_matmul_precision("medium")
    try:
        set_by_caller = [getattr(place, name) for place, name, _ in _settings()]
        exact = [value for _, _, value in _settings()]
        assert set_by_caller != exact
        with exact_fp32():
            assert [getattr(place, name) for place, name, _ in _settings()] == exact
            with exact_fp32():  # of another thread, say
                pass
            assert [getattr(place, name) for place, name, _ in _settings()] == exact
        assert [getattr(place, name) for place, name, _ in _settings()] == set_by_caller
    finally:
        for (place, name, _), value in zip(_settings(), before, strict=True):
            setattr(place, name, value)


def test_what_openvino_is_asked_for_in_fp32(tiny_weights):
    from openvino import Type, properties

    network = build("openvino", tiny_weights, precision="fp32")._network
    assert network.get_property(properties.hint.inference_precision) == Type.f32
    accuracy = properties.hint.ExecutionMode.ACCURACY
    assert network.get_property(properties.hint.execution_mode) == accuracy
