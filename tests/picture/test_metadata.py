"""What a file carries besides pixels arrives in the next one."""

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import IFDRational

from nitido.errors import SettingError
from nitido.picture import Metadata, Picture, read, write

ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a tiff:Orientation="6" dc:creator="Ana"/></x:xmpmeta>'
CARRYING = ["jpg", "png", "tif", "webp", "avif"]
NOTE = bytes(range(256)) * 3


def opened(path):
    return Image.open(io.BytesIO(path.read_bytes()))


def exif(orientation=6):
    block = Image.Exif()
    block[0x010E] = "a description"
    block[0x0110] = "Camera"
    block[0x013B] = "Ana Artist"
    if orientation is not None:
        block[0x0112] = orientation
    inner = block.get_ifd(0x8769)
    inner[0x9003] = "2020:01:02 03:04:05"
    inner[0x829A] = IFDRational(1, 250)
    inner[0xA431] = "SERIAL-4711"
    inner[0x927C] = NOTE
    inner[0xA002] = 60
    inner[0xA003] = 40
    place = block.get_ifd(0x8825)
    place[1], place[2] = "N", (40.0, 25.0, 1.0)
    return block


@pytest.fixture
def photo():
    y, x = np.mgrid[:40, :60]
    return Image.fromarray(np.stack([x * 4, y * 6, 255 - x * 4], 2).astype(np.uint8))


def save(photo, path):
    """Save with everything, by the means that Pillow has for each format."""
    settings = {"exif": exif(), "icc_profile": ICC, "dpi": (300, 300), "xmp": XMP}
    if path.suffix == ".png":
        settings["pnginfo"] = PngInfo()
        settings["pnginfo"].add_itxt("XML:com.adobe.xmp", XMP.decode())
    if path.suffix == ".tif":
        block = settings.pop("exif")
        tags = dict(block) | {0x8769: block.get_ifd(0x8769), 0x8825: block.get_ifd(0x8825)}
        settings["tiffinfo"] = tags | {700: settings.pop("xmp")}
    photo.save(path, **settings)


@pytest.mark.parametrize("target", CARRYING)
@pytest.mark.parametrize("source", CARRYING)
def test_everything_travels_between_formats(photo, tmp_path, source, target):
    save(photo, tmp_path / f"in.{source}")
    write(read(tmp_path / f"in.{source}"), tmp_path / f"out.{target}")
    with Image.open(tmp_path / f"out.{target}") as out:
        assert out.size == (40, 60)  # upright
        assert out.info["icc_profile"] == ICC
        found = out.getexif()
        assert found[0x010E] == "a description"
        assert found.get(0x0112, 1) == 1
        inner = found.get_ifd(0x8769)
        assert inner[0x9003] == "2020:01:02 03:04:05"
        assert inner[0x829A] == pytest.approx(1 / 250)
        assert inner[0x927C] == NOTE
        assert (inner[0xA002], inner[0xA003]) == (40, 60)  # true after turning
        assert found.get_ifd(0x8825)[2] == (40.0, 25.0, 1.0)
        if source in ("jpg", "png", "tif"):  # the others have no place of their own for it
            dpi = out.info.get("dpi") or (300, 300)
            assert dpi == pytest.approx((300, 300), abs=0.01)
            assert read(tmp_path / f"out.{target}").metadata.dpi is not None or target in (
                "webp",
                "avif",
            )
    again = read(tmp_path / f"out.{target}").metadata.xmp
    assert again == XMP.replace(b'"6"', b'"1"')


@pytest.mark.parametrize("suffix", ["webp", "avif", "tif", "png", "jpg"])
def test_resolution_alone_is_kept(tmp_path, suffix):
    picture = Picture(np.zeros((4, 5, 3), np.float32), metadata=Metadata(dpi=(200.0, 100.0)))
    write(picture, tmp_path / f"a.{suffix}")
    assert read(tmp_path / f"a.{suffix}").metadata.dpi == pytest.approx((200, 100), abs=0.02)


@pytest.mark.parametrize("suffix", CARRYING)
def test_nothing_is_made_up(tmp_path, suffix):
    write(Picture(np.zeros((4, 5, 3), np.float32)), tmp_path / f"a.{suffix}")
    metadata = read(tmp_path / f"a.{suffix}").metadata
    assert metadata == Metadata()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_orientation_is_applied_once(photo, tmp_path, suffix, orientation):
    lossless = {"lossless": True} if suffix == "webp" else {}
    photo.save(tmp_path / f"a.{suffix}", exif=exif(orientation), **lossless)
    from PIL import ImageOps

    with Image.open(tmp_path / f"a.{suffix}") as stored:
        wanted = np.asarray(ImageOps.exif_transpose(stored))
    picture = read(tmp_path / f"a.{suffix}")
    tolerance = 3 if suffix == "jpg" else 0
    np.testing.assert_allclose(picture.pixels * 255, wanted, atol=tolerance + 1e-3)
    assert ("turned upright" in picture.notes) == (orientation != 1)
    write(picture, tmp_path / f"b.{suffix}")
    again = read(tmp_path / f"b.{suffix}")
    assert again.notes == ()
    assert again.pixels.shape == picture.pixels.shape


@pytest.mark.parametrize("orientation", [0, 9, 65_535, "six", None])
def test_a_senseless_orientation_counts_as_1(photo, tmp_path, orientation):
    block = exif(None)
    data = bytearray(block.tobytes())
    if orientation is not None:
        block[0x0112] = 3
        data = bytearray(block.tobytes())
        order = "<" if b"II" in data[:8] else ">"
        at = data.index(struct.pack(order + "HHIH", 0x0112, 3, 1, 3))
        if isinstance(orientation, str):
            struct.pack_into(order + "HHI4s", data, at, 0x0112, 2, 4, b"six\0")
        else:
            struct.pack_into(order + "HHIHH", data, at, 0x0112, 3, 1, orientation, 0)
    photo.save(tmp_path / "a.jpg", exif=bytes(data))
    picture = read(tmp_path / "a.jpg")
    assert picture.pixels.shape == (40, 60, 3)
    write(picture, tmp_path / "b.jpg")
    assert opened(tmp_path / "b.jpg").getexif().get(0x0112, 1) == 1


@pytest.mark.parametrize("suffix", CARRYING)
def test_private_drops_people_and_places(photo, tmp_path, suffix):
    save(photo, tmp_path / f"in.{suffix}")
    write(read(tmp_path / f"in.{suffix}"), tmp_path / f"out.{suffix}", metadata="private")
    data = (tmp_path / f"out.{suffix}").read_bytes()
    for secret in (b"Ana", b"4711", NOTE[:200], struct.pack("<II", 40, 1) + struct.pack("<I", 25)):
        assert secret not in data
    with Image.open(tmp_path / f"out.{suffix}") as out:
        found = out.getexif()
        assert found[0x0110] == "Camera"
        assert found.get_ifd(0x8769)[0x9003] == "2020:01:02 03:04:05"
        assert not found.get_ifd(0x8825)
        assert out.info["icc_profile"] == ICC


@pytest.mark.parametrize("suffix", CARRYING)
def test_strip_leaves_only_the_profile(photo, tmp_path, suffix):
    save(photo, tmp_path / f"in.{suffix}")
    write(read(tmp_path / f"in.{suffix}"), tmp_path / f"out.{suffix}", metadata="strip")
    assert read(tmp_path / f"out.{suffix}").metadata == Metadata(icc=ICC)


def test_an_unknown_metadata_policy_is_refused(tmp_path):
    with pytest.raises(SettingError, match="keep, private, strip"):
        write(Picture(np.zeros((2, 2, 3), np.float32)), tmp_path / "a.png", metadata="some")


def test_corrupt_exif_is_left_out_and_said(photo, tmp_path):
    photo.save(tmp_path / "a.jpg", exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + bytes(40))
    picture = read(tmp_path / "a.jpg")
    assert picture.metadata.exif is None
    assert "EXIF" in picture.notes[0]
    write(picture, tmp_path / "b.jpg")


def test_the_old_thumbnail_goes(photo, tmp_path):
    thumbnail = io.BytesIO()
    photo.resize((16, 12)).save(thumbnail, "JPEG")
    small = thumbnail.getvalue()
    head = struct.pack("<4sIHHHIHHI", b"II*\0", 8, 1, 0x0112, 3, 1, 6, 0, 26)
    tags = struct.pack("<HHHIIHHIII", 2, 0x0201, 4, 1, 56, 0x0202, 4, 1, len(small), 0)
    block = (head + tags).ljust(56, b"\0") + small
    photo.save(tmp_path / "a.jpg", exif=b"Exif\0\0" + block)
    picture = read(tmp_path / "a.jpg")
    assert small not in picture.metadata.exif
    write(picture, tmp_path / "b.jpg")
    assert small not in (tmp_path / "b.jpg").read_bytes()


def test_a_large_profile_spans_segments_and_a_cut_one_is_left_out(photo, tmp_path):
    big = ICC[:128] + ICC[128:] + bytes(200_000)
    photo.save(tmp_path / "a.jpg", icc_profile=big)
    picture = read(tmp_path / "a.jpg")
    assert picture.metadata.icc == big
    write(picture, tmp_path / "b.jpg")
    assert opened(tmp_path / "b.jpg").info["icc_profile"] == big
    data = (tmp_path / "a.jpg").read_bytes()
    at = data.index(b"ICC_PROFILE\0\2")
    (tmp_path / "c.jpg").write_bytes(data[:at] + b"XCC" + data[at + 3 :])
    assert "incomplete" in read(tmp_path / "c.jpg").notes[0]


@pytest.mark.parametrize("suffix", CARRYING)
def test_a_profile_for_other_channels_is_left_out(photo, tmp_path, suffix):
    wrong = ICC[:16] + b"CMYK" + ICC[20:]
    photo.save(tmp_path / f"a.{suffix}", icc_profile=wrong)
    picture = read(tmp_path / f"a.{suffix}")
    assert picture.metadata.icc is None
    assert "CMYK" in picture.notes[0]


def test_exif_beyond_64_kilobytes_is_said_for_jpeg_and_kept_elsewhere(photo, tmp_path):
    block = exif()
    block.get_ifd(0x8769)[0x927C] = bytes(70_000)
    photo.save(tmp_path / "a.png", exif=block)
    picture = read(tmp_path / "a.png")
    assert any("64 KB" in note for note in write(picture, tmp_path / "b.jpg"))
    assert any("60 KB" in note for note in write(picture, tmp_path / "b.avif"))
    for suffix in ("png", "webp", "tif"):
        assert write(picture, tmp_path / f"b.{suffix}") == ()


def test_xmp_with_a_script_is_only_bytes(photo, tmp_path):
    script = b"<x:xmpmeta><script>alert(1)</script></x:xmpmeta>"
    photo.save(tmp_path / "a.jpg", xmp=script)
    write(read(tmp_path / "a.jpg"), tmp_path / "b.png")
    assert read(tmp_path / "b.png").metadata.xmp == script


def test_tags_of_other_fields_stay_in_tiff(photo, tmp_path):
    photo.save(tmp_path / "a.tif", tiffinfo={33550: (0.5, 0.5, 0.0), 42112: "<GDAL/>"})
    picture = read(tmp_path / "a.tif")
    write(picture, tmp_path / "b.tif")
    tags = opened(tmp_path / "b.tif").tag_v2
    assert tags[33550] == (0.5, 0.5, 0.0)
    assert tags[42112] == "<GDAL/>"


def test_big_endian_exif_travels_into_tiff_and_back(photo, tmp_path):
    block = exif()
    block.endian = ">"
    data = block.tobytes()
    assert b"MM\0*" in data[:10]
    photo.save(tmp_path / "a.jpg", exif=data)
    write(read(tmp_path / "a.jpg"), tmp_path / "b.tif")
    write(read(tmp_path / "b.tif"), tmp_path / "c.jpg")
    found = opened(tmp_path / "c.jpg").getexif()
    assert found.get_ifd(0x8769)[0x829A] == pytest.approx(1 / 250)
    assert found.get_ifd(0x8825)[2] == (40.0, 25.0, 1.0)


@pytest.mark.parametrize("dpi", [(0, 72), (-1.0, 72.0), (1e9, 72.0), (float("nan"), 1.0)])
def test_a_resolution_without_sense_is_refused(dpi):
    with pytest.raises(SettingError, match="dpi"):
        Metadata(dpi=dpi)


def test_a_resolution_without_sense_is_left_out_of_a_file(photo, tmp_path):
    photo.save(tmp_path / "a.bmp")
    data = bytearray((tmp_path / "a.bmp").read_bytes())
    struct.pack_into("<II", data, 38, 2**32 - 1, 2**32 - 1)
    (tmp_path / "a.bmp").write_bytes(data)
    picture = read(tmp_path / "a.bmp")
    assert picture.metadata.dpi is None
    assert "resolution" in picture.notes[0]
    write(picture, tmp_path / "b.tif")


@pytest.mark.parametrize("suffix", CARRYING)
def test_an_exif_block_that_is_none_is_left_out(tmp_path, suffix):
    picture = Picture(np.zeros((4, 5, 3), np.float32), metadata=Metadata(exif=b"no EXIF at all"))
    assert "EXIF" in write(picture, tmp_path / f"a.{suffix}")[0]
    assert read(tmp_path / f"a.{suffix}").metadata == Metadata()
