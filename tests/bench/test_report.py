"""A report needs nothing but itself, says all its numbers depend on, shows the right places."""

import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nitido.bench import Scored, check_report, find_candidate, find_suite, run, write_report
from nitido.errors import UnwritableError
from nitido.picture import Picture, write

NOISE = "photos/gaussian_noise_25"


@pytest.fixture
def scored(darker):
    """Score candidates on suites; by default the damaged pictures and one that darkens."""

    def make(data, suites=(NOISE,), candidates=None):
        return [
            Scored(suite, candidate, run(candidate, suite, data))
            for suite in map(find_suite, suites)
            for candidate in (candidates or (darker(), find_candidate("input", suite)))
        ]

    return make


def test_a_report_states_what_its_numbers_depend_on(make_set, scored, darker, read_page, tmp_path):
    data = make_set("set12", count=3)
    ours = darker(sigma=25.0)
    ours.name, ours.weights_hash, ours.engine = "dncnn_s_25", "ab" * 32, "openvino"
    results = scored(data, ["set12/gaussian_noise_25"], [ours])
    write_report(tmp_path / "report.html", results, data)
    page = read_page(tmp_path / "report.html")
    result = results[0].result
    for said in (
        "set12/gaussian_noise_25, protocol 2",
        "not the published set",
        result.data_hash,
        "ab" * 32,
        "told sigma 25",
        "openvino, fp32",
        f"numpy {np.__version__}",
        f"source {result.versions['source']}",
        f"{result.psnr:.2f}",
        " .. ".join(f"{value:.2f}" for value in result.interval),
        "DnCNN-S 30.44",
        "figures of DPIR",
        "unverified: quoted from memory",
        "neither clipped nor rounded",
    ):
        assert said in page.text, said
    difference = f"{result.psnr - 30.44:.2f}".replace("-", "\N{MINUS SIGN}")
    assert difference in page.text
    assert page.count["figure"] > 10


def test_all_suites_and_candidates_are_shown(make_set, scored, read_page, tmp_path):
    data = make_set("photos")
    suites = [f"photos/gaussian_noise_{sigma}" for sigma in (15, 25, 50)]
    write_report(tmp_path / "report.html", scored(data, [*suites, "photos/jpeg_10"]), data)
    page = read_page(tmp_path / "report.html")
    assert "4 suites, 16 pictures" in page.text
    assert page.text.count("photos/gaussian_noise_*") == 1  # curves over the level
    assert "photos/jpeg_*" not in page.text
    for name in (*suites, "darker", "input"):
        assert name in page.text
    assert "against darker" in page.text


def test_weights_of_one_name_are_told_apart(make_set, scored, darker, read_page, tmp_path):
    old, new = darker(), darker()
    old.weights_hash, new.weights_hash = "1" * 64, "2" * 64
    data = make_set("photos")
    write_report(tmp_path / "report.html", scored(data, candidates=[old, new]), data)
    page = read_page(tmp_path / "report.html")
    assert "darker (11111111)" in page.text
    assert "darker (22222222)" in page.text
    assert "0 of 4" in page.text  # better on no picture


def test_names_are_written_out(make_set, scored, darker, read_page, tmp_path):
    evil = darker()
    evil.name = "<script>&\"'"
    data = make_set("photos")
    write_report(tmp_path / "report.html", scored(data, candidates=[evil]), data)
    page = read_page(tmp_path / "report.html")
    assert page.count["script"] == 1
    assert "<script>&\"'" in page.text


def test_perfect_results_and_single_pictures(make_set, scored, darker, read_page, tmp_path):
    data = make_set("photos", count=1)
    [(_, _, gt)] = find_suite(NOISE).pairs(data)

    class Perfect(darker):
        def __call__(self, lq):
            return gt

    write_report(tmp_path / "report.html", scored(data, candidates=[Perfect()]), data)
    page = read_page(tmp_path / "report.html")
    assert "\N{INFINITY}" in page.text
    assert "nan" not in page.text
    assert "1 suite, 1 picture." in page.text


# --- crops and error maps


class Spotted:
    """Gives back GT but for one bright spot, and the damaged picture at another place."""

    name = "spotted"
    weights_hash = card = engine = None
    packages = ()
    told = {}  # noqa: RUF012
    changes = True

    def __init__(self, gt, spot, damaged):
        self.gt, self.spot, self.damaged = gt, spot, damaged

    def __call__(self, lq):
        made = self.gt.copy()
        made[self.damaged] = lq[self.damaged]
        made[self.spot] = 1 - np.round(made[self.spot])
        return made


def decoded(image):
    form, content = image["src"].removeprefix("data:image/").split(";base64,")
    assert form in ("png", "webp")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content))).convert("RGB"))


def test_the_worst_place_is_shown_and_error_maps_say_where(tmp_path, photograph, scored, read_page):
    (tmp_path / "photos").mkdir()
    gt = np.round(photograph(150, 220, 3) * 255).astype(np.float32) / np.float32(255)
    write(Picture(gt), tmp_path / "photos" / "a.png")
    spot, kept = np.s_[100:110, 170:180], np.s_[:, :120]
    results = scored(tmp_path, candidates=[Spotted(gt, spot, kept)])
    write_report(tmp_path / "report.html", results, tmp_path)
    page = read_page(tmp_path / "report.html")
    named = {(image["alt"], image.get("class")): decoded(image) for image in page.images}
    shown = {name for name, _ in named}
    assert {"damaged", "spotted", "ground truth", "error of spotted"} <= shown
    whole = named["ground truth", "zoom"].shape
    assert whole == (72, 72, 3)
    assert named["spotted", "after"].shape == (150, 220, 3)
    levels = np.floor(np.clip(gt, 0, 1) * 255 + 0.5)
    error = named["error of spotted", "map"].astype(int).sum(axis=2)
    assert error[spot].min() > 500  # pale
    assert error[115:, 125:].max() < 20  # black where it equals GT
    [left, top] = [
        float(value)
        for value in page.source.partition('class="spot" style="left:')[2]
        .partition("%;width")[0]
        .split("%;top:")
    ]
    y, x = round(top * 1.5), round(left * 2.2)
    assert y <= 100 <= 110 <= y + 72
    assert x <= 170 <= 180 <= x + 72
    [first, *_] = [i for i in page.images if (i["alt"], i["class"]) == ("ground truth", "zoom")]
    assert np.array_equal(decoded(first), levels[y : y + 72, x : x + 72])
    assert (first["width"], first["height"]) == ("216", "216")
    [plain, *_] = [i for i in page.images if i["alt"] == "ground truth, 1:1"]
    assert plain["width"] == "72"
    assert "largest error" in page.text
    assert "largest gain" in page.text


def test_large_pictures_are_shown_around_their_worst_place(tmp_path, photograph, scored, read_page):
    (tmp_path / "photos").mkdir()
    gt = np.round(photograph(600, 560, 1) * 255).astype(np.float32) / np.float32(255)
    write(Picture(gt), tmp_path / "photos" / "a.png")
    spot = np.s_[580:590, 540:550]
    results = scored(tmp_path, candidates=[Spotted(gt, spot, np.s_[:1])])
    write_report(tmp_path / "report.html", results, tmp_path)
    page = read_page(tmp_path / "report.html")
    [stage] = [decoded(image) for image in page.images if image.get("class") == "before"]
    assert stage.shape == (512, 512, 3)
    [error] = [decoded(image) for image in page.images if image["alt"] == "error of spotted"
               and image.get("class") == "map"]  # fmt: skip
    assert error.astype(int).sum(axis=2)[580 - 88 : 590 - 88, 540 - 48 : 550 - 48].min() > 500


def test_three_pictures_of_a_suite_are_restored_again(make_set, darker, tmp_path):
    data = make_set("photos", count=12)
    suite = find_suite(NOISE)
    candidate = darker()
    result = run(candidate, suite, data, folder=tmp_path / "rows")
    assert candidate.calls == 12
    kept = run(candidate, suite, data, folder=tmp_path / "rows")
    write_report(tmp_path / "report.html", [Scored(suite, candidate, kept)], data)
    assert 12 + 1 <= candidate.calls <= 12 + 3
    assert kept.rows == result.rows


def test_results_that_were_kept_are_not_restored_again(make_set, darker, tmp_path):
    data = make_set("photos", count=4)
    suite = find_suite(NOISE)
    candidate = darker()
    kept = {}

    def keep(progress):
        kept[progress.row.image] = progress.restored

    result = run(candidate, suite, data, folder=tmp_path / "rows", on_image=keep)
    pages = []
    for name, restored in (("kept", kept), ("again", {})):
        write_report(tmp_path / f"{name}.html", [Scored(suite, candidate, result, restored)], data)
        pages.append((tmp_path / f"{name}.html").read_bytes())
        assert (candidate.calls == 4) == (name == "kept")
    assert pages[0] == pages[1]


@pytest.mark.parametrize("suite", ["photos/bicubic_x2", "photos/jpeg_10", "photos/jpeg_color_10"])
def test_every_kind_of_suite_can_be_shown(make_set, scored, read_page, tmp_path, suite):
    data = make_set("photos", count=2, channels=3)
    suite = find_suite(suite)
    results = scored(data, [suite.name], [find_candidate("classical:bicubic", suite)]
                     if suite.scale > 1 else None)  # fmt: skip
    write_report(tmp_path / "report.html", results, data)
    page = read_page(tmp_path / "report.html")
    assert "compared on luma" in page.text or suite.name.endswith("color_10")


def test_pictures_are_chosen_by_a_restorer_whatever_the_order(make_set, scored, darker, tmp_path):
    data = make_set("photos", count=5)
    pages = []
    for order in (1, -1):
        candidates = [darker(), find_candidate("input", find_suite(NOISE))][::order]
        write_report(tmp_path / "report.html", scored(data, candidates=candidates), data)
        pages.append((tmp_path / "report.html").read_text("utf-8"))
    first, second = (re.findall("<article><h3>.*?</h3>", page) for page in pages)
    assert first == second
    assert len(first) >= 2


def test_a_report_on_the_input_alone(make_set, scored, read_page, tmp_path):
    data = make_set("photos")
    results = scored(data, candidates=[find_candidate("input", find_suite(NOISE))])
    write_report(tmp_path / "report.html", results, data)
    page = read_page(tmp_path / "report.html")
    assert "error of damaged" in {image["alt"] for image in page.images}


# --- writing


def test_a_report_takes_the_place_of_a_report_and_of_nothing_else(make_set, scored, tmp_path):
    data = make_set("photos", count=1)
    file = tmp_path / "report.html"
    check_report(file)
    write_report(file, scored(data), data)
    check_report(file)
    write_report(file, scored(data), data)
    other = tmp_path / "thesis.html"
    other.write_text("<!doctype html><h1>Thesis</h1>")
    with pytest.raises(UnwritableError, match=r"thesis\.html was not made by nitido and stays"):
        check_report(other)
    with pytest.raises(UnwritableError, match="no folder"):
        check_report(tmp_path / "gone" / "report.html")
    with pytest.raises(UnwritableError):
        check_report(tmp_path)


def test_writing_that_is_interrupted_leaves_what_was_there(make_set, scored, tmp_path, monkeypatch):
    data = make_set("photos", count=1)
    folder = tmp_path / "out"
    folder.mkdir()
    results = scored(data)
    write_report(folder / "report.html", results, data)
    before = (folder / "report.html").read_bytes()

    def stop(self, target):
        assert self.stat().st_size > 1000
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stop)
    for name in ("report.html", "new.html"):
        with pytest.raises(KeyboardInterrupt):
            write_report(folder / name, results, data)
    assert [file.name for file in folder.iterdir()] == ["report.html"]
    assert (folder / "report.html").read_bytes() == before


def test_a_full_disk_is_said(make_set, scored, tmp_path, monkeypatch):
    data = make_set("photos", count=1)
    results = scored(data)

    def full(self, *args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(UnwritableError, match=r"report\.html cannot be written: No space left"):
        write_report(tmp_path / "report.html", results, data)
