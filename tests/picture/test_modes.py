"""Kinds of files that other programs write."""

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from nitido.errors import RefusedError, UnreadableError
from nitido.picture import read

RNG = np.random.default_rng(1)


def opened(path):
    return Image.open(io.BytesIO(path.read_bytes()))


@pytest.fixture
def photo():
    y, x = np.mgrid[:40, :60]
    return Image.fromarray(np.stack([x * 4, y * 6, 255 - x * 4], 2).astype(np.uint8))


@pytest.mark.parametrize("suffix", ["png", "tif", "bmp", "gif"])
def test_palettes_are_expanded(photo, tmp_path, suffix):
    paletted = photo.quantize(16)
    paletted.save(tmp_path / f"a.{suffix}")
    picture = read(tmp_path / f"a.{suffix}")
    wanted = np.asarray(paletted.convert("RGB")) / np.float32(255)
    np.testing.assert_array_equal(picture.pixels, wanted)
    assert suffix == "gif" or "palette" in picture.notes[0]


@pytest.mark.parametrize("suffix", ["png", "tif", "bmp"])
def test_one_bit_is_expanded(photo, tmp_path, suffix):
    black = photo.convert("1")
    black.save(tmp_path / f"a.{suffix}")
    picture = read(tmp_path / f"a.{suffix}")
    np.testing.assert_array_equal(picture.pixels[..., 0], np.asarray(black).astype(np.float32))


def test_white_is_zero_tiff(photo, tmp_path):
    gray = photo.convert("L")
    gray.save(tmp_path / "a.tif", tiffinfo={262: 0})
    stored = opened(tmp_path / "a.tif").convert("L")
    picture = read(tmp_path / "a.tif")
    np.testing.assert_array_equal(picture.pixels[..., 0] * 255, np.asarray(stored))


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_alpha(photo, tmp_path, mode, suffix):
    image = photo.convert(mode)
    image.putalpha(Image.fromarray(RNG.integers(0, 256, (40, 60), dtype=np.uint8)))
    image.save(tmp_path / f"a.{suffix}")
    picture = read(tmp_path / f"a.{suffix}")
    stored = np.asarray(image) / np.float32(255)
    np.testing.assert_array_equal(picture.alpha, stored[..., -1])
    np.testing.assert_array_equal(picture.pixels, stored[..., :-1])


@pytest.mark.parametrize(("mode", "transparent"), [("P", 3), ("RGB", (0, 0, 255)), ("L", 29)])
def test_png_transparent_color_becomes_alpha(photo, tmp_path, mode, transparent):
    image = photo.convert(mode)
    image.save(tmp_path / "a.png", transparency=transparent)
    picture = read(tmp_path / "a.png")
    wanted = np.asarray(opened(tmp_path / "a.png").convert("RGBA"))[..., 3]
    np.testing.assert_array_equal(picture.alpha * 255, wanted)


def test_premultiplied_alpha_is_divided(tmp_path):
    stored = np.array([[[50, 25, 0, 128], [0, 0, 0, 0]]], np.uint8)
    Image.fromarray(stored).save(tmp_path / "a.tif")
    data = (tmp_path / "a.tif").read_bytes()
    straight, premultiplied = (struct.pack("<HHIH", 338, 3, 1, kind) for kind in (2, 1))
    assert straight in data
    (tmp_path / "a.tif").write_bytes(data.replace(straight, premultiplied))
    picture = read(tmp_path / "a.tif")
    np.testing.assert_allclose(picture.pixels[0, 0], [50 / 128, 25 / 128, 0], atol=1 / 255)
    assert picture.pixels[0, 1].tolist() == [0, 0, 0]
    assert "premultiplied" in picture.notes[0]


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bit_gray_keeps_dark_values(tmp_path, suffix):
    values = RNG.integers(0, 200, (20, 30), dtype=np.uint16)
    Image.fromarray(values).save(tmp_path / f"a.{suffix}")
    picture = read(tmp_path / f"a.{suffix}")
    assert picture.depth == 16
    np.testing.assert_array_equal(np.round(picture.pixels[..., 0] * 65_535), values)


@pytest.mark.parametrize("suffix", ["jpg", "tif"])
def test_cmyk_becomes_srgb(photo, tmp_path, suffix):
    photo.convert("CMYK").save(tmp_path / f"a.{suffix}")
    picture = read(tmp_path / f"a.{suffix}")
    assert picture.channels == 3
    assert any("CMYK was converted to sRGB" in note for note in picture.notes)
    profile = ImageCms.ImageCmsProfile(io.BytesIO(picture.metadata.icc))
    assert "sRGB" in ImageCms.getProfileDescription(profile)
    # Reddish stays reddish: a wrong inversion would turn it over.
    correlation = np.corrcoef(picture.pixels[..., 0].ravel(), np.asarray(photo)[..., 0].ravel())
    assert correlation[0, 1] > 0.9


def test_cmyk_goes_through_its_own_profile(photo, tmp_path):
    import pyvips

    profile = pyvips.Image.profile_load("cmyk")
    photo.convert("CMYK").save(tmp_path / "a.tif", icc_profile=profile)
    picture = read(tmp_path / "a.tif")
    assert picture.notes == ("CMYK was converted to sRGB through its own profile",)
    assert picture.metadata.icc == pyvips.Image.profile_load("srgb")


def test_lab_is_refused(photo, tmp_path):
    photo.convert("LAB").save(tmp_path / "a.tif")
    with pytest.raises(RefusedError, match="CIELAB"):
        read(tmp_path / "a.tif")


def test_whole_numbers_of_32_bits_are_refused(tmp_path):
    Image.fromarray(np.ones((4, 4), np.int32)).save(tmp_path / "a.tif")
    with pytest.raises(RefusedError, match="16 bits or as float"):
        read(tmp_path / "a.tif")


def test_float_values_stay_and_nan_is_refused(tmp_path):
    values = RNG.normal(0, 3, (5, 6)).astype(np.float32)
    Image.fromarray(values).save(tmp_path / "a.tif")
    np.testing.assert_array_equal(read(tmp_path / "a.tif").pixels[..., 0], values)
    for bad in (np.nan, np.inf):
        values[2, 3] = bad
        Image.fromarray(values).save(tmp_path / "b.tif")
        with pytest.raises(UnreadableError, match="NaN or infinite"):
            read(tmp_path / "b.tif")


def test_tiled_planar_and_big_tiff(tmp_path):
    import pyvips

    values = RNG.integers(0, 65_536, (70, 90, 3), dtype=np.uint16)
    image = pyvips.Image.new_from_array(values)
    image.tiffsave(str(tmp_path / "tiled.tif"), tile=True, tile_width=32, tile_height=32)
    image.tiffsave(str(tmp_path / "big.tif"), bigtiff=True, compression="lzw")
    names = ["tiled", "big"]
    try:
        import tifffile
    except ImportError:
        pass
    else:
        tifffile.imwrite(
            tmp_path / "planar.tif", values.transpose(2, 0, 1), photometric="rgb", planarconfig=2
        )
        names.append("planar")
    for name in names:
        picture = read(tmp_path / f"{name}.tif")
        assert picture.depth == 16
        np.testing.assert_array_equal(np.round(picture.pixels * 65_535), values)


@pytest.mark.parametrize("suffix", ["gif", "webp", "tif", "png", "avif"])
def test_only_the_first_frame_is_read_and_that_is_said(photo, tmp_path, suffix):
    frames = [photo.rotate(90 * i) for i in range(3)]
    frames[0].save(tmp_path / f"a.{suffix}", save_all=True, append_images=frames[1:])
    picture = read(tmp_path / f"a.{suffix}")
    assert picture.pixels.shape[:2] == (40, 60)
    assert any("only" in note for note in picture.notes)


def test_the_second_picture_of_an_mpo_is_not_dropped_silently(photo, tmp_path):
    photo.save(tmp_path / "a.jpg", format="MPO", save_all=True, append_images=[photo])
    assert "further pictures" in read(tmp_path / "a.jpg").notes[0]
