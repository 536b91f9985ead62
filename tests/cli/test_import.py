"""``nitido models import``: weights of others become a file of ours."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from nitido import Restorer, export, open_weights
from nitido.networks.dncnn import DnCNN
from nitido.weights import import_network
from nitido.weights.loading import load_network


@pytest.fixture
def authors(tmp_path, monkeypatch):
    """A DnCNN in the authors' naming."""
    monkeypatch.setattr(export, "_bytes_per_pixel", lambda weights: 99)  # takes two processes
    torch.manual_seed(0)
    network = DnCNN(features=4, depth=4, batch_norm=False).eval()
    file = tmp_path / "authors.safetensors"
    named = {key.replace("layers.", "model."): value for key, value in network.state_dict().items()}
    save_file(named, file)
    return file


def test_the_import_is_the_authors_network(nitido, authors, tmp_path):
    out = tmp_path / "ours" / "dncnn_4.safetensors"
    ran = nitido("models", "import", authors, "--as", "dncnn", "--set", "nb=4", "-o", out)
    assert ran.code == 0
    assert "dncnn_4.safetensors with dncnn_4.onnx" in ran.err
    card = open_weights(out).card
    assert (card.name, card.network, card.channels, card.radius) == ("dncnn_4", "dncnn", 1, 4)
    assert card.settings == {"channels": 1, "features": 4, "depth": 4, "batch_norm": False}
    assert card.inputs == ()
    assert card.licence == "that of their authors"
    assert "authors.safetensors, SHA-256" in card.trained
    assert 0 <= card.overlap <= 4
    theirs, ours = import_network(authors, "dncnn"), load_network(open_weights(out))
    for first, second in zip(theirs.parameters(), ours.parameters(), strict=True):
        assert torch.equal(first, second)
    lq = np.random.default_rng(0).random((20, 24, 1), dtype=np.float32)
    with torch.inference_mode():
        expected = theirs(torch.from_numpy(lq.transpose(2, 0, 1)[None]))[0].permute(1, 2, 0)
    assert np.allclose(Restorer(out, precision="fp32")(lq), expected, atol=1e-4)
    shown = nitido("models", "show", out).out
    assert "task           not said" in shown
    assert "takes " not in shown


def test_what_must_be_told_says_so(nitido, told_weights, tmp_path):
    shown = nitido("models", "show", told_weights.file).out
    assert "takes          sigma, found by the diagnosis where it is not told" in shown
    card = json.loads(nitido("models", "show", told_weights.file, "--json").out)
    assert [(one["name"], one["judged"]) for one in card["inputs"]] == [("sigma", "diagnosis")]
    picture = tmp_path / "a.png"
    from PIL import Image

    Image.fromarray(np.full((20, 20), 90, np.uint8)).save(picture)
    out = tmp_path / "out.png"
    ran = nitido("restore", picture, "--model", told_weights.file, "-o", out)
    assert ran.code == 0
    assert np.array_equal(np.asarray(Image.open(out)), np.asarray(Image.open(picture)))
    told = ("--sigma", 10, "--overwrite")
    ran = nitido("restore", picture, "--model", told_weights.file, "-o", out, *told)
    assert ran.code == 0
    assert not np.array_equal(np.asarray(Image.open(out)), np.asarray(Image.open(picture)))


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["--as", "dncn"], "try dncnn"),
        (["--as", "dncnn", "--set", "nb"], "write key=value, for example depth=17"),
        (["--as", "dncnn", "--set", "nb=17"], "asked for"),
        (["--as", "dncnn", "--set", "nbb=4"], "nbb"),
        (["--as", "ffdnet"], "No FFDNet"),
    ],
)
def test_what_does_not_fit_is_wrong_usage(nitido, authors, tmp_path, args, complaint):
    out = tmp_path / "out.safetensors"
    ran = nitido("models", "import", authors, *args, "-o", out)
    assert ran.code == 2
    assert complaint in ran.err
    assert not out.exists()


def test_names_of_results(nitido, authors, tmp_path):
    ran = nitido("models", "import", authors, "--as", "dncnn", "-o", tmp_path / "out.pth")
    assert ran.code == 2
    assert "ends in .safetensors" in ran.err
    ran = nitido("models", "import", authors, "--as", "dncnn", "-o", authors)
    assert ran.code == 2
    assert "exists; give --overwrite" in ran.err
    ran = nitido(
        "models", "import", tmp_path / "gone.pth", "--as", "dncnn", "-o", tmp_path / "a.safetensors"
    )
    assert ran.code == 2
    assert "cannot be read" in ran.err
