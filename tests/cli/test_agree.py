"""Inspect, dry run, restore and Python say and do the same to files of all kinds."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from nitido import diagnose, encode, restore

RNG = np.random.default_rng(0)


def to_8bit(pixels):
    return np.floor(255 * pixels.clip(0, 1) + 0.5).astype(np.uint8)


@pytest.fixture
def mixed(tmp_path, photograph):
    """A folder with clean, noisy, gray, deep, compressed, peppered and dithered pictures."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    for index, clean in enumerate((photograph(112, 128, seed=1), photograph(144, 104, seed=2))):
        noise = RNG.standard_normal(clean.shape)
        image = Image.fromarray(to_8bit(clean))
        image.save(folder / f"{index}-clean.png")
        image.save(folder / f"{index}-jpeg.jpg", quality=15)
        image.convert("1").save(folder / f"{index}-dots.png")
        Image.fromarray(to_8bit(clean + 20 / 255 * noise)).save(folder / f"{index}-noise.png")
        gray = (clean + 12 / 255 * noise)[..., 1]
        Image.fromarray(to_8bit(gray)).save(folder / f"{index}-gray.png")
        deep = (65535 * gray.clip(0, 1)).astype(np.uint16)
        Image.fromarray(deep).save(folder / f"{index}-deep.tif")
        peppered = np.where(RNG.random(clean.shape[:2])[..., None] < 0.1, noise > 0, clean)
        Image.fromarray(to_8bit(peppered)).save(folder / f"{index}-pepper.png")
    return folder


def test_they_agree(nitido, mixed, tmp_path):
    out = tmp_path / "out"

    def answers(*args):
        ran = nitido(*args, "--json")
        assert ran.code == 0
        return [json.loads(line) for line in ran.out.splitlines()]

    told = answers("inspect", mixed)
    planned = answers("restore", mixed, "-o", out, "--dry-run")
    assert not out.exists()
    done = answers("restore", mixed, "-o", out)
    tasks = set()
    for inspected, plan, outcome in zip(told, planned, done, strict=True):
        assert inspected["input"] == plan["input"] == outcome["input"]
        path = mixed / inspected["input"].rpartition("/")[2]
        wanted = [(s["task"], s["weights"], s["strength"], s["reason"]) for s in inspected["plan"]]
        for answer in (plan, outcome):
            steps = [(s["task"], s["weights"], s["strength"], s["reason"]) for s in answer["steps"]]
            assert steps == wanted
        python = diagnose(path).plan().steps
        assert [(s.task, s.weights, s.strength, s.reason) for s in python] == wanted
        assert plan["status"] == ("planned" if wanted else "unchanged")
        assert outcome["status"] == ("ok" if wanted else "unchanged")
        assert (out / path.name).exists() == bool(wanted)
        written = Image.open(out / path.name if wanted else path)
        again = Image.open(io.BytesIO(encode(restore(path), "png")))
        gap = np.abs(np.asarray(written.convert("F")) - np.asarray(again.convert("F")))
        assert gap.max() <= 1 if path.suffix != ".jpg" else gap.mean() < 4
        tasks.update(task for task, *_ in wanted)
    assert len(tasks) >= 3, tasks


@pytest.mark.parametrize(
    ("first", "second", "more"),
    [("denoise", "dejpeg", ()), ("dejpeg", "denoise", ()), ("denoise", "upscale", ("--scale", 2))],
)
def test_a_chain_gives_what_its_steps_give_one_by_one(
    nitido, tmp_path, photograph, first, second, more
):
    lq = photograph(150, 170, 1)[..., 0] + 25 / 255 * RNG.standard_normal((150, 170))
    source = tmp_path / "a.png"
    Image.fromarray((65535 * lq.clip(0, 1)).astype(np.uint16)).save(source)
    one, two, both = (tmp_path / f"{name}.png" for name in ("one", "two", "both"))
    fp32 = ("--precision", "fp32")
    chain = f"{first},{second}"
    args = ("-o", both, "--task", chain, "--tile", 64, "--json", *fp32, *more)
    ran = nitido("restore", source, *args)
    assert [step["task"] for step in json.loads(ran.out)["steps"]] == [first, second]
    assert nitido("restore", source, "-o", one, "--task", first, *fp32).code == 0
    assert nitido("restore", one, "-o", two, "--task", second, *fp32, *more).code == 0
    before, between, after = (np.asarray(Image.open(path), int) for path in (source, one, two))
    assert (before != between).any(), "the first step did nothing"
    assert np.abs(np.asarray(Image.open(both), int) - after).max() <= 257


@pytest.mark.parametrize(
    ("option", "value", "size"),
    [
        ("--scale", 1.5, (96, 72)),
        ("--scale", 5, (320, 240)),
        ("--scale", 0.5, (32, 24)),
        ("--width", 100, (100, 75)),
        ("--height", 100, (133, 100)),
        ("--megapixels", 0.01, (115, 87)),
    ],
)
def test_any_size(nitido, tmp_path, damaged, opened, option, value, size):
    Image.fromarray(damaged(48, 64, sigma=0)).save(tmp_path / "a.png")
    assert nitido("restore", tmp_path / "a.png", option, value).code == 0
    assert opened(tmp_path / "a.restored.png").size == size


def test_strength_with_an_enlargement(nitido, tmp_path, damaged, opened):
    Image.fromarray(damaged(48, 64, sigma=0)).save(tmp_path / "a.png")
    results = []
    for strength in (0, 0.5, 1):
        target = tmp_path / f"{strength}.png"
        args = ("-o", target, "--task", "upscale", "--strength", strength)
        assert nitido("restore", tmp_path / "a.png", *args).code == 0
        results.append(np.asarray(opened(target), float))
    assert results[0].shape == (96, 128, 3)
    gap = np.abs(results[1] - (results[0] + results[2]) / 2)
    assert gap.max() <= 1
