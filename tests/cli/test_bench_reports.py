"""``nitido bench --report``, ``bench robustness`` and ``bench arena``."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from nitido.cli._bench import Kept
from nitido.picture import Picture, write

MARK = "<!doctype html>\n<!-- a report of nitido -->\n"


@pytest.fixture
def sets(tmp_path, photograph):
    """A root with the set ``photos``: two pictures in color."""
    folder = tmp_path / "sets" / "photos"
    folder.mkdir(parents=True)
    for seed in range(2):
        pixels = np.round(photograph(24, 28, 3, seed=seed) * 255) / np.float32(255)
        write(Picture(pixels), folder / f"{seed}.png")
    return tmp_path / "sets"


def test_several_weights_and_a_report(nitido, sets, tmp_path):
    report = tmp_path / "report.html"
    args = ("photos/gaussian_noise_25", "--weights", "input", "--weights", "classical:median")
    args += ("--data", sets, "-o", tmp_path / "rows", "--json", "--report", report)
    ran = nitido("bench", *args)
    assert ran.code == 0
    said = [json.loads(line)["weights"] for line in ran.out.splitlines()]
    assert said == ["input", "classical:median"]
    assert f"report: {report}" in ran.err
    assert report.read_text("utf-8").startswith(MARK)
    first = report.read_bytes()
    again = nitido("bench", "suites", *args)  # the word that is usually left out
    assert again.code == 0
    assert len(report.read_bytes()) == len(first)


def test_results_are_kept_while_they_fit():
    def progress(image, restored):
        return SimpleNamespace(row=SimpleNamespace(image=image), restored=restored)

    kept = Kept(limit=1000)
    first = kept.begin()
    kept.add(progress("a", np.zeros(100, np.float32)))
    kept.add(progress("b", None))  # scored in an earlier run
    second = kept.begin()
    kept.add(progress("c", np.zeros(200, np.float32)))
    kept.add(progress("d", np.zeros(150, np.float32)))
    assert list(first) == ["a"]
    assert list(second) == ["d"]


def test_a_report_that_cannot_be_written_is_found_first(nitido, sets, tmp_path):
    (tmp_path / "notes.html").write_text("mine")
    args = ("--weights", "input", "--data", sets, "-o", tmp_path / "rows")
    for words in (["photos/jpeg_10"], ["robustness", "--images", "photos"]):
        words += args[:4] if words[0] == "robustness" else args
        ran = nitido("bench", *words, "--report", tmp_path / "notes.html")
        assert (ran.code, ran.out) == (2, "")
        assert "was not made by nitido and stays" in ran.err
    assert (tmp_path / "notes.html").read_text() == "mine"
    assert not (tmp_path / "rows").exists()


def test_robustness(nitido, sets, tmp_path):
    files = ("--report", tmp_path / "r.html", "--csv", tmp_path / "r.csv")
    args = ("--images", "photos", "--data", sets, "--every", 1, "--weights", "classical:median")
    ran = nitido("bench", "robustness", *args, "--sweep", "noise", "--json", *files)
    assert ran.code == 0
    said = json.loads(ran.out)
    assert [one["weights"] for one in said["tested"]] == ["input", "classical:median"]
    assert len(said["tested"][0]["levels"]) == 12
    assert (tmp_path / "r.html").read_text("utf-8").startswith(MARK)
    assert len((tmp_path / "r.csv").read_text().splitlines()) == 1 + 2 * 12 * 2


def test_robustness_for_people(nitido, sets, tiny_weights):
    args = ("--images", "photos", "--data", sets, "--weights", tiny_weights.file)
    ran = nitido("bench", "robustness", *args, "--sweep", "noise", "--sweep", "blur")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0] == "PSNR, dB, on photos: 0"
    assert [line.split() for line in lines if "input" in line] == [
        ["noise", "input", "tiny"],
        ["blur", "input", "tiny"],
    ]
    starred = {line.split()[0] for line in lines if line.endswith("*")}
    assert starred == {"20", "25", "30", "40"}
    assert lines[-1] == "* within the range it was trained on"


def test_arena(nitido, sets, tiny_weights, tmp_path):
    args = ("--weights", "classical:median", "--weights", tiny_weights.file, "--data", sets)
    args = ("bench", "arena", "photos/gaussian_noise_25", *args)
    ran = nitido(*args, "--json", "--report", tmp_path / "arena.html")
    assert ran.code == 0
    said = [one["weights"] for one in json.loads(ran.out)["standings"]]
    assert said == ["classical:median", "tiny"]
    assert (tmp_path / "arena.html").read_text("utf-8").startswith(MARK)
    ran = nitido(*args)
    assert ran.code == 0
    assert ran.out.startswith("photos/gaussian_noise_25, 2 pictures, damaged 20.")
    assert f"{tiny_weights.card.parameters:,}" in ran.out


def test_diagnosis_prints_a_table_and_says_what_is_missing(nitido, sets, tmp_path):
    report = tmp_path / "diagnosis.html"
    args = ("diagnosis", "--images", "photos", "--data", sets, "--damage", "white")
    ran = nitido("bench", *args, "--report", report)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0] == "tasks that are planned, share of pictures; damaged: photos"
    assert lines[2] == "White noise"
    assert lines[3].split()[:4] == ["pictures", "right", "left", "alone"]
    assert lines[4].split()[:3] == ["sigma", "5", "2"]
    assert report.read_text("utf-8").startswith(MARK)
    ran = nitido("bench", *args, "--damage", "camera", "--every", "2", "--json")
    assert ran.code == 3
    assert "left out, polyu: No image set 'polyu/lq'" in ran.err
    said = json.loads(ran.out)
    assert [one["pictures"] for one in said["trials"]] == [1, 1, 1, 1]
    assert set(said["missing"]) == {"cc5", "polyu"}


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["robustness"], "bench robustness needs --weights"),
        (["robustness", "--weights", "input", "--sweep", "nose"], "try noise"),
        (["robustness", "--weights", "denois"], "try denoise"),
        (["robustness", "--weights", "input", "--images", "fotos"], "No image set 'fotos'"),
        (["diagnosis", "--images", "fotos", "--damage", "white"], "No image set 'fotos'"),
        (["diagnosis", "--damage", "wite"], "try white"),
        (["arena", "photos/jpeg_10"], "bench arena needs --weights"),
        (["arena", "photos/jpg_10", "--weights", "input"], "No suite 'photos/jpg_10'"),
        (["arena", "photos/jpeg_10", "--weights", "input"], "input restores nothing"),
    ],
)
def test_wrong_usage(nitido, sets, args, complaint):
    ran = nitido("bench", *args, *(["--data", sets] if len(args) > 1 else []))
    assert (ran.code, ran.out) == (2, "")
    assert complaint in ran.err


def test_help_names_the_words(nitido):
    said = nitido("bench", "--help").out
    assert "robustness" in said
    assert "arena" in said
    assert "diagnosis" in said
