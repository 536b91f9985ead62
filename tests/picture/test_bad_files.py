"""Files that are no pictures, are damaged, or are bombs: a sentence, never a half picture."""

import io
import os
import socket
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nitido.errors import PictureError, RefusedError, SettingError, UnreadableError
from nitido.picture import Policy, open_picture, read

FORMATS = ["jpg", "png", "tif", "webp", "gif", "avif", "bmp"]


@pytest.fixture(scope="module")
def samples():
    y, x = np.mgrid[:120, :160]
    noise = np.random.default_rng(2).integers(0, 40, (120, 160, 3))
    values = (np.stack([x, y, 200 - x], 2) + noise).clip(0, 255).astype(np.uint8)
    out = {}
    for suffix in FORMATS:
        stream = io.BytesIO()
        names = {"jpg": "JPEG", "tif": "TIFF"}
        Image.fromarray(values).save(stream, names.get(suffix, suffix.upper()))
        out[suffix] = stream.getvalue()
    return out


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.png", b"", "empty"),
        ("one.png", b"\x89", "no picture"),
        ("text.jpg", b"not a picture", "plain text"),
        ("html.png", b"<html>404</html>", "web page"),
        ("page.jpg", b"\n<!DOCTYPE html><title>x", "web page"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        ("a.png", b"%PDF-1.7 ...", "PDF"),
        ("a.jpg", b"PK\x03\x04....", "zip"),
        ("a.avif", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "damaged"),
        ("a.jpg", b"\xff\xd8\xff", "damaged"),
        ("a.tif", b"II*\0", "damaged"),
        ("a.tif", b"II*\0\x08\0\0\0\xff\xff", "damaged"),
        ("a.webp", b"RIFF\x04\0\0\0WEBP", "damaged"),
        ("a.gif", b"GIF89a", "damaged"),
        ("a.bmp", b"BM" + bytes(40), "damaged"),
        ("a.avif", b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", "damaged"),
    ],
)
def test_what_is_no_picture(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableError, match=says) as caught:
        read(tmp_path / name)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_regular_file(tmp_path):
    (tmp_path / "folder.jpg").mkdir()
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "broken.jpg").symlink_to(tmp_path / "nowhere.jpg")
    (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
    server = socket.socket(socket.AF_UNIX)
    here = os.open(".", os.O_RDONLY)
    os.chdir(tmp_path)  # socket names are short
    server.bind("socket.jpg")
    os.fchdir(here)
    os.close(here)
    server.close()
    for name, says in (
        ("folder.jpg", "a folder"),
        ("pipe.jpg", "a named pipe"),
        ("socket.jpg", "a socket"),
        ("broken.jpg", "a link to a file that does not exist"),
        ("loop.jpg", "symbolic links"),
        ("absent.jpg", "does not exist"),
    ):
        with pytest.raises(UnreadableError, match=says):
            read(tmp_path / name)
    with pytest.raises(UnreadableError, match="a device"):
        read("/dev/zero")
    with pytest.raises(UnreadableError):
        read("with\0zero.jpg")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path, samples):
    (tmp_path / "a.png").write_bytes(samples["png"])
    (tmp_path / "a.png").chmod(0)
    with pytest.raises(UnreadableError, match="permissions"):
        read(tmp_path / "a.png")


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.95])
@pytest.mark.parametrize("suffix", FORMATS)
def test_truncated_files(tmp_path, samples, suffix, share):
    data = samples[suffix]
    (tmp_path / f"a.{suffix}").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(UnreadableError):
        read(tmp_path / f"a.{suffix}")


@pytest.mark.parametrize("suffix", ["jpg", "tif", "webp", "gif", "avif", "bmp"])
def test_the_last_bytes_count(tmp_path, samples, suffix):
    (tmp_path / f"a.{suffix}").write_bytes(samples[suffix][:-2])
    with pytest.raises(UnreadableError):
        read(tmp_path / f"a.{suffix}")


def test_a_progressive_jpeg_cut_in_a_scan(tmp_path, samples):
    Image.open(io.BytesIO(samples["png"])).save(tmp_path / "a.jpg", progressive=True)
    data = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(data[: len(data) // 2])
    with pytest.raises(UnreadableError):
        read(tmp_path / "a.jpg")


@pytest.mark.parametrize("place", [0.3, 0.5, 0.8])
def test_a_png_with_one_wrong_bit(tmp_path, samples, place):
    data = bytearray(samples["png"])
    data[int(len(data) * place)] ^= 1
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(UnreadableError):
        read(tmp_path / "a.png")


def test_a_png_without_its_end_says_so(tmp_path, samples):
    (tmp_path / "a.png").write_bytes(samples["png"][:-12])
    assert "end is missing" in read(tmp_path / "a.png").notes[0]


def test_salvage_gives_what_there_is_and_says_so(tmp_path, samples):
    (tmp_path / "a.jpg").write_bytes(samples["jpg"][: len(samples["jpg"]) // 2])
    picture = read(tmp_path / "a.jpg", Policy(salvage=True))
    assert picture.pixels.shape == (120, 160, 3)
    assert any("salvage" in note for note in picture.notes)


def test_a_tiff_whose_pages_run_in_a_circle(tmp_path):
    frames = [Image.new("L", (8, 8), i) for i in range(3)]
    frames[0].save(tmp_path / "a.tif", save_all=True, append_images=frames[1:])
    data = bytearray((tmp_path / "a.tif").read_bytes())
    first = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, first)[0]
    struct.pack_into("<I", data, first + 2 + 12 * count, first)
    (tmp_path / "a.tif").write_bytes(data)
    with pytest.raises(UnreadableError, match="circle"):
        read(tmp_path / "a.tif")


def test_a_tiff_folder_beyond_the_end(tmp_path, samples):
    data = bytearray(samples["tif"])
    struct.pack_into("<I", data, 4, len(data) + 100)
    (tmp_path / "a.tif").write_bytes(data)
    with pytest.raises(UnreadableError, match="outside the file"):
        read(tmp_path / "a.tif")


def bomb(width, height):
    """Return the start of a 1-bit PNG of any size, with valid pixel data for its first rows."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(1000 * (width // 8 + 1)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels)


def test_a_pixel_bomb_is_refused_before_decoding(tmp_path):
    (tmp_path / "a.png").write_bytes(bomb(60_000, 60_000))
    with pytest.raises(RefusedError, match="max_pixels"):
        read(tmp_path / "a.png")


def test_a_gigapixel_may_be_opened(tmp_path):
    (tmp_path / "a.png").write_bytes(bomb(32_000, 32_000))
    with open_picture(tmp_path / "a.png") as file:
        assert file.rows(2)[0].shape == (2, 32_000, 1)


@pytest.mark.parametrize("kind", [b"iTXt", b"zTXt", b"iCCP"])
def test_text_bombs_in_png(tmp_path, samples, kind):
    packed = zlib.compress(bytes(20_000_000), 9)
    head = {
        b"iTXt": b"XML:com.adobe.xmp\0\1\0\0\0",
        b"zTXt": b"Raw profile type exif\0\0",
        b"iCCP": b"x\0\0",
    }
    data = samples["png"]
    (tmp_path / "a.png").write_bytes(data[:33] + chunk(kind, head[kind] + packed) + data[33:])
    with pytest.raises(RefusedError, match="max_metadata"):
        read(tmp_path / "a.png", Policy(max_metadata=1_000_000))


@pytest.mark.parametrize(
    ("policy", "rule"),
    [
        (Policy(max_pixels=1000), "max_pixels"),
        (Policy(max_bytes=1000), "max_bytes"),
        (Policy(max_channels=2), "max_channels"),
        (Policy(formats=("jpeg",)), "formats"),
    ],
)
def test_the_message_names_the_rule(tmp_path, samples, policy, rule):
    (tmp_path / "a.png").write_bytes(samples["png"])
    with pytest.raises(RefusedError, match=rule):
        read(tmp_path / "a.png", policy)


@pytest.mark.parametrize("suffix", ["tif", "gif", "webp", "png"])
def test_too_many_frames(tmp_path, suffix):
    frames = [Image.new("RGB", (8, 8), (i * 20, 0, 255 - i * 20)) for i in range(12)]
    path = tmp_path / f"a.{suffix}"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    with pytest.raises(RefusedError, match="max_frames"):
        read(path, Policy(max_frames=5))


@pytest.mark.parametrize("wrong", [{"max_pixels": 0}, {"formats": ("svg",)}])
def test_a_policy_without_sense(wrong):
    with pytest.raises(SettingError):
        Policy(**wrong)


def test_the_type_is_found_from_the_content(tmp_path, samples):
    (tmp_path / "really a.jpg").write_bytes(samples["png"])
    assert read(tmp_path / "really a.jpg").format == "png"
    (tmp_path / "no suffix").write_bytes(samples["tif"])
    assert read(tmp_path / "no suffix").format == "tiff"


@pytest.mark.parametrize(
    "name", ["ñ 照片 😀.png", "-rf.png", "a[page=1].png", "new\nline.png", "أ.png", "x" * 240]
)
def test_odd_names(tmp_path, samples, name):
    (tmp_path / name).write_bytes(samples["png"])
    assert read(tmp_path / name).width == 160
    (tmp_path / name).write_bytes(b"?")
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_name_that_is_no_text(tmp_path, samples):
    name = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.png")
    try:
        with open(name, "wb") as file:  # noqa: PTH123
            file.write(samples["png"])
    except OSError:
        pytest.skip("this file system holds only text as names")
    assert read(name).width == 160


@pytest.mark.parametrize("suffix", FORMATS)
def test_random_damage_gives_a_picture_or_a_sentence(tmp_path, samples, suffix):
    rng = np.random.default_rng(3)
    path = tmp_path / f"a.{suffix}"
    for _ in range(40):
        data = np.frombuffer(samples[suffix], np.uint8).copy()
        at = (
            rng.integers(0, min(len(data), 400), 3)
            if rng.random() < 0.6
            else rng.integers(0, len(data), 3)
        )
        data[at] = rng.integers(0, 256, 3)
        path.write_bytes(data.tobytes())
        try:
            picture = read(path, Policy.server())
        except PictureError as error:
            assert "\n" not in str(error)  # noqa: PT017
        else:
            assert np.isfinite(picture.pixels).all()


def test_nothing_stays_open(tmp_path, samples):
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        pytest.skip("this system does not list open files")
    before = len(list(folder.iterdir()))
    for suffix in FORMATS:
        path = tmp_path / f"a.{suffix}"
        path.write_bytes(samples[suffix])
        read(path)
        path.write_bytes(samples[suffix][:200])
        with pytest.raises(UnreadableError):
            read(path)
    assert len(list(folder.iterdir())) <= before
