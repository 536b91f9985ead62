"""Weights files carry their card; whatever is wrong with one is said, and what to do."""

import json
import stat

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from nitido.errors import UnknownNameError, WeightsError
from nitido.networks import SIGMA, SIGMA_OR_NONE
from nitido.weights import Card, Score, Weights, names, open_weights, save
from nitido.weights.loading import load_network

CARD = Card(
    name="mine",
    title="a test",
    task="denoise",
    network="dncnn",
    settings={"features": 4, "depth": 3, "batch_norm": False},
    channels=1,
    scale=1,
    multiple_of=1,
    radius=3,
    overlap=3,
    parameters=229,
    macs_per_pixel=216,
    bytes_per_pixel=64,
    scores=(Score(suite="a/b", protocol=1, images=2, psnr=30.5, ssim=0.9, input_psnr=20.1),),
)


@pytest.fixture
def tensors():
    from nitido.networks.dncnn import DnCNN

    network = DnCNN(**CARD.settings)
    return {key: value.numpy() for key, value in network.state_dict().items()}


@pytest.fixture
def file(tmp_path, tensors):
    save(tensors, CARD, tmp_path / "mine.safetensors")
    return tmp_path / "mine.safetensors"


def test_a_round_trip(file, tensors):
    weights = open_weights(file)
    assert weights == open_weights(str(file))
    assert weights == Weights(CARD, file, file.with_suffix(".onnx"))
    loaded = load_network(weights)
    assert not loaded.training
    for key, value in loaded.state_dict().items():
        assert np.array_equal(value.numpy(), tensors[key])


def test_a_perfect_score_survives(tmp_path, tensors):
    perfect = CARD.scores[0].model_copy(update={"psnr": float("inf")})
    save(tensors, CARD.model_copy(update={"scores": (perfect,)}), tmp_path / "mine.safetensors")
    assert open_weights(tmp_path / "mine.safetensors").card.scores == (perfect,)


def test_the_file_can_be_read_by_everybody_and_nothing_else_is_left(file):
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert [path.name for path in file.parent.iterdir()] == ["mine.safetensors"]


def test_the_hash_is_the_files(file, tensors):
    first = open_weights(file).sha256
    assert len(first) == 64
    save(tensors, CARD, file)
    assert open_weights(file).sha256 == first  # the same content gives the same file
    save(tensors, CARD.model_copy(update={"title": "another"}), file)
    assert open_weights(file).sha256 != first


def test_half_precision_is_loaded_as_single(file, tensors):
    import torch

    save({key: value.astype(np.float16) for key, value in tensors.items()}, CARD, file)
    assert load_file(file)["layers.0.weight"].dtype == np.float16
    network = load_network(open_weights(file))
    assert {parameter.dtype for parameter in network.parameters()} == {torch.float32}


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_values_that_are_not_finite_are_not_saved(tmp_path, tensors, value, kind):
    tensors["layers.2.weight"] = tensors["layers.2.weight"].astype(kind)
    tensors["layers.2.weight"][1, 2, 0, 1] = value
    with pytest.raises(WeightsError, match=r"layers\.2\.weight is not finite"):
        save(tensors, CARD, tmp_path / "mine.safetensors")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: whole[:5],
        lambda whole: whole[:200],
        lambda whole: whole[:-1],
        lambda whole: b"<!DOCTYPE html><html>not found</html>" * 9,
        lambda whole: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n",
        lambda whole: b"\xff" * len(whole),
    ],
    ids=["empty", "stump", "header", "truncated", "html", "pointer", "noise"],
)
def test_a_damaged_file(file, damage):
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(WeightsError, match=r"mine\.safetensors is no sound .* get it again"):
        open_weights(file)


def test_a_missing_file(tmp_path):
    for path in (tmp_path / "absent.safetensors", tmp_path):
        with pytest.raises((WeightsError, UnknownNameError), match=r"There is no|No weights"):
            open_weights(path)
    (tmp_path / "folder.safetensors").mkdir()
    with pytest.raises(WeightsError, match="There is no weights file"):
        open_weights(tmp_path / "folder.safetensors")


@pytest.mark.parametrize("metadata", [None, {"format": "pt"}])
def test_no_card(file, tensors, metadata):
    save_file(tensors, file, metadata=metadata)
    with pytest.raises(WeightsError, match=r"carries no card.*nitido\.import_network"):
        open_weights(file)


@pytest.mark.parametrize("name", ["net.pth", "net.PT", "some/where/net.ckpt"])
def test_a_pytorch_file_is_pointed_to_the_import(name):
    with pytest.raises(WeightsError, match=r"PyTorch file.*nitido\.import_network"):
        open_weights(name)


def written(file, tensors, **changes):
    """Write a card as another version of this program would have done."""
    card = {**CARD.model_dump(mode="json"), **changes}
    card = {key: value for key, value in card.items() if value is not None or key == "radius"}
    save_file(tensors, file, metadata={"card": json.dumps(card)})
    return file


@pytest.mark.parametrize(
    ("said", "inputs"),
    [
        ({}, ()),
        ({"takes_sigma": False, "judges_sigma": True}, ()),
        ({"takes_sigma": True}, (SIGMA_OR_NONE,)),
        ({"takes_sigma": True, "judges_sigma": False}, (SIGMA,)),
    ],
)
def test_the_first_version_is_read_for_ever(file, tensors, said, inputs):
    weights = open_weights(written(file, tensors, version=1, inputs=None, **said))
    assert weights.card == CARD.model_copy(update={"inputs": inputs})
    save(tensors, weights.card, file)
    assert open_weights(file) == weights


def test_a_newer_version_is_refused(file, tensors):
    with pytest.raises(
        WeightsError, match=r"mine.*version 3, newer than .* up to 2; update nitido"
    ):
        open_weights(written(file, tensors, version=3, holograms=True))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"overlap": "much"}, "overlap: Input should be a valid integer"),
        ({"version": "2.0"}, "version: Input should be 2"),
        ({"scale": 0}, "scale: Input should be greater than or equal to 1"),
        ({"multiple_of": 0}, "multiple_of: Input should be greater than or equal to 1"),
        ({"multiple_of": 2**40}, "multiple_of: Input should be less than or equal to"),
        ({"overlap": -1}, "overlap: Input should be greater than or equal to 0"),
        ({"radius": -5}, "radius: Input should be greater than or equal to 0"),
        ({"bytes_per_pixel": 0}, "bytes_per_pixel: Input should be greater than or equal to 1"),
        ({"macs_per_pixel": -1}, "macs_per_pixel: Input should be greater than or equal to 0"),
        ({"channels": 0}, "channels: Input should be greater than or equal to 1"),
        ({"precisions": []}, "precisions: Tuple should have at least 1 item"),
        ({"inputs": [{"name": "lq"}]}, r"inputs\.0: Value error, an input cannot be called lq"),
        ({"inputs": [{"name": "a"}] * 2}, ": Value error, inputs: a name is given twice"),
        ({"colour": 3}, "colour: Extra inputs are not permitted"),
        ({"precisions": ["fp8"]}, r"precisions\.0: Input should be 'fp32' or 'bf16'"),
        ({"name": None}, "name: Input should be a valid string"),
    ],
)
def test_a_wrong_card(file, tensors, change, words):
    card = {**CARD.model_dump(mode="json"), **change}
    save_file(tensors, file, metadata={"card": json.dumps(card)})
    with pytest.raises(WeightsError, match=rf"The card of .* is wrong: {words}"):
        open_weights(file)


@pytest.mark.parametrize("text", ["", "no json", "[]", "3"])
def test_a_card_that_is_none(file, tensors, text):
    save_file(tensors, file, metadata={"card": text})
    with pytest.raises(WeightsError, match=r"The card of .* is wrong"):
        open_weights(file)


def test_a_card_of_another_network(file, tensors):
    save(tensors, CARD.model_copy(update={"settings": {"features": 5, "depth": 3}}), file)
    with pytest.raises(WeightsError, match="does not fit its own card"):
        load_network(open_weights(file))
    save(tensors, CARD.model_copy(update={"network": "dncn"}), file)
    with pytest.raises(UnknownNameError, match="try dncnn"):
        load_network(open_weights(file))


def test_unknown_names(tmp_path, monkeypatch, tensors):
    from nitido.weights import store

    monkeypatch.setattr(store, "SHIPPED", tmp_path)
    with pytest.raises(UnknownNameError, match="No weights 'denoise'; there are none"):
        open_weights("denoise")
    save(tensors, CARD, tmp_path / "denoise.safetensors")
    assert names() == ["denoise"]
    assert open_weights("denoise").file == tmp_path / "denoise.safetensors"
    with pytest.raises(UnknownNameError, match="No weights 'denoize'; try denoise"):
        open_weights("denoize")


def test_a_failed_save_leaves_the_old_file(file, tensors):
    before = file.read_bytes()
    tensors["layers.0.bias"][:] = np.nan
    with pytest.raises(WeightsError):
        save(tensors, CARD, file)
    assert file.read_bytes() == before
