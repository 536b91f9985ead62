"""``nitido restore``: everything files carried comes out, what is said about it, wrong usage."""

import json

import numpy as np
import pytest
from PIL import Image, ImageCms

from nitido.picture import Picture, read, write

KEYS = ["schema", "input", "output", "status", "reason", "notes", "steps", "width", "height"]
KEYS += ["megapixels", "seconds", "engine_seconds"]
OF_STEPS = ["task", "weights", "strength", "engine", "precision", "tile", "seconds"]
OF_STEPS += ["engine_seconds", "reason", "settings"]


# --- nothing is lost


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits_stay_sixteen(nitido, tmp_path, suffix):
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:96, :128].astype(np.float32)
    pixels = 0.2 + 0.4 * (x / 128)[..., None] + 0.2 * (y / 96)[..., None] * np.ones(3)
    pixels = pixels + 0.02 * rng.standard_normal(pixels.shape)
    source, target = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    write(Picture(pixels.astype(np.float32), None, 16), source)
    assert nitido("restore", source, "-o", target, "--task", "denoise", "--sigma", 5).code == 0
    restored = read(target)
    assert (restored.pixels != read(source).pixels).any()
    assert restored.depth == 16
    assert len(np.unique(restored.pixels)) > 5000


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_everything_that_a_file_carries_comes_out(nitido, tmp_path, damaged, suffix, opened):
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
    assert nitido("restore", source, "-o", target, "--task", "denoise", "--sigma", 25).code == 0
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


def test_private_drops_names_and_places_and_strip_drops_all(nitido, tmp_path, damaged, opened):
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


def test_gray_stays_gray(nitido, tmp_path, damaged, opened):
    Image.fromarray(damaged()[..., 0]).save(tmp_path / "a.png")
    assert nitido("restore", tmp_path / "a.png", "--task", "denoise", "--sigma", 25).code == 0
    assert opened(tmp_path / "a.restored.png").mode == "L"


def test_tiles_may_be_chosen_and_leave_no_trace(nitido, tmp_path, damaged, opened):
    source = tmp_path / "a.png"
    Image.fromarray(damaged(140, 150)).save(source)
    pictures = []
    told = ("--task=denoise", "--sigma=25", "--precision=fp32")
    for tile in (0, 24):
        target = tmp_path / f"{tile}.png"
        assert nitido("restore", source, "-o", target, *told, f"--tile={tile}").code == 0
        pictures.append(np.asarray(opened(target)).astype(int))
    assert (pictures[0] != np.asarray(opened(source))).any()
    assert np.abs(pictures[0] - pictures[1]).max() <= 1


# --- what is said


def test_json_lines_hold_exactly_these_keys_and_nothing_else_is_on_stdout(nitido, tmp_path, photo):
    (tmp_path / "text.png").write_text("no picture")
    args = ("-o", tmp_path / "out", "--task", "denoise", "--sigma", 25, "--json")
    ran = nitido("restore", tmp_path, *args)
    assert ran.code == 3
    good, bad = (json.loads(line) for line in ran.out.splitlines())
    assert list(good) == list(bad) == KEYS
    assert good["input"] == str(photo)
    assert good["output"] == str(tmp_path / "out" / "photo.png")
    assert (good["schema"], good["status"], good["reason"]) == (2, "ok", None)
    [step] = good["steps"]
    assert list(step) == OF_STEPS
    assert (step["task"], step["weights"], step["strength"]) == ("denoise", "denoise", 1)
    assert step["engine"] == "openvino"
    assert step["precision"] in ("fp32", "bf16")
    assert step["tile"] == [64, 64]
    assert (good["width"], good["height"], good["megapixels"]) == (64, 64, 0.004096)
    assert 0 < step["engine_seconds"] <= step["seconds"] < good["seconds"]
    assert 0 < good["engine_seconds"] < good["seconds"] < 60
    assert bad["input"] == str(tmp_path / "text.png")
    assert (bad["status"], bad["output"]) == ("failed", None)
    assert "text.png" in bad["reason"]
    assert "failed:" in ran.err


def test_without_a_task_a_picture_is_looked_at_first(nitido, tmp_path, photo, made):
    Image.new("RGB", (64, 64), (90, 120, 30)).save(tmp_path / "flat.png")
    ran = nitido("restore", tmp_path, "-o", tmp_path / "out", "--json")
    assert ran.code == 0
    flat, noisy = (json.loads(line) for line in ran.out.splitlines())
    assert (flat["status"], flat["output"], flat["steps"]) == ("unchanged", None, [])
    assert "nothing to repair" in flat["reason"]
    assert (noisy["status"], [step["task"] for step in noisy["steps"]]) == ("ok", ["denoise"])
    assert made(tmp_path / "out") == ["photo.png"]


def test_without_a_task_blocks_are_repaired(nitido, tmp_path):
    y, x = np.mgrid[:96, :96]
    disc = (90 + 80 * (np.hypot(y - 48, x - 48) < 30)).astype(np.uint8)
    Image.fromarray(disc).save(tmp_path / "blocks.jpg", quality=15)
    ran = nitido("restore", tmp_path / "blocks.jpg", "--json")
    assert ran.code == 0
    assert [step["task"] for step in json.loads(ran.out)["steps"]] == ["dejpeg"]


# --- wrong usage


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["{photo}", "--taks", "denoise"], "No such option: --taks"),
        (["{photo}", "--task", "denois"], "No task 'denois'; try denoise."),
        (["{photo}", "--model", "denois"], "No weights 'denois'; try denoise."),
        (["{photo}", "--model", "{photo}.safetensors"], "no weights file"),
        (["{photo}", "--model", "{folder}/junk.safetensors"], "no sound safetensors file"),
        (["{photo}", "--scale", "2", "--model", "denoise"], "has a scale of its own"),
        (["{photo}", "--scale", "0"], "scale is 0.0; it must be above 0"),
        (["{photo}", "--scale", "2", "--width", "99"], "say the size in one way"),
        (["{photo}", "--task", "dejpeg", "--model", "denoise"], "name only one of them"),
        (["{photo}", "--task", "denoise,"], "with commas between them"),
        (["{photo}", "--task", "denoise,dejpg"], "No task 'dejpg'; try dejpeg."),
        (["{photo}", "--task", "dejpeg", "--sigma", "9"], "judge the damage themselves"),
        (["{photo}", "--task", "dejpeg", "--strength", "1.5"], "keep strength within 0..1"),
        (["{photo}", "--sigma", "9"], "add --task denoise"),
        (["{photo}", "--range", "half"], "range is 'half'"),
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
def test_wrong_usage_is_said_before_anything_is_done(
    nitido, tmp_path, photo, args, complaint, made
):
    (tmp_path / "empty").mkdir()
    (tmp_path / "junk.safetensors").write_text("junk")
    before = made(tmp_path)
    ran = nitido("restore", *(a.format(photo=photo, folder=tmp_path) for a in args))
    assert ran.code == 2
    assert complaint in ran.err
    assert ran.out == ""
    assert made(tmp_path) == before
