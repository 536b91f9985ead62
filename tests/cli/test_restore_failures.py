"""``nitido restore``: what is bad, locked or fails stops nothing else and leaves nothing."""

import json
import os
import shutil
import struct
import zlib

import numpy as np
import pytest


def bomb():
    """A PNG that says it has 60,000 x 60,000 pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    parts = header, b"IDAT" + zlib.compress(bytes(10_000)), b"IEND"
    chunks = [struct.pack(">I", len(p) - 4) + p + struct.pack(">I", zlib.crc32(p)) for p in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.fixture
def bad(tmp_path, photo):
    folder = tmp_path / "bad"
    folder.mkdir()
    good = photo.read_bytes()
    (folder / "empty.png").write_bytes(b"")
    (folder / "one.png").write_bytes(b"x")
    (folder / "text.jpg").write_text("not a picture")
    (folder / "html.png").write_text("<html>404</html>")
    (folder / "cut.png").write_bytes(good[: len(good) // 2])
    crc = bytearray(good)
    crc[200:400] = bytes(200)
    (folder / "crc.png").write_bytes(crc)
    (folder / "dir.jpg").mkdir()
    (folder / "broken-link.png").symlink_to(folder / "nowhere.png")
    (folder / "loop.png").symlink_to(folder / "loop.png")
    os.mkfifo(folder / "pipe.png")
    (folder / "bomb.png").write_bytes(bomb())
    (folder / "svg.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / "svg.png").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / "lfs.png").write_text("version https://git-lfs.github.com/spec/v1\n")
    shutil.copy(photo, folder / "good one, ñ 照片.png")
    return folder


def test_bad_files_never_stop_a_folder(nitido, bad, tmp_path, made):
    out = tmp_path / "out"
    ran = nitido("restore", bad, "-o", out, "--task", "denoise", "--json")
    assert ran.code == 3
    lines = {json.loads(line)["input"]: json.loads(line) for line in ran.out.splitlines()}
    assert len(lines) == len(list(bad.iterdir())) - 1  # all but the .svg
    for path, line in lines.items():
        assert line["status"] == ("ok" if "good one" in path else "failed")
        if line["status"] == "failed":
            assert line["reason"]
            assert "unexpected" not in line["reason"]
            assert "\n" not in line["reason"]
    assert "max_pixels" in lines[str(bad / "bomb.png")]["reason"]
    assert made(out) == ["good one, ñ 照片.png"]


def test_exit_code_4_when_all_fail(nitido, bad):
    ran = nitido("restore", bad / "empty.png", bad / "svg.svg", bad / "missing.png")
    assert ran.code == 4
    assert len([line for line in ran.err.splitlines() if line.startswith("failed: ")]) == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_what_may_not_be_read_or_written(nitido, tmp_path, photo):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    photo.chmod(0)
    assert nitido("restore", photo, "--task", "denoise").code == 4
    photo.chmod(0o600)
    assert nitido("restore", photo, "-o", locked / "a.png", "--task", "denoise").code == 4


def test_an_engine_that_fails_leaves_nothing(nitido, photo, monkeypatch, made):
    from nitido.engines.openvino import OpenVino

    monkeypatch.setattr(OpenVino, "__call__", lambda self, lq, sigma=None: lq * np.nan)
    ran = nitido("restore", photo, "--task", "denoise", "--sigma", 25)
    assert ran.code == 4
    assert "not finite" in ran.err
    assert made(photo.parent) == ["photo.png"]
