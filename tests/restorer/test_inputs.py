"""What a network is told: planes go with the tiles, and all of them know the whole picture."""

import numpy as np
import pytest
import torch

from nitido import Restorer, diagnosis, export
from nitido.errors import SettingError
from nitido.networks import Input
from nitido.networks.guided_unet import GuidedUNet
from nitido.picture import ArraySource, Picture, read, write
from nitido.weights.loading import load_network

MASK = Input(name="mask", shape="plane")


@pytest.fixture(scope="module")
def guided(tmp_path_factory, make_recipe, photograph):
    """Weights of a guided network made by chance, which brightens by what the whole shows."""
    torch.manual_seed(0)
    network = GuidedUNet(**GuidedUNet.TINY).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.rand_like(parameter) * 0.2 - 0.1)
        network.coarse.curves.bias[:3] = 0.15
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "_bytes_per_pixel", lambda weights: 99)  # takes two processes
        return export.export(
            network,
            make_recipe(network={"name": "guided_unet", **GuidedUNet.TINY}),
            "guided",
            tmp_path_factory.mktemp("guided"),
            trained="not at all",
            hard=photograph(256, 256).transpose(2, 0, 1).copy(),
        )


def test_what_the_whole_shows_is_a_second_graph(guided):
    assert guided.graph_of("coarse").name == "guided.coarse.onnx"
    assert guided.graph_of("coarse").stat().st_size < 30_000  # its tensors lie in the one file
    assert [one.judged for one in guided.card.inputs] == ["coarse"]
    assert b"coarse.curves" in guided.graph_of("coarse").read_bytes()
    assert b"coarse.curves" not in guided.graph.read_bytes()


@pytest.mark.parametrize("engine", ["openvino", "torch"])
@pytest.mark.parametrize(("height", "width"), [(150, 203), (61, 64)])
def test_tiles_give_what_the_whole_gives(guided, photograph, engine, height, width):
    lq = photograph(height, width)
    lq[: height // 3] *= np.float32(0.2)
    whole = Restorer(guided, engine=engine, precision="fp32", tile=0)(lq)
    tiled = Restorer(guided, engine=engine, precision="fp32", tile=32)(lq)
    assert np.abs(whole - tiled).max() < 0.25 / 255
    top = Restorer(guided, engine=engine, precision="fp32", tile=0)(lq[: height // 3])
    assert np.abs(top - whole[: height // 3]).max() > 2 / 255  # so the whole does matter


def test_it_is_what_training_saw(guided, photograph):
    lq = photograph(64, 96)
    with torch.inference_mode():
        wanted = load_network(guided)(torch.from_numpy(lq.transpose(2, 0, 1)[None].copy()))
    restored = Restorer(guided, precision="fp32")(lq)
    assert np.abs(restored.transpose(2, 0, 1) - wanted[0].numpy()).max() < 0.05 / 255


@pytest.mark.parametrize("channels", [1, 5])
def test_bands_are_guided_each_alone(guided, photograph, channels):
    lq = photograph(40, 56, channels)
    whole, tiled = (Restorer(guided, precision="fp32", tile=tile)(lq) for tile in (0, 16))
    assert np.abs(whole - tiled).max() < 0.25 / 255
    alone = Restorer(guided, precision="fp32", tile=0)(lq[..., -1])
    assert np.abs(whole[..., -1] - alone).max() < 1e-5


def test_files_are_guided_like_arrays(guided, photograph, tmp_path):
    write(Picture(photograph(90, 70), depth=16), tmp_path / "a.png")
    Restorer(guided, precision="fp32", tile=32).file(tmp_path / "a.png", tmp_path / "b.png")
    wanted = Restorer(guided, precision="fp32")(read(tmp_path / "a.png").pixels)
    found = read(tmp_path / "b.png").pixels
    assert np.abs(found - wanted.clip(0, 1)).max() < 0.3 / 255


def test_the_look_and_the_network_shrink_alike(photograph):
    lq = photograph(130, 97)
    small = diagnosis.look(ArraySource(lq)).small
    from nitido.networks.guided_unet import _shrunk

    planes = torch.from_numpy(lq.transpose(2, 0, 1)[None].copy())
    assert np.abs(_shrunk(planes, 128)[0].numpy().transpose(1, 2, 0) - small).max() < 1e-5


# --- planes of the caller


class Blackening:
    """An engine that makes black what the mask marks."""

    precision = "fp32"

    def __call__(self, lq, told):
        return lq * (1 - told["mask"])


@pytest.fixture
def masking(faked):
    """Make a Restorer with that engine, told a mask, and the mask."""

    def make(height, width, tile=None):
        mask = np.random.default_rng(3).random((height, width)) < 0.3
        card = {"inputs": (MASK,), "overlap": 8}
        restorer, _ = faked(np.copy, card=card, tile=tile, planes={"mask": mask}, range="full")
        restorer._engines.make = lambda weights, tile, precision: Blackening()
        return restorer, mask

    return make


@pytest.mark.parametrize(("height", "width"), [(33, 50), (8, 7)])
@pytest.mark.parametrize("tile", [0, 16])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_mask_is_cut_and_padded_as_the_picture(masking, smooth, height, width, tile, channels):
    restorer, mask = masking(height, width, tile)
    lq = np.tile(smooth(height, width), (1, 1, 2))[..., :channels]
    restored = restorer(lq)
    wanted = np.where(mask[..., None], 0, lq)
    if channels == 4:  # the last one is alpha
        wanted[..., 3] = lq[..., 3]
    np.testing.assert_allclose(restored, wanted, atol=1e-6)


def test_planes_for_one_picture_and_rows_of_them(masking, smooth, tmp_path):
    restorer, _ = masking(40, 30, 16)
    mask = np.arange(40)[:, None] > np.arange(30)
    lq = smooth(40, 30)
    other = restorer.with_planes({"mask": mask})
    np.testing.assert_allclose(other(lq), np.where(mask[..., None], 0, lq), atol=1e-6)
    rows = restorer.with_planes({"mask": ArraySource(mask[..., None].astype(np.float32))})
    write(Picture(lq, depth=16), tmp_path / "a.png")
    rows.file(tmp_path / "a.png", tmp_path / "b.png")
    found = read(tmp_path / "b.png").pixels
    np.testing.assert_allclose(found, np.where(mask[..., None], 0, lq), atol=1e-4)


def test_planes_that_do_not_fit(masking, smooth):
    restorer, _ = masking(40, 30)
    for planes, words in [
        ({}, "must be told mask for every pixel"),
        ({"masc": np.ones((40, 30))}, "take no plane masc; they take mask"),
        ({"mask": np.ones((30, 40))}, "mask is 40 x 30 with 1 channels; .* 30 x 40 with 1"),
        ({"mask": np.ones((40, 30, 2))}, "with 2 channels"),
        ({"mask": np.full((40, 30), np.nan)}, "not finite"),
        ({"mask": np.full((40, 30), "a")}, "give numbers"),
    ]:
        with pytest.raises(SettingError, match=words):
            restorer.with_planes(planes)(smooth(40, 30))
