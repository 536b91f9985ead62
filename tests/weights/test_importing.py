"""What is found in place of weights in practice, and what is made of it."""

import pickle

import pytest
import torch
from safetensors.torch import save_file

from nitido.errors import SettingError, UnknownNameError, WeightsError
from nitido.networks.dncnn import DnCNN
from nitido.weights.importing import import_network


@pytest.fixture
def network():
    torch.manual_seed(0)
    return DnCNN(features=4, depth=4).eval()


@pytest.fixture
def state(network):
    """The network's weights in the authors' naming."""
    named = {key.replace("layers.", "model."): value for key, value in network.state_dict().items()}
    return {key: value for key, value in named.items() if "num_batches" not in key}


def same(first, second):
    lq = torch.rand(1, 1, 7, 6)
    with torch.inference_mode():
        return torch.equal(first(lq), second(lq))


def test_safetensors(tmp_path, network, state):
    file = tmp_path / "authors.safetensors"
    save_file(state, file)
    imported = import_network(file, "dncnn", nc=4, nb=4)
    assert not imported.training
    assert same(imported, network)
    assert same(import_network(str(file), "dncnn"), network)


@pytest.mark.parametrize(
    ("suffix", "wrapper"),
    [(".pth", None), (".pt", "state_dict"), (".ckpt", "params"), (".bin", "params_ema")],
)
def test_pytorch_files(tmp_path, network, state, suffix, wrapper):
    file = tmp_path / f"authors{suffix}"
    torch.save({wrapper: state, "epoch": 3} if wrapper else state, file)
    assert same(import_network(file, "dncnn"), network)


def test_averaged_weights_come_before_the_last(tmp_path, network, state):
    file = tmp_path / "authors.pth"
    last = {key: value + 1 for key, value in state.items()}
    torch.save({"params": last, "params_ema": state}, file)
    assert same(import_network(file, "dncnn"), network)


def test_prefix_of_parallel_training(tmp_path, network, state):
    file = tmp_path / "authors.pth"
    torch.save({"state_dict": {f"module.{key}": value for key, value in state.items()}}, file)
    assert same(import_network(file, "dncnn"), network)


def test_half_precision_becomes_single(tmp_path, state):
    file = tmp_path / "half.safetensors"
    save_file({key: value.half() for key, value in state.items()}, file)
    imported = import_network(file, "dncnn")
    assert {p.dtype for p in imported.parameters()} == {torch.float32}


class Hostile:
    """An object that runs code when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (type(self.path).touch, (self.path,))


def test_code_in_a_file_is_not_run(tmp_path):
    proof = tmp_path / "proof"
    file = tmp_path / "authors.pth"
    torch.save({"state_dict": Hostile(proof)}, file)
    with pytest.raises(WeightsError, match="not opened for safety"):
        import_network(file, "dncnn")
    file.write_bytes(pickle.dumps(Hostile(proof)))
    with pytest.raises(WeightsError, match="not opened for safety"):
        import_network(file, "dncnn")
    assert not proof.exists()


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (b"", "is empty"),
        (b"\n<!DOCTYPE html><html>Not found</html>", "is a web page"),
        (b"<html><head></head></html>", "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "is a Git LFS pointer"),
        (b"\x00\x01garbage" * 20, "no whole safetensors|damaged"),
    ],
)
def test_what_is_no_weights_file(tmp_path, suffix, content, finding):
    file = tmp_path / f"authors{suffix}"
    file.write_bytes(content)
    with pytest.raises(WeightsError, match=finding):
        import_network(file, "dncnn")


@pytest.mark.parametrize(
    ("suffix", "kept"),
    [(".safetensors", 0.02), (".safetensors", 0.5), (".safetensors", 0.99), (".pth", 0.5)],
)
def test_truncated(tmp_path, state, suffix, kept):
    file = tmp_path / f"authors{suffix}"
    (save_file if suffix == ".safetensors" else torch.save)(state, file)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(WeightsError, match="fetch it again"):
        import_network(file, "dncnn")


def test_no_file(tmp_path):
    with pytest.raises(WeightsError, match="No such file"):
        import_network(tmp_path / "none.safetensors", "dncnn")
    with pytest.raises(WeightsError, match="directory"):
        import_network(tmp_path, "dncnn")


@pytest.mark.parametrize("content", [[torch.zeros(1)], {}, torch.zeros(2), {"state_dict": 3}])
def test_no_state_dict(tmp_path, content):
    file = tmp_path / "authors.pth"
    torch.save(content, file)
    with pytest.raises(WeightsError, match="no state dict"):
        import_network(file, "dncnn")


def test_not_a_tensor(tmp_path, state):
    file = tmp_path / "authors.pth"
    torch.save({**state, "epoch": 3}, file)
    with pytest.raises(WeightsError, match="'epoch' is a int"):
        import_network(file, "dncnn")


def test_a_file_that_asks_for_too_much_memory_is_refused(tmp_path):
    file = tmp_path / "bomb.pth"
    torch.save({"weight": torch.zeros(1).expand(1 << 36)}, file)  # a view: the file is small
    assert file.stat().st_size < 10_000
    with pytest.raises(WeightsError, match="not opened for safety"):
        import_network(file, "dncnn")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_values_that_are_not_finite(tmp_path, state, value):
    file = tmp_path / "authors.safetensors"
    state["model.2.weight"][1, 2, 0, 0] = value
    save_file(state, file)
    with pytest.raises(WeightsError, match=r"model\.2\.weight holds values that are not finite"):
        import_network(file, "dncnn")


def test_findings_name_the_file(tmp_path, state):
    file = tmp_path / "authors.safetensors"
    save_file({**state, "extra": torch.zeros(1)}, file)
    with pytest.raises(WeightsError, match=r"authors\.safetensors: .*extra is unknown"):
        import_network(file, "dncnn")


def test_wrong_settings(tmp_path, state):
    file = tmp_path / "authors.safetensors"
    save_file(state, file)
    with pytest.raises(SettingError, match="network dncnn: dept: unknown setting; try depth"):
        import_network(file, "dncnn", dept=4)
    with pytest.raises(WeightsError, match="depth=4, but depth=17 was asked for"):
        import_network(file, "dncnn", depth=17)


def test_networks_that_cannot_be_imported(tmp_path):
    with pytest.raises(UnknownNameError, match="try dncnn"):
        import_network(tmp_path / "x.safetensors", "dncn")
    with pytest.raises(WeightsError, match="no published weights of memnet"):
        import_network(tmp_path / "x.safetensors", "memnet")
