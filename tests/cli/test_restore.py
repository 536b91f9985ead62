"""``nitido restore``: files in, files out, everything they carried, and what is said about it."""

import io
import json
import os
import shutil
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from nitido.picture import Picture, read, write

KEYS = ["input", "output", "status", "reason", "task", "weights", "engine", "precision"]
KEYS += ["tile", "megapixels", "seconds", "engine_seconds"]
LONG = "照" * 83 + "ab.png"  # 255 bytes


@pytest.fixture
def photo(tmp_path, damaged):
    path = tmp_path / "photo.png"
    Image.fromarray(damaged()).save(path)
    return path


def opened(path):
    return Image.open(io.BytesIO(path.read_bytes()))


def made(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


# --- where results go


def test_the_result_goes_beside_the_input(nitido, photo):
    ran = nitido("restore", photo, "--task", "denoise")
    assert ran.code == 0
    assert made(photo.parent) == ["photo.png", "photo.restored.png"]
    assert ran.out == ""
    assert f"{photo} -> {photo.with_name('photo.restored.png')}" in ran.err
    lq, restored = (read(p).pixels for p in (photo, photo.with_name("photo.restored.png")))
    assert np.abs(np.diff(restored, axis=0)).mean() < 0.7 * np.abs(np.diff(lq, axis=0)).mean()


def test_an_existing_result_is_replaced_only_with_leave(nitido, photo):
    target = photo.with_name("photo.restored.png")
    target.write_bytes(b"mine")
    ran = nitido("restore", photo, "--task", "denoise")
    assert ran.code == 4
    assert "exists already" in ran.err
    assert target.read_bytes() == b"mine"
    assert nitido("restore", photo, "--task", "denoise", "--overwrite").code == 0
    assert read(target).width == 64


def test_an_input_is_replaced_only_with_leave(nitido, photo):
    before = photo.read_bytes()
    assert nitido("restore", photo, "-o", photo, "--task", "denoise").code == 4
    assert photo.read_bytes() == before
    assert nitido("restore", photo, "-o", photo, "--task", "denoise", "--overwrite").code == 0
    assert photo.read_bytes() != before
    assert made(photo.parent) == ["photo.png"]


def test_the_output_may_be_a_file_of_another_format(nitido, photo):
    target = photo.with_name("new") / "deep" / "out.tif"
    assert nitido("restore", photo, "-o", target, "--task", "denoise").code == 0
    assert opened(target).format == "TIFF"


def test_a_tree_is_mirrored(nitido, tmp_path, damaged):
    tree, out = tmp_path / "tree", tmp_path / "out"
    (tree / "a" / "b").mkdir(parents=True)
    for place in ("one.png", "a/two.png", "a/b/three.bmp"):
        Image.fromarray(damaged(24, 24)).save(tree / place)
    assert nitido("restore", tree, "-o", out, "--recursive", "--task", "denoise").code == 0
    assert made(out) == ["a/b/three.bmp", "a/two.png", "one.png"]
    shutil.rmtree(out)
    assert nitido("restore", tree, "-o", out, "--task", "denoise").code == 0
    assert made(out) == ["one.png"]


def test_a_pattern_that_the_shell_left_alone(nitido, tmp_path, damaged):
    for name in ("a1.png", "a2.png", "b.png"):
        Image.fromarray(damaged(24, 24)).save(tmp_path / name)
    out = tmp_path / "out"
    assert nitido("restore", tmp_path / "a?.png", "-o", out, "--task", "denoise").code == 0
    assert made(out) == ["a1.png", "a2.png"]


HARD_NAMES = [
    "ñ 照片 e\u0301 😀.png",
    "new\nline.png",
    "-o.png",
    "q\"u'o`te$(x).png",
    "esc\x1b[31m.png",
    "\u202egnp.png",
    os.fsdecode(b"\xff\xfe.png"),
    LONG,
]


def test_hard_names(nitido, tmp_path, photo):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for name in HARD_NAMES:
        shutil.copy(photo, folder / name)
    ran = nitido("restore", folder, "-o", out, "--task", "denoise", "--json", "--compare")
    assert ran.code == 0, ran.err
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert sorted(line["input"] for line in lines) == sorted(str(folder / n) for n in HARD_NAMES)
    files = made(out)
    assert set(HARD_NAMES) < set(files)
    assert len(files) == 2 * len(HARD_NAMES)
    shown = nitido("restore", folder, "-o", tmp_path / "again", "--task", "denoise").err
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert len(shown.splitlines()) == len(HARD_NAMES) + 1


def test_a_name_that_begins_with_a_dash(nitido, tmp_path, photo, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(photo, "-o.png")
    assert nitido("restore", "--task", "denoise", "--", "-o.png").code == 0
    assert "-o.restored.png" in made(tmp_path)


# --- nothing is lost


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits_stay_sixteen(nitido, tmp_path, suffix):
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:96, :128].astype(np.float32)
    pixels = 0.2 + 0.4 * (x / 128)[..., None] + 0.2 * (y / 96)[..., None] * np.ones(3)
    pixels = pixels + 0.02 * rng.standard_normal(pixels.shape)
    source, target = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    write(Picture(pixels.astype(np.float32), None, 16), source)
    assert nitido("restore", source, "-o", target, "--task", "denoise").code == 0
    restored = read(target)
    assert restored.depth == 16
    assert len(np.unique(restored.pixels)) > 5000


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_everything_that_a_file_carries_comes_out(nitido, tmp_path, damaged, suffix):
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x010E], exif[0x013B] = "a description", "A. Painter"
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"
    lq = damaged(40, 72)
    alpha = np.arange(40 * 72, dtype=np.uint8).reshape(40, 72, 1)
    source, target = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    has_alpha = suffix != "jpg"
    image = Image.fromarray(np.concatenate([lq, alpha], 2) if has_alpha else lq)
    image.save(source, exif=exif, icc_profile=icc, dpi=(300, 300))
    assert nitido("restore", source, "-o", target, "--task", "denoise").code == 0
    restored = opened(target)
    assert restored.info["icc_profile"] == icc
    kept = restored.getexif()
    assert (kept[0x010E], kept[0x013B]) == ("a description", "A. Painter")
    if suffix != "tif":  # Pillow wrote none into the source
        assert kept.get_ifd(0x8825)[1] == "N"
    assert kept.get(0x0112, 1) == 1
    assert restored.size == (40, 72)
    if has_alpha:
        upright = np.rot90(alpha[..., 0], -1)
        np.testing.assert_array_equal(np.asarray(restored.convert("RGBA"))[..., 3], upright)


def test_private_drops_names_and_places_and_strip_drops_all(nitido, tmp_path, damaged):
    exif = Image.Exif()
    exif[0x010F], exif[0x013B] = "Camera", "A. Painter"
    exif.get_ifd(0x8825)[1] = "N"
    source = tmp_path / "a.jpg"
    Image.fromarray(damaged()).save(source, exif=exif)
    kept = {}
    for policy in ("private", "strip"):
        target = tmp_path / f"{policy}.jpg"
        ran = nitido("restore", source, "-o", target, "--task", "denoise", "--metadata", policy)
        assert ran.code == 0
        kept[policy] = opened(target).getexif()
    assert kept["private"][0x010F] == "Camera"
    assert 0x013B not in kept["private"]
    assert not kept["private"].get_ifd(0x8825)
    assert not dict(kept["strip"])


def test_gray_stays_gray(nitido, tmp_path, damaged):
    Image.fromarray(damaged()[..., 0]).save(tmp_path / "a.png")
    assert nitido("restore", tmp_path / "a.png", "--task", "denoise").code == 0
    assert opened(tmp_path / "a.restored.png").mode == "L"


def test_tiles_may_be_chosen_and_leave_no_trace(nitido, tmp_path, damaged):
    source = tmp_path / "a.png"
    Image.fromarray(damaged(140, 150)).save(source)
    pictures = []
    for tile in (0, 24):
        target = tmp_path / f"{tile}.png"
        ran = nitido(
            "restore", source, "-o", target, "--task=denoise", f"--tile={tile}", "--precision=fp32"
        )
        assert ran.code == 0
        pictures.append(np.asarray(opened(target)).astype(int))
    assert np.abs(pictures[0] - pictures[1]).max() <= 1


# --- what is said


def test_json_lines_hold_exactly_these_keys_and_nothing_else_is_on_stdout(nitido, tmp_path, photo):
    (tmp_path / "text.png").write_text("no picture")
    ran = nitido("restore", tmp_path, "-o", tmp_path / "out", "--task", "denoise", "--json")
    assert ran.code == 3
    good, bad = (json.loads(line) for line in ran.out.splitlines())
    assert list(good) == list(bad) == KEYS
    assert good["input"] == str(photo)
    assert good["output"] == str(tmp_path / "out" / "photo.png")
    assert (good["status"], good["reason"], good["task"]) == ("ok", None, "denoise")
    assert (good["weights"], good["engine"]) == ("denoise", "openvino")
    assert good["precision"] in ("fp32", "bf16")
    assert good["tile"] == [64, 64]
    assert good["megapixels"] == 0.004096
    assert 0 < good["engine_seconds"] < good["seconds"] < 60
    assert bad["input"] == str(tmp_path / "text.png")
    assert (bad["status"], bad["output"]) == ("failed", None)
    assert "text.png" in bad["reason"]
    assert "failed:" in ran.err


def test_without_a_task_a_picture_is_looked_at_first(nitido, tmp_path, photo):
    Image.new("RGB", (64, 64), (90, 120, 30)).save(tmp_path / "flat.png")
    ran = nitido("restore", tmp_path, "-o", tmp_path / "out", "--json")
    assert ran.code == 0
    flat, noisy = (json.loads(line) for line in ran.out.splitlines())
    assert (flat["status"], flat["output"]) == ("skipped", None)
    assert "nothing to repair" in flat["reason"]
    assert (noisy["status"], noisy["task"]) == ("ok", "denoise")
    assert made(tmp_path / "out") == ["photo.png"]


# --- the sheet


@pytest.mark.parametrize(
    ("size", "sheet"),
    [
        ((300, 260), (1476, 36 + 831 + 12 + 354 + 12)),  # rows, columns -> width, height
        ((64, 64), (1476, 36 + 720 + 12)),
        ((1, 1), (1476, 36 + 720 + 12)),
        ((900, 3), (1476, 36 + 960 + 12)),
        ((3, 900), (1476, 36 + 2 + 12)),
    ],
)
def test_a_sheet_shows_both_pictures(nitido, tmp_path, damaged, size, sheet):
    Image.fromarray(damaged(*size)).save(tmp_path / "a.png")
    assert nitido("restore", tmp_path / "a.png", "--task", "denoise", "--compare").code == 0
    assert made(tmp_path) == ["a.png", "a.restored.compare.png", "a.restored.png"]
    drawn = opened(tmp_path / "a.restored.compare.png")
    assert drawn.size == sheet
    if size == (300, 260):
        halves = np.asarray(drawn)[40:860, 24:720], np.asarray(drawn)[40:860, 756:1452]
        rough = [np.abs(np.diff(half.astype(int), axis=0)).mean() for half in halves]
        assert rough[1] < 0.8 * rough[0], "the restored picture is on the right"


@pytest.mark.parametrize("kind", ["gray", "16 bits", "5 bands", "alpha"])
def test_a_sheet_of_every_kind_of_picture(nitido, tmp_path, damaged, kind):
    lq = damaged(40, 50).astype(np.float32) / 255
    alpha = lq[..., 0] if kind == "alpha" else None
    channels = {"gray": lq[..., :1], "5 bands": np.concatenate([lq, lq[..., :2]], 2)}
    write(
        Picture(channels.get(kind, lq), alpha, 16 if kind == "16 bits" else 8), tmp_path / "a.tif"
    )
    ran = nitido("restore", tmp_path / "a.tif", "--task", "denoise", "--compare")
    assert ran.code == 0, ran.err
    assert (tmp_path / "a.restored.compare.png").exists()


def test_a_sheet_is_drawn_in_bands(nitido, tmp_path, damaged, monkeypatch):
    from nitido.cli import _sheet

    Image.fromarray(damaged(301, 259)).save(tmp_path / "a.png")
    nitido("restore", tmp_path / "a.png", "--task", "denoise", "--compare")
    sheet = tmp_path / "a.restored.compare.png"
    at_once = np.asarray(opened(sheet))
    monkeypatch.setattr(_sheet, "_BAND", 20_000)
    _sheet.draw_sheet(tmp_path / "a.png", tmp_path / "a.restored.png")
    np.testing.assert_array_equal(np.asarray(opened(sheet)), at_once)
    monkeypatch.setattr(_sheet, "_COARSE", 64)  # as if the picture were much larger
    _sheet.draw_sheet(tmp_path / "a.png", tmp_path / "a.restored.png")
    coarse = np.asarray(opened(sheet))
    assert coarse.shape == at_once.shape
    np.testing.assert_allclose(coarse[40:860].mean((0, 1)), at_once[40:860].mean((0, 1)), atol=2)


def test_a_sheet_replaces_nothing_without_leave(nitido, photo):
    sheet = photo.with_name("photo.restored.compare.png")
    sheet.write_bytes(b"mine")
    ran = nitido("restore", photo, "--task", "denoise", "--compare")
    assert ran.code == 4
    assert "exists already" in ran.err
    assert made(photo.parent) == ["photo.png", "photo.restored.compare.png"]
    assert sheet.read_bytes() == b"mine"
    assert nitido("restore", photo, "--task", "denoise", "--compare", "--overwrite").code == 0
    assert opened(sheet).width == 1476


def test_a_sheet_needs_the_picture_from_before(nitido, photo):
    before = photo.read_bytes()
    ran = nitido("restore", photo, "-o", photo, "--task=denoise", "--compare", "--overwrite")
    assert ran.code == 4
    assert "would be replaced" in ran.err
    assert photo.read_bytes() == before


# --- bad files


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


def test_bad_files_never_stop_a_folder(nitido, bad, tmp_path):
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


def test_an_engine_that_fails_leaves_nothing(nitido, photo, monkeypatch):
    from nitido.engines.openvino import OpenVino

    monkeypatch.setattr(OpenVino, "__call__", lambda self, lq, sigma=None: lq * np.nan)
    ran = nitido("restore", photo, "--task", "denoise")
    assert ran.code == 4
    assert "not finite" in ran.err
    assert made(photo.parent) == ["photo.png"]


# --- wrong usage


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["{photo}", "--taks", "denoise"], "No such option: --taks"),
        (["{photo}", "--task", "denois"], "No task 'denois'; try denoise."),
        (["{photo}", "--model", "denois"], "No weights 'denois'; try denoise."),
        (["{photo}", "--model", "{photo}.safetensors"], "no weights file"),
        (["{photo}", "--model", "{folder}/junk.safetensors"], "no sound safetensors file"),
        (["{photo}", "--engine", "opnvino"], "No engine 'opnvino'; try openvino."),
        (["{photo}", "--engine", "opnvino", "--task", "denoise"], "No engine 'opnvino'"),
        (["{photo}", "--precision", "fp16"], "fp16"),
        (["{photo}", "--metadata", "all"], "all"),
        (["{photo}", "--strength", "3"], "--strength"),
        (["{photo}", "--strength", "nan"], "--strength"),
        (["{photo}", "--sigma", "-1"], "--sigma"),
        (["{photo}", "--tile", "-1"], "--tile"),
        (["{photo}", "--tile", "many"], "--tile"),
        (["{photo}", "--quality", "0"], "--quality"),
        (["{folder}/empty"], "There is no picture in"),
        (["{photo}", ""], "An input is empty"),
        (["{photo}", "-o", ""], "-o is empty"),
        (["{photo}", "{photo}x", "-o", "{photo}"], "is a file, but the results need a folder"),
        ([], "Missing argument"),
    ],
)
def test_wrong_usage_is_said_before_anything_is_done(nitido, tmp_path, photo, args, complaint):
    (tmp_path / "empty").mkdir()
    (tmp_path / "junk.safetensors").write_text("junk")
    before = made(tmp_path)
    ran = nitido("restore", *(a.format(photo=photo, folder=tmp_path) for a in args))
    assert ran.code == 2
    assert complaint in ran.err
    assert ran.out == ""
    assert made(tmp_path) == before
