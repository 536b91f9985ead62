"""Archives of strangers: only pictures come out, and nothing leaves the folder."""

import io
import stat
import tarfile
import zipfile

import pytest
from PIL import Image

from nitido.data._archive import unpack
from nitido.errors import DataError


def picture(level=0):
    file = io.BytesIO()
    Image.new("RGB", (4, 3), (level, 0, 0)).save(file, "png")
    return file.getvalue()


def zipped(names, links=()):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in names.items():
            archive.writestr(name, body)
        for name in links:
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, "/etc/hostname")
    return file.getvalue()


def tarred(names, links=()):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, body in names.items():
            info = tarfile.TarInfo(name)
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
        for name, kind in zip(links, (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE)):  # noqa: B905
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/hostname"
            archive.addfile(info)
    return file.getvalue()


PACKERS = [("a.zip", zipped), ("a.tgz", tarred)]


@pytest.fixture(params=PACKERS, ids=["zip", "tar"])
def packed(request, tmp_path):
    """Unpack an archive that is made of names and contents."""

    def run(names, links=(), **settings):
        name, pack = request.param
        (tmp_path / name).write_bytes(pack(names, links))
        count = unpack(tmp_path / name, tmp_path / "out", **settings)
        out = tmp_path / "out"
        return count, sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file())

    return run


def test_only_pictures_inside_are_unpacked(packed):
    names = {
        "set/images/a.png": picture(),
        "set/images/deep/b.JPG": b"...",
        "set/images/Thumbs.db": b"...",
        "set/images/._a.png": b"...",
        "set/run.sh": b"...",
        "set/other/c.png": picture(),
        "set/images2/d.png": picture(),
    }
    assert packed(names, inside="set/images") == (2, ["a.png", "deep/b.JPG"])


@pytest.mark.parametrize(
    "name", ["../out.png", "/out.png", "a/../../out.png", "a\\..\\out.png", "c:out.png"]
)
def test_no_name_leaves_the_folder(packed, tmp_path, name):
    with pytest.raises(DataError, match="would leave the folder"):
        packed({name: picture()})
    assert not list(tmp_path.rglob("*.png"))


@pytest.mark.parametrize("links", [("a.png",), ("b.txt", "b.png"), ("b.txt", "c.txt", "c.png")])
def test_links_are_refused(packed, tmp_path, links):
    with pytest.raises(DataError, match="is a link or a device"):
        packed({}, links)
    assert not list(tmp_path.rglob("*.png"))


def test_bombs_are_refused(packed, tmp_path):
    with pytest.raises(DataError, match="is it a bomb"):
        packed({"a.png": bytes(10_000_000)}, most_bytes=1_000_000)
    assert sum(f.stat().st_size for f in (tmp_path / "out").rglob("*")) <= 2_000_000
    with pytest.raises(DataError, match="more than 2 pictures"):
        packed({f"b{i}.png": b"" for i in range(3)}, most_files=2)


def test_archives_that_hold_nothing_are_refused(packed):
    with pytest.raises(DataError, match=r"no pictures in images; has its layout changed\?"):
        packed({"a.png": picture()}, inside="images")


@pytest.mark.parametrize(("name", "pack"), PACKERS)
def test_a_damaged_archive_is_one_sentence(tmp_path, name, pack):
    whole = pack({f"{i}.png": picture(i) * 50 for i in range(20)})
    for content in (whole[: len(whole) // 2], b"nothing of that kind"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match="cannot be unpacked"):
            unpack(tmp_path / name, tmp_path / "out")
