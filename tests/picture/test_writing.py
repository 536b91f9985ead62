"""A file appears whole and checked, or not at all."""

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from nitido.errors import SettingError, UnwritableError
from nitido.picture import Picture, PictureWriter, _encode, read, write, writing

PICTURE = Picture(np.full((6, 5, 3), 0.25, np.float32))


def files(folder):
    return sorted(p.name for p in folder.iterdir())


def test_an_exception_leaves_nothing(tmp_path):
    (tmp_path / "old.png").write_bytes(b"old")

    def fail():
        with PictureWriter(path, height=6, width=5, channels=3, overwrite=True) as writer:
            writer.append(PICTURE.pixels)
            raise ZeroDivisionError

    path = tmp_path / "old.png"
    with pytest.raises(ZeroDivisionError):
        fail()
    assert files(tmp_path) == ["old.png"]
    assert (tmp_path / "old.png").read_bytes() == b"old"


def test_missing_rows_leave_nothing(tmp_path):
    with (
        pytest.raises(SettingError, match="only 6 of 7 rows"),
        PictureWriter(tmp_path / "a.png", height=7, width=5, channels=3) as writer,
    ):
        writer.append(PICTURE.pixels)
    assert files(tmp_path) == []


def test_close_and_abort_may_be_called_again(tmp_path):
    writer = PictureWriter(tmp_path / "a.png", height=6, width=5, channels=3)
    writer.append(PICTURE.pixels)
    writer.close()
    writer.close()
    writer.abort()
    assert files(tmp_path) == ["a.png"]
    with pytest.raises(SettingError, match="closed"):
        writer.append(PICTURE.pixels)


def test_an_output_is_not_replaced_unless_told(tmp_path):
    write(PICTURE, tmp_path / "a.png")
    before = (tmp_path / "a.png").read_bytes()
    other = Picture(PICTURE.pixels * 2)
    with pytest.raises(UnwritableError, match="allow overwriting"):
        write(other, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes() == before
    write(other, tmp_path / "a.png", overwrite=True)
    assert read(tmp_path / "a.png").pixels[0, 0, 0] > 0.4


def test_an_output_that_appears_meanwhile_is_not_replaced(tmp_path):
    writer = PictureWriter(tmp_path / "a.png", height=6, width=5, channels=3)
    writer.append(PICTURE.pixels)
    (tmp_path / "a.png").write_bytes(b"theirs")
    with pytest.raises(UnwritableError, match="meanwhile"):
        writer.close()
    assert (tmp_path / "a.png").read_bytes() == b"theirs"
    assert files(tmp_path) == ["a.png"]


def test_a_file_that_reads_back_otherwise_is_thrown_away(tmp_path, monkeypatch):
    honest = _encode.encode_file

    def careless(plan, spool, path):
        spool.array()[0, 0, 0] ^= 1
        return honest(plan, spool, path)

    monkeypatch.setattr(writing, "encode_file", careless)
    with pytest.raises(UnwritableError, match="pixels differ"):
        write(PICTURE, tmp_path / "a.png")
    assert files(tmp_path) == []


def test_lost_metadata_is_noticed(tmp_path, monkeypatch):
    from nitido.picture import Metadata

    monkeypatch.setattr(_encode._png, "head", lambda metadata: b"")
    picture = Picture(PICTURE.pixels, metadata=Metadata(xmp=b"<x/>"))
    with pytest.raises(UnwritableError, match="XMP"):
        write(picture, tmp_path / "a.png")
    assert files(tmp_path) == []


def test_killed_before_the_name_is_given(tmp_path):
    code = """
        import sys, time
        import numpy as np
        from nitido.picture import PictureWriter, writing

        def wait(*a):
            print("encoded", flush=True)
            time.sleep(60)

        writing.PictureWriter._verify = wait
        with PictureWriter(sys.argv[1], height=6, width=5, channels=3, overwrite=True) as w:
            w.append(np.zeros((6, 5, 3), np.float32))
    """
    (tmp_path / "a.png").write_bytes(b"old")
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), str(tmp_path / "a.png")],
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout.readline() == b"encoded\n"
        process.kill()
    assert (tmp_path / "a.png").read_bytes() == b"old"


def test_links_and_folders(tmp_path):
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(UnwritableError, match="no regular file"):
        write(PICTURE, tmp_path / "folder.png", overwrite=True)
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(UnwritableError, match="no regular file"):
        write(PICTURE, tmp_path / "pipe.png", overwrite=True)
    (tmp_path / "real.png").write_bytes(b"old")
    (tmp_path / "link.png").symlink_to("real.png")
    with pytest.raises(UnwritableError, match="exists already"):
        write(PICTURE, tmp_path / "link.png")
    write(PICTURE, tmp_path / "link.png", overwrite=True)
    assert (tmp_path / "link.png").is_symlink()
    assert read(tmp_path / "real.png").height == 6
    (tmp_path / "loop.png").symlink_to("loop.png")
    with pytest.raises(UnwritableError):
        write(PICTURE, tmp_path / "loop.png", overwrite=True)


def test_a_dangling_link_is_an_existing_output(tmp_path):
    (tmp_path / "link.png").symlink_to("real.png")
    with pytest.raises(UnwritableError, match="exists already"):
        write(PICTURE, tmp_path / "link.png")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("no/such/folder/a.png", "folder does not exist"),
        ("a.gif", "suffix"),
        ("a", "suffix"),
        ("a.svg", "suffix"),
        ("x" * 300 + ".png", "too long"),
        ("zero\0.png", "valid path"),
    ],
)
def test_names_that_cannot_be(tmp_path, name, says):
    with pytest.raises(UnwritableError, match=says):
        write(PICTURE, tmp_path / name)
    assert files(tmp_path) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(UnwritableError, match="folder"):
        write(PICTURE, tmp_path / "a.png")
    tmp_path.chmod(0o700)


@pytest.mark.parametrize("suffix", ["png", "tif", "jpg", "webp", "avif", "bmp"])
def test_a_full_disk(tmp_path, suffix):
    code = """
        import resource, signal, sys
        import numpy as np
        from nitido.errors import UnwritableError
        from nitido.picture import Picture, write

        noise = np.random.default_rng(0).random((200, 200, 3), np.float32)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
        try:
            write(Picture(noise), sys.argv[1])
        except UnwritableError as error:
            print(error)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(tmp_path / f"a.{suffix}")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "written" in done.stdout
    assert "Traceback" not in done.stderr
    assert files(tmp_path) == []


def test_permissions_follow_the_user(tmp_path):
    old = os.umask(0o027)
    try:
        write(PICTURE, tmp_path / "a.png")
    finally:
        os.umask(old)
    assert (tmp_path / "a.png").stat().st_mode & 0o777 == 0o640
    (tmp_path / "a.png").chmod(0o600)
    write(PICTURE, tmp_path / "a.png", overwrite=True)
    assert (tmp_path / "a.png").stat().st_mode & 0o777 == 0o600


def test_the_output_may_be_the_input(tmp_path):
    write(PICTURE, tmp_path / "a.png")
    picture = read(tmp_path / "a.png")
    write(picture, tmp_path / "a.png", overwrite=True)
    np.testing.assert_array_equal(read(tmp_path / "a.png").pixels, picture.pixels)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells the peak of a process")
@pytest.mark.parametrize("suffix", ["tif", "jpg"])
def test_memory_is_bounded(tmp_path, suffix):
    """60 megapixels, 180 MB of pixels: far less is ever held."""
    code = """
        import sys
        from pathlib import Path
        import numpy as np
        from nitido.picture import PictureWriter, open_picture

        source, target = sys.argv[1:]
        band = np.tile(np.linspace(0, 1, 6000, dtype=np.float32)[:, None], (100, 1, 3))
        with PictureWriter(source, height=10_000, width=6000, channels=3) as writer:
            for _ in range(100):
                writer.append(band)
        with open_picture(source) as file, PictureWriter(
            target, height=file.height, width=file.width, channels=3
        ) as writer:
            while file.position < file.height:
                writer.append(*file.rows(100))
        # ru_maxrss would count what the parent held before it started this process
        print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
    """
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            textwrap.dedent(code),
            str(tmp_path / f"in.{suffix}"),
            str(tmp_path / f"out.{suffix}"),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) * 1024 < 400e6
    assert files(tmp_path) == [f"in.{suffix}", f"out.{suffix}"]
