"""The same picture is known again, whatever its file, its position or its damage."""

import numpy as np
import pytest
from PIL import Image

from nitido.data import _content
from nitido.data._content import content
from nitido.data._gallery import Gallery
from nitido.errors import PictureError
from nitido.picture import Picture, write


def scene(height=240, width=320, seed=0):
    """Make a picture of soft spots of many sizes, uint8 (H, W, 3): it has texture everywhere."""
    rng = np.random.default_rng(seed)
    out = np.zeros((height, width, 3), np.float32)
    for cell in (8, 16, 40):
        coarse = rng.integers(0, 256, (-(-height // cell) + 1, -(-width // cell) + 1, 3), np.uint8)
        size = (coarse.shape[1] * cell, coarse.shape[0] * cell)
        wide = np.asarray(Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC))
        out += wide[:height, :width] / 3
    return out.astype(np.uint8)


@pytest.fixture
def put(tmp_path):
    def save(pixels, name, **options):
        Image.fromarray(pixels).save(tmp_path / name, **options)
        return tmp_path / name

    return save


def test_the_hash_is_of_the_pixels(put):
    pixels = scene(30, 40)
    first = content(put(pixels, "a.png")).digest
    for name in ("b.bmp", "c.tif", "d.webp"):
        options = {"lossless": True} if name == "d.webp" else {}
        assert content(put(pixels, name, **options)).digest == first
    changed = pixels.copy()
    changed[29, 39, 2] ^= 1
    assert content(put(changed, "e.png")).digest != first
    assert content(put(pixels.reshape(40, 30, 3), "f.png")).digest != first


def test_gray_is_gray_also_as_rgb_and_with_alpha(put):
    gray = scene(30, 40)[..., 0]
    first = content(put(gray, "a.png"))
    assert first.channels == 1
    assert content(put(np.repeat(gray[..., None], 3, 2), "b.png")).digest == first.digest
    alpha = np.dstack([np.repeat(gray[..., None], 3, 2), 255 - gray])
    assert content(put(alpha, "c.png")).digest == first.digest


def test_sixteen_bits_are_other_pixels(put, tmp_path):
    pixels = scene(30, 40)
    write(Picture(pixels / np.float32(255), depth=16), tmp_path / "deep.png")
    deep, plain = content(tmp_path / "deep.png"), content(put(pixels, "a.png"))
    assert (deep.depth, plain.depth) == (16, 8)
    assert deep.digest != plain.digest
    np.testing.assert_allclose(deep.thumbnail, plain.thumbnail, atol=1e-4)


def test_it_does_not_hang_on_the_bands_in_which_a_picture_is_read(put, monkeypatch):
    file = put(scene(), "a.png")
    whole = content(file, points=True)
    monkeypatch.setattr(_content, "_VALUES", 3 * 320 * 7)
    parts = content(file, points=True)
    assert parts.digest == whole.digest
    np.testing.assert_allclose(parts.thumbnail, whole.thumbnail, atol=1e-4)
    assert len(whole.points.way) > 50
    np.testing.assert_array_equal(parts.points.place, whole.points.place)
    np.testing.assert_allclose(parts.points.samples, whole.points.samples, atol=1e-4)


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1), (3, 2), (31, 33)])
def test_pictures_smaller_than_a_thumbnail(put, size):
    found = content(put(scene(*size), "a.png"), points=True)
    assert found.thumbnail.shape == (32, 32)
    assert np.isfinite(found.thumbnail).all()
    assert len(found.points.way) == 0


def test_an_empty_picture_is_like_no_other(put):
    flat = content(put(np.full((64, 64, 3), 90, np.uint8), "a.png"), points=True)
    other = content(put(np.full((64, 80, 3), 90, np.uint8), "b.png"), points=True)
    assert Gallery([flat]).find(other) == []
    assert [match.kind for match in Gallery([flat]).find(flat)] == ["same"]


def test_a_truncated_picture_is_an_error(put):
    file = put(scene(), "a.png")
    file.write_bytes(file.read_bytes()[:-2000])
    with pytest.raises(PictureError, match="damaged"):
        content(file)


# --- the gallery

KEPT = {seed: scene(seed=seed) for seed in range(4)}
WAYS = {  # what undoes each
    "": lambda a: a,
    "mirrored top to bottom": lambda a: a[::-1],
    "mirrored left to right": lambda a: a[:, ::-1],
    "turned by 180 degrees": lambda a: np.rot90(a, 2),
    "mirrored along its diagonal": lambda a: a.swapaxes(0, 1),
    "turned by 90 degrees to the left": lambda a: np.rot90(a, -1),
    "turned by 90 degrees to the right": lambda a: np.rot90(a),
    "mirrored along its other diagonal": lambda a: np.rot90(a, 2).swapaxes(0, 1),
}


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    """Keep the scenes as PNG, each turned in the way that its test asks for."""

    def make(turn):
        folder = tmp_path_factory.mktemp("kept")
        for seed, pixels in KEPT.items():
            Image.fromarray(np.ascontiguousarray(turn(pixels))).save(folder / f"{seed}.png")
        files = sorted(folder.iterdir())
        return Gallery([content(file, points=True) for file in files])

    return make


@pytest.fixture(scope="module")
def upright(gallery):
    return gallery(lambda pixels: pixels)


def found(gallery, file):
    return [(m.other.file.stem, m.kind, m.turn) for m in gallery.find(content(file, points=True))]


@pytest.mark.parametrize("turn", WAYS)
def test_a_turned_jpeg_copy_and_a_turned_crop_are_found(gallery, put, turn):
    kept = gallery(WAYS[turn])
    copy = put(KEPT[2], "copy.jpg", quality=60)
    assert found(kept, copy) == [("2", "copy", turn)]
    crop = put(KEPT[2][61:211, 33:203], "crop.png")
    assert found(kept, crop) == [("2", "part", turn)]


def test_the_same_pixels_are_the_same(upright, put):
    assert found(upright, put(KEPT[1], "again.tif")) == [("1", "same", "")]


@pytest.mark.parametrize("scale", [0.4, 0.7, 1.5])
def test_a_resized_copy_is_found(upright, put, scale):
    size = (round(320 * scale), round(240 * scale))
    small = np.asarray(Image.fromarray(KEPT[3]).resize(size, Image.Resampling.BICUBIC))
    assert found(upright, put(small, "small.png")) == [("3", "copy", "")]


def test_a_gray_and_a_noisy_copy_are_found(upright, put):
    gray = KEPT[0].mean(axis=2).astype(np.uint8)
    assert found(upright, put(gray, "gray.png")) == [("0", "copy", "")]
    noise = np.random.default_rng(0).normal(0, 25, KEPT[0].shape)
    noisy = np.clip(KEPT[0] + noise, 0, 255).astype(np.uint8)
    assert found(upright, put(noisy, "noisy.png")) == [("0", "copy", "")]


def test_strangers_are_not_found(upright, put):
    for seed in range(10, 16):
        assert found(upright, put(scene(seed=seed), f"{seed}.png")) == []
    stripes = np.zeros((240, 320, 3), np.uint8)
    stripes[:, ::16] = 255  # every point of it is like every other
    assert found(upright, put(stripes, "stripes.png")) == []


def test_an_empty_gallery_finds_nothing(put):
    assert Gallery([]).find(content(put(KEPT[0], "a.png"))) == []
