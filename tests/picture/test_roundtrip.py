"""Every format, mode and depth comes back as it went out."""

import io

import numpy as np
import pytest
from PIL import Image

from nitido.errors import SettingError, UnwritableError
from nitido.picture import (
    Metadata,
    Picture,
    PictureWriter,
    _encode,
    _spool,
    _tiff,
    imresize,
    open_picture,
    read,
    write,
)

RNG = np.random.default_rng(0)
EXACT = [("png", 8), ("png", 16), ("tif", 8), ("tif", 16), ("tif", 32), ("bmp", 8)]


def opened(path):
    return Image.open(io.BytesIO(path.read_bytes()))


def made(channels=3, alpha=False, depth=8, shape=(23, 31)):
    peak = 2**depth - 1 if depth < 32 else 1
    values = RNG.integers(0, peak + 1, (*shape, channels + alpha)) / np.float64(peak)
    if depth == 32:
        values = RNG.normal(0.5, 1, (*shape, channels + alpha))  # leaves 0..1
    values = values.astype(np.float32)
    return Picture(values[..., :channels], values[..., channels] if alpha else None, depth)


def smooth(channels=3, depth=8):
    y, x = np.mgrid[:48, :64] / np.float32(64)
    bands = [x, y, (x + y) / 2][:channels]
    return Picture(np.stack(bands, 2).astype(np.float32), None, depth)


@pytest.mark.parametrize(("suffix", "depth"), EXACT)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("alpha", [False, True])
def test_lossless_formats_keep_every_value(tmp_path, suffix, depth, channels, alpha):
    picture = made(channels, alpha, depth)
    path = tmp_path / f"a.{suffix}"
    if suffix == "bmp" and alpha:
        with pytest.raises(UnwritableError, match="transparency"):
            write(picture, path)
        return
    assert write(picture, path) == ()
    again = read(path)
    assert again.depth == depth
    np.testing.assert_array_equal(again.pixels, picture.pixels)
    if alpha:
        np.testing.assert_array_equal(again.alpha, picture.alpha)
    else:
        assert again.alpha is None


@pytest.mark.parametrize("depth", [8, 16, 32])
@pytest.mark.parametrize("channels", [2, 4, 5, 12])
@pytest.mark.parametrize("alpha", [False, True])
def test_tiff_keeps_any_number_of_bands(tmp_path, channels, depth, alpha):
    picture = made(channels, alpha, depth)
    write(picture, tmp_path / "a.tif")
    again = read(tmp_path / "a.tif")
    np.testing.assert_array_equal(again.pixels, picture.pixels)
    assert (again.alpha is not None) == alpha


@pytest.mark.parametrize("suffix", ["png", "webp", "jpg", "avif", "bmp"])
def test_other_formats_refuse_five_bands(tmp_path, suffix):
    with pytest.raises(UnwritableError, match="write TIFF"):
        write(made(5), tmp_path / f"a.{suffix}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("suffix", "channels"), [("jpg", 1), ("jpg", 3), ("webp", 3), ("avif", 3)])
def test_lossy_formats_stay_close(tmp_path, suffix, channels):
    picture = smooth(channels)
    write(picture, tmp_path / f"a.{suffix}")
    again = read(tmp_path / f"a.{suffix}")
    assert again.channels == channels
    assert np.abs(again.pixels - picture.pixels).max() < 6 / 255


def test_webp_at_quality_100_is_exact_and_alpha_always_is(tmp_path):
    picture = made(3, True)
    write(picture, tmp_path / "a.webp", quality=100)
    np.testing.assert_array_equal(read(tmp_path / "a.webp").pixels, picture.pixels)
    write(picture, tmp_path / "b.webp", quality=80)
    np.testing.assert_array_equal(read(tmp_path / "b.webp").alpha, picture.alpha)


def test_depth_goes_down_only_with_a_note(tmp_path):
    picture = smooth(depth=16)
    notes = write(picture, tmp_path / "a.jpg")
    assert "8 bits" in notes[0]
    assert read(tmp_path / "a.jpg").depth == 8
    notes = write(picture, tmp_path / "a.avif")
    assert "12 bits" in notes[0]
    again = read(tmp_path / "a.avif")
    assert again.depth == 16
    assert np.abs(again.pixels - picture.pixels).max() < 6 / 255


def test_gray_in_a_format_without_gray_is_noted(tmp_path):
    assert "gray" in write(smooth(1), tmp_path / "a.webp")[0]
    assert read(tmp_path / "a.webp").channels == 3


def test_values_are_clipped_and_rounded_half_up(tmp_path):
    values = np.array([-1, 0, 0.5 / 255, 0.499 / 255, 254.5 / 255, 2], np.float32)
    write(Picture(values.reshape(1, 6, 1)), tmp_path / "a.png")
    stored = np.asarray(opened(tmp_path / "a.png"))[0]
    assert stored.tolist() == [0, 0, 1, 0, 255, 255]


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (2, 3), (100, 30_000)])
@pytest.mark.parametrize("suffix", ["png", "tif", "jpg"])
def test_hard_sizes(tmp_path, shape, suffix):
    picture = Picture(np.full((*shape, 3), 0.5, np.float32))
    write(picture, tmp_path / f"a.{suffix}")
    assert read(tmp_path / f"a.{suffix}").pixels.shape == (*shape, 3)


def test_a_panorama_of_100_000_columns(tmp_path):
    pixels = np.zeros((100, 100_000, 1), np.float32)
    write(Picture(pixels), tmp_path / "a.png")
    assert read(tmp_path / "a.png").width == 100_000
    for suffix in ("jpg", "webp", "avif"):
        with pytest.raises(UnwritableError, match="pixels per side"):
            write(Picture(pixels), tmp_path / f"a.{suffix}")


@pytest.mark.parametrize("step", [1, 7, 100])
@pytest.mark.parametrize("suffix", ["png", "tif", "jpg", "webp", "bmp"])
def test_rows_come_in_order_whatever_the_step(tmp_path, step, suffix):
    write(smooth(), tmp_path / f"a.{suffix}")
    whole = read(tmp_path / f"a.{suffix}").pixels
    with open_picture(tmp_path / f"a.{suffix}") as file:
        parts = []
        while len(part := file.rows(step)[0]):
            parts.append(part)
        assert file.position == file.height
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_gray_says_so(tmp_path):
    write(smooth(1), tmp_path / "a.png")
    with open_picture(tmp_path / "a.png") as file:
        assert file.gray
        assert (file.height, file.width, file.channels) == (48, 64, 1)


def test_rows_refuses_no_rows_and_a_closed_file(tmp_path):
    write(smooth(), tmp_path / "a.png")
    file = open_picture(tmp_path / "a.png")
    with pytest.raises(SettingError, match="count"):
        file.rows(0)
    file.close()
    file.close()
    with pytest.raises(SettingError, match="closed"):
        file.rows(1)


@pytest.mark.parametrize(
    ("pixels", "alpha", "depth"),
    [
        (np.zeros((2, 2)), None, 8),
        (np.zeros((2, 2, 3), np.float64), None, 8),
        (np.zeros((0, 2, 3), np.float32), None, 8),
        (np.zeros((2, 2, 3), np.float32), np.zeros((2, 3), np.float32), 8),
        (np.zeros((2, 2, 3), np.float32), None, 12),
    ],
)
def test_picture_refuses_what_it_is_not(pixels, alpha, depth):
    with pytest.raises(SettingError):
        Picture(pixels, alpha, depth)


def test_writer_refuses_wrong_rows(tmp_path):
    with PictureWriter(tmp_path / "a.png", height=2, width=3, channels=3) as writer:
        rows = np.zeros((1, 3, 3), np.float32)
        for wrong in (np.zeros((1, 3, 1), np.float32), np.zeros((3, 3, 3), np.float32)):
            with pytest.raises(SettingError):
                writer.append(wrong)
        with pytest.raises(SettingError, match="no alpha"):
            writer.append(rows, np.zeros((1, 3), np.float32))
        with pytest.raises(SettingError, match="NaN"):
            writer.append(rows * np.float32("nan"))
        writer.append(rows)
        writer.append(rows)
    assert read(tmp_path / "a.png").height == 2


@pytest.mark.parametrize(
    "wrong", [{"depth": 12}, {"quality": 0}, {"height": 0}, {"format": "gif"}, {"channels": 0}]
)
def test_writer_refuses_wrong_settings(tmp_path, wrong):
    settings = {"height": 2, "width": 3, "channels": 3} | wrong
    with pytest.raises(SettingError):
        PictureWriter(tmp_path / "a.png", **settings)


def test_the_names_of_the_room_are_all_there():
    import nitido.picture as room

    for name in room.__all__:
        assert getattr(room, name) is not None
    assert imresize is room.imresize
    with pytest.raises(AttributeError):
        room.nothing  # noqa: B018


@pytest.mark.parametrize(
    ("suffix", "depth", "channels"),
    [("png", 8, 1), ("png", 16, 3), ("tif", 32, 3), ("tif", 16, 5), ("tif", 32, 1), ("bmp", 8, 3)],
)
def test_rows_may_wait_on_disk(tmp_path, monkeypatch, suffix, depth, channels):
    monkeypatch.setattr(_spool, "_IN_MEMORY", 0)
    monkeypatch.setattr(_tiff, "_STRIP", 1000)
    picture = made(channels, suffix != "bmp", depth, (123, 45))
    write(picture, tmp_path / f"a.{suffix}")
    again = read(tmp_path / f"a.{suffix}")
    np.testing.assert_array_equal(again.pixels, picture.pixels)
    assert [p.name for p in tmp_path.iterdir()] == [f"a.{suffix}"]


def test_big_tiff_carries_everything(tmp_path, monkeypatch):
    monkeypatch.setattr(_encode, "_CLASSIC_TIFF", 0)
    exif = Image.Exif()
    exif[0x010E] = "a description"
    exif.get_ifd(0x8769)[0x9003] = "2020:01:02 03:04:05"
    metadata = Metadata(exif=exif.tobytes()[6:], xmp=b"<x/>", dpi=(300.0, 150.0))
    values = made(6, True, 16)
    picture = Picture(values.pixels, values.alpha, 16, metadata)
    write(picture, tmp_path / "a.tif")
    assert (tmp_path / "a.tif").read_bytes()[:4] == b"II+\0"
    again = read(tmp_path / "a.tif")
    np.testing.assert_array_equal(again.pixels, picture.pixels)
    assert again.metadata.xmp == b"<x/>"
    assert again.metadata.dpi == (300, 150)
    found = Image.Exif()
    found.load(again.metadata.exif)
    assert found[0x010E] == "a description"
    assert found.get_ifd(0x8769)[0x9003] == "2020:01:02 03:04:05"


@pytest.mark.parametrize("mode", ["L", "F", "RGB", "RGBA"])
def test_other_programs_read_our_tiff(tmp_path, mode):
    channels, alpha, depth = {
        "L": (1, False, 8),
        "F": (1, False, 32),
        "RGB": (3, False, 8),
        "RGBA": (3, True, 8),
    }[mode]
    picture = made(channels, alpha, depth)
    write(picture, tmp_path / "a.tif")
    image = opened(tmp_path / "a.tif")
    assert image.mode == mode
    stored = np.asarray(image).reshape(23, 31, -1)[..., :channels]
    np.testing.assert_array_equal(stored / np.float32(1 if depth == 32 else 255), picture.pixels)
