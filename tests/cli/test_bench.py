"""``nitido bench``: scores on stdout, everything else on stderr, and killed runs go on."""

import json
import os
import subprocess
import sys
import time

import numpy as np
import pytest

from nitido.picture import Picture, write


@pytest.fixture
def sets(tmp_path, photograph):
    """A root with the set ``photos``: three gray pictures."""
    folder = tmp_path / "sets" / "photos"
    folder.mkdir(parents=True)
    for seed in range(3):
        pixels = np.round(photograph(24, 28, 1, seed=seed) * 255) / np.float32(255)
        write(Picture(pixels), folder / f"{seed}.png")
    return tmp_path / "sets"


def test_json_is_one_object_a_line_and_progress_is_elsewhere(nitido, sets, tmp_path):
    suites = ("photos/jpeg_10", "photos/gaussian_noise_25")
    args = ("--weights", "input", "--data", sets, "--json", "-o", tmp_path / "rows")
    ran = nitido("bench", *suites, *args)
    assert ran.code == 0
    first, second = (json.loads(line) for line in ran.out.splitlines())
    assert (first["suite"], second["suite"]) == suites
    assert first["weights"] == "input"
    assert first["images"] == 3
    assert first["psnr"] == first["input"]
    assert list(first["each"]) == ["0", "1", "2"]
    assert "photos/jpeg_10: 3 pictures, in" in ran.err
    assert len(list((tmp_path / "rows").glob("*.csv"))) == 2
    again = nitido("bench", *suites, *args)
    assert again.out == ran.out
    assert "3 pictures, 3 of them scored earlier (--fresh scores them again)" in again.err
    assert "earlier" not in nitido("bench", *suites, *args, "--fresh").err


def test_rows_are_kept_in_the_cache_without_a_folder(nitido, sets, tmp_path, monkeypatch):
    monkeypatch.setenv("NITIDO_CACHE", str(tmp_path / "cache"))
    assert nitido("bench", "photos/jpeg_10", "--weights", "input", "--data", sets).code == 0
    [file] = (tmp_path / "cache" / "bench").glob("photos-jpeg_10-input-*.csv")
    assert len(file.read_text().splitlines()) == 4


def test_a_table_for_people(nitido, sets, tmp_path):
    (sets / "photos").rename(sets / "set12")
    args = ("--data", sets, "-o", tmp_path / "rows")
    ran = nitido("bench", "set12/gaussian_noise_25", "--weights", "input", *args)
    assert ran.out.startswith("set12/gaussian_noise_25, 3 pictures, input\n  PSNR   20.")
    assert "95 % within 20." in ran.out
    lines = [line.split() for line in ran.out.splitlines()]
    [bm3d] = [words for words in lines if words[:1] == ["BM3D"]]
    assert bm3d[1] == "29.97"
    assert -10 < float(bm3d[2]) < -9
    [tnrd] = [words for words in lines if words[:1] == ["TNRD"]]
    assert tnrd[-2:] == ["not", "verified"]
    assert "the pictures are not those of the published set" in ran.err


def test_weights_that_must_be_told(nitido, sets, told_weights, tmp_path):
    args = ("--weights", told_weights.file, "--data", sets, "-o", tmp_path / "rows", "--json")
    ran = nitido("bench", "photos/gaussian_noise_25", *args)
    assert json.loads(ran.out)["told"] == {"sigma": 25.0}
    ran = nitido("bench", "photos/jpeg_10", *args)
    assert json.loads(ran.out)["told"] == {}  # the diagnosis judges every picture
    ran = nitido("bench", "photos/jpeg_10", *args, "--sigma", 10)
    assert json.loads(ran.out)["told"] == {"sigma": 10.0}


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["photos/jpg_10", "--weights", "input"], "No suite 'photos/jpg_10'"),
        (["fotos/jpeg_10", "--weights", "input"], "No image set 'fotos'"),
        (["photos/jpeg_10", "fotos/jpeg_10", "--weights", "input"], "No image set 'fotos'"),
        (["photos/jpeg_10", "--weights", "denois"], "try denoise"),
        (["photos/jpeg_10", "--weights", "classical:bicubc"], "bicubic"),
        (["photos/jpeg_10"], "bench needs suites and --weights"),
        (["--weights", "input"], "bench needs suites and --weights"),
    ],
)
def test_wrong_usage_is_found_before_anything_is_scored(nitido, sets, tmp_path, args, complaint):
    ran = nitido("bench", *args, "--data", sets, "-o", tmp_path / "rows")
    assert (ran.code, ran.out) == (2, "")
    assert complaint in ran.err
    assert not (tmp_path / "rows").exists()


def test_a_suite_that_fails_does_not_stop_the_others(nitido, sets, tmp_path):
    (sets / "broken").mkdir()
    (sets / "broken" / "a.png").write_bytes(b"no picture")
    args = ("--weights", "input", "--data", sets, "-o", tmp_path / "rows", "--json")
    ran = nitido("bench", "broken/jpeg_10", "photos/jpeg_10", *args)
    assert ran.code == 3
    assert "failed: broken/jpeg_10:" in ran.err
    assert [json.loads(line)["suite"] for line in ran.out.splitlines()] == ["photos/jpeg_10"]
    assert nitido("bench", "broken/jpeg_10", *args).code == 4


def test_bench_lists_its_suites(nitido):
    ran = nitido("bench", "--list")
    assert ran.code == 0
    assert "SET/gaussian_noise_25_8bit" in ran.out
    assert "live1/jpeg_10" in ran.out


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGKILL")
def test_a_killed_bench_goes_on(nitido, tmp_path, photograph):
    folder = tmp_path / "sets" / "many"
    folder.mkdir(parents=True)
    pixels = np.round(photograph(200, 200, 1) * 255) / np.float32(255)
    for index in range(60):
        shifted = np.roll(pixels, index, axis=0)
        write(Picture(shifted), folder / f"{index:02}.png")
    rows = tmp_path / "rows"
    args = ("many/jpeg_10", "--weights", "input", "--data", tmp_path / "sets", "--json")
    main = "from nitido.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", main, "bench", *map(str, args), "-o", str(rows)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(4000):
        if any(len(file.read_bytes().splitlines()) > 3 for file in rows.glob("*.csv")):
            break
        assert process.poll() is None, "it was done before it could be killed"
        time.sleep(0.005)
    process.kill()
    process.wait()
    ran = nitido("bench", *args, "-o", rows)
    assert ran.code == 0
    assert "of them scored earlier" in ran.err
    cut, whole = json.loads(ran.out), json.loads(nitido("bench", *args, "-o", tmp_path / "w").out)
    assert (cut["images"], cut["psnr"], cut["each"]) == (60, whole["psnr"], whole["each"])
