"""`restore` and `diagnose`: pictures of every kind, and the same kind comes back."""

import io

import numpy as np
import pytest
from PIL import Image

import nitido
from nitido.errors import SettingError, UnreadableError
from nitido.picture import Metadata, Picture
from nitido.plans import Plan, Step

RNG = np.random.default_rng(0)
MEDIAN = {"model": "classical:median", "settings": {"radius": 1}}


@pytest.fixture(scope="module")
def noisy(photograph):
    lq = photograph(112, 128) + RNG.normal(0, 25 / 255, (112, 128, 3))
    return np.floor(255 * lq.clip(0, 1) + 0.5).astype(np.uint8)


@pytest.fixture(scope="module")
def clean():
    return np.full((96, 96, 3), 120, np.uint8)


def test_what_is_sound_comes_back_as_it_is(clean, tmp_path):
    assert nitido.diagnose(clean).plan() == Plan()
    np.testing.assert_array_equal(nitido.restore(clean), clean)
    nitido.write(clean, tmp_path / "a.png")
    picture = nitido.restore(tmp_path / "a.png")
    np.testing.assert_array_equal(picture.pixels * 255, clean)


def test_what_is_planned_is_done(noisy):
    plan = nitido.diagnose(noisy).plan()
    assert [step.task for step in plan.steps] == ["denoise"]
    assert all(step.reason for step in plan.steps)
    restored = nitido.restore(noisy)
    np.testing.assert_array_equal(restored, nitido.restore(noisy, plan))
    np.testing.assert_array_equal(restored, nitido.restore(noisy, "denoise"))
    assert (restored != noisy).any()


def test_a_file_its_bytes_and_its_picture_are_the_same(noisy, tmp_path):
    path = tmp_path / "ñ 照片.jpg"
    Image.fromarray(noisy).save(path, quality=15, dpi=(300, 300))
    results = [nitido.restore(given) for given in (str(path), path, path.read_bytes())]
    for result in results:
        assert isinstance(result, Picture)
        assert result.metadata.dpi == (300, 300)
        np.testing.assert_array_equal(result.pixels, results[0].pixels)
    plans = [nitido.diagnose(given).plan() for given in (path, path.read_bytes())]
    assert plans[0] == plans[1]
    picture = nitido.read(path)
    assert nitido.restore(picture, **MEDIAN).metadata == picture.metadata


@pytest.mark.parametrize("kind", ["uint8", "uint16", "float32", "float64", ">u2"])
@pytest.mark.parametrize("shape", [(40, 56), (40, 56, 1), (40, 56, 3), (40, 56, 4), (40, 56, 2)])
def test_types_and_shapes_of_arrays_are_kept(kind, shape):
    kind = np.dtype(kind)
    lq = RNG.random(shape)
    lq = lq.astype(kind) if kind.kind == "f" else (lq * np.iinfo(kind).max).astype(kind)
    restored = nitido.restore(lq, **MEDIAN)
    assert (restored.shape, restored.dtype) == (lq.shape, lq.dtype)
    larger = nitido.restore(lq, model="classical:bicubic", settings={"scale": 2})
    assert larger.shape == (80, 112, *shape[2:])
    assert (restored != lq).any()


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "I;16", "F"])
def test_images_of_pillow_are_kept(mode):
    kind = {"I;16": np.uint16, "F": np.float32}.get(mode, np.uint8)
    bands = {"LA": (2,), "RGB": (3,), "RGBA": (4,)}.get(mode, ())
    pixels = RNG.random((30, 40, *bands)) * (1 if mode == "F" else np.iinfo(kind).max)
    image = Image.fromarray(pixels.astype(kind))
    assert image.mode == mode
    image.info["dpi"] = (300, 300)
    restored = nitido.restore(image, **MEDIAN)
    assert (restored.mode, restored.size, restored.info) == (mode, image.size, image.info)
    np.testing.assert_array_equal(np.asarray(restored), nitido.restore(np.asarray(image), **MEDIAN))


@pytest.mark.parametrize(("mode", "comes"), [("1", "L"), ("P", "RGB"), ("CMYK", "RGB")])
def test_other_images_of_pillow_come_back_in_colors(mode, comes, noisy):
    image = Image.fromarray(noisy).convert(mode)
    assert nitido.restore(image, **MEDIAN).mode == comes


def test_an_image_of_16_bits_that_pillow_opens_with_32():
    counts = RNG.integers(0, 65536, (20, 24), np.int32)
    restored = nitido.restore(Image.fromarray(counts), **MEDIAN)
    assert restored.mode == "I;16"
    expected = nitido.restore(counts.astype(np.uint16), **MEDIAN)
    np.testing.assert_array_equal(np.asarray(restored), expected)
    with pytest.raises(SettingError, match=r"beyond 0\.\.65535"):
        nitido.restore(Image.fromarray(counts + 70000))


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ([[1, 2]], "this is list"),
        (None, "this is NoneType"),
        (np.zeros((3, 40, 50), np.uint8), r"channels first\. Turn it by array\.transpose"),
        (np.zeros((4, 4), bool), "this is bool"),
        (np.zeros((2, 4, 4, 3)), r"this is \(2, 4, 4, 3\)"),
        (np.full((4, 4), np.nan), "not finite"),
    ],
)
def test_what_is_no_picture_is_refused(given, complaint):
    for call in (nitido.restore, nitido.diagnose):
        with pytest.raises(SettingError, match=complaint):
            call(given)


def test_files_that_cannot_be_used(tmp_path):
    with pytest.raises(UnreadableError, match="does not exist"):
        nitido.restore(tmp_path / "missing.png")
    with pytest.raises(UnreadableError, match="the picture is no picture that can be read"):
        nitido.diagnose(b"no picture")


def test_strength_zero_and_half(noisy):
    full, half, none = (
        nitido.restore(noisy / 255, "denoise", sigma=25, strength=s) for s in (1, 0.5, 0)
    )
    assert (full != none).any()
    np.testing.assert_array_equal(none, (noisy / 255).astype(np.float32))
    np.testing.assert_allclose(half, (none + full) / 2, atol=1e-6)


def test_a_step_of_a_plan_in_python(noisy):
    plan = nitido.Plan((nitido.Step("denoise", "denoise", 0.5),))
    np.testing.assert_array_equal(
        nitido.restore(noisy, plan), nitido.restore(noisy, "denoise", strength=0.5)
    )
    assert Step is nitido.Step


def test_encoding_a_result(noisy):
    data = nitido.encode(nitido.restore(Picture((noisy / 255).astype(np.float32))), "png")
    assert Image.open(io.BytesIO(data)).size == (128, 112)
    assert (
        nitido.encode(Picture(noisy.astype(np.float32), metadata=Metadata()), "tiff")[:2] == b"II"
    )
