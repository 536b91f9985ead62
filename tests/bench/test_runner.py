"""A run scores what it says, goes on where it was killed, and says what it depends on."""

import json
import math
import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file

from nitido.bench import find_candidate, find_suite, run, score
from nitido.bench._interval import interval
from nitido.errors import DataError, UnwritableError
from nitido.metrics.psnr import psnr
from nitido.metrics.ssim import ssim
from nitido.picture import Picture, read, write
from nitido.weights import open_weights, save

SUITE = find_suite("photos/jpeg_10")


# --- what is scored


@pytest.fixture(scope="module")
def unchanging(tmp_path_factory, tiny_weights):
    """Weights that give back what they get: a U-Net whose last convolution is zero."""
    file = tmp_path_factory.mktemp("unchanging") / tiny_weights.file.name
    tensors = {
        key: tensor * (not key.startswith("tail"))
        for key, tensor in load_file(tiny_weights.file).items()
    }
    save(tensors, tiny_weights.card, file)
    shutil.copy(tiny_weights.graph, file.parent)
    return open_weights(file)


def test_a_network_that_changes_nothing_scores_as_its_input(unchanging, image_sets):
    suite = find_suite("photos/gaussian_noise_25_8bit")
    result = score(unchanging, suite, image_sets)
    assert result.psnr == result.input_psnr
    assert (result.suite, result.protocol, result.images) == (suite.name, suite.protocol, 4)
    assert len(result.data_hash) == 64
    assert {"nitido", "source", "numpy", "openvino"} <= set(result.versions)
    rows = [(psnr(lq, gt), ssim(lq, gt)) for _, lq, gt in suite.pairs(image_sets)]
    assert result.psnr == pytest.approx(np.mean([row[0] for row in rows]), abs=1e-3)
    assert result.ssim == pytest.approx(np.mean([row[1] for row in rows]), abs=1e-4)
    assert 20 < result.psnr < 21.5


def test_results_are_clipped_and_rounded_but_unclipped_input_is_not(unchanging, image_sets):
    suite = find_suite("photos/gaussian_noise_50")
    result = score(unchanging, suite, image_sets)
    assert result.input_psnr == pytest.approx(14.15, abs=0.2)
    assert result.psnr > result.input_psnr + 0.2
    blank = run(find_candidate("input", suite), suite, image_sets)
    assert round(blank.psnr, 4) == round(blank.input_psnr, 4) == result.input_psnr


def test_the_border_is_not_scored(make_set, darker):
    data = make_set("photos", channels=3)
    suite = find_suite("photos/bicubic_x2")

    class Framed(darker):
        def __call__(self, lq):
            restored = suite.enlarged(lq)
            restored[:2] = restored[-2:] = 0
            restored[:, :2] = restored[:, -2:] = 0
            return restored

    result = run(Framed(), suite, data)
    assert result.psnr == pytest.approx(result.input_psnr)
    assert result.psnr > 20


def test_colors_are_scored_on_luma(make_set, darker):
    """Of a picture made 10 % darker, luma differs less than RGB does."""
    data = make_set("photos", channels=3, size=(24, 24))
    suite = find_suite("photos/bicubic_x2")

    class Enlarging(darker):
        def __call__(self, lq):
            return suite.enlarged(lq) * np.float32(0.9)

    [first, *_] = run(Enlarging(), suite, data).rows
    _, lq, gt = next(suite.pairs(data))
    made = np.floor(np.clip(suite.enlarged(lq) * np.float32(0.9), 0, 1) * 255 + 0.5)
    weights = np.array([65.481, 128.553, 24.966]) / 255
    error = ((made - gt.astype(float) * 255) @ weights)[2:-2, 2:-2]
    assert first.psnr == pytest.approx(10 * math.log10(255**2 / np.mean(error**2)), abs=1e-4)


def test_classical_bicubic_is_the_input_of_super_resolution(make_set):
    data = make_set("photos", channels=3)
    for name in ("photos/bicubic_x2", "photos/bicubic_y_x2"):
        suite = find_suite(name)
        result = run(find_candidate("classical:bicubic", suite), suite, data)
        assert result.psnr == pytest.approx(result.input_psnr, abs=1e-6)
        assert result.told == {"scale": 2}


def test_missing_images(unchanging, tmp_path):
    with pytest.raises(DataError, match=r"No image set 'photos'; looked at .*--data"):
        score(unchanging, find_suite("photos/gaussian_noise_25"), tmp_path)


# --- what a caller is told on the way


def test_every_picture_is_shown_with_its_result(make_set, darker):
    data = make_set("photos")
    seen = []
    result = run(darker(), SUITE, data, on_image=seen.append)
    assert [(p.done, p.total) for p in seen] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert [p.row for p in seen] == list(result.rows)
    for progress, (name, lq, gt) in zip(seen, SUITE.pairs(data), strict=True):
        assert progress.row.image == progress.case.name == name
        assert np.array_equal(progress.case.lq, lq)
        assert np.array_equal(progress.case.gt, gt)
        assert np.array_equal(progress.restored, lq * np.float32(0.9))


# --- killed and started again


def csv_of(folder):
    [file] = folder.glob("*.csv")
    return file


def test_a_run_goes_on_where_it_was_killed(make_set, darker, tmp_path):
    data, folder = make_set("photos"), tmp_path / "rows"
    with pytest.raises(KeyboardInterrupt):
        run(darker(fails_at=3), SUITE, data, folder=folder)
    again, seen = darker(), []
    result = run(again, SUITE, data, folder=folder, on_image=seen.append)
    assert again.calls == 2
    assert [p.restored is None for p in seen] == [True, True, False, False]
    whole = run(darker(), SUITE, data)
    assert [(r.image, r.psnr, r.ssim) for r in result.rows] == [
        (r.image, r.psnr, r.ssim) for r in whole.rows
    ]
    assert result.file == csv_of(folder)
    lines = csv_of(folder).read_text().splitlines()
    assert lines[0] == "image,sha256,psnr,ssim,input_psnr,seconds"
    assert len(lines) == 5
    complete = darker()
    run(complete, SUITE, data, folder=folder)
    assert complete.calls == 0
    fresh = darker()
    run(fresh, SUITE, data, folder=folder, fresh=True)
    assert fresh.calls == 4
    assert len(csv_of(folder).read_text().splitlines()) == 5


@pytest.mark.parametrize("cut", [1, 5, 30, 60, 100])
def test_a_torn_line_is_scored_again(make_set, darker, tmp_path, cut):
    data, folder = make_set("photos"), tmp_path / "rows"
    before = run(darker(), SUITE, data, folder=folder)
    file = csv_of(folder)
    file.write_bytes(file.read_bytes()[:-cut])
    again = darker()
    after = run(again, SUITE, data, folder=folder)
    assert again.calls == 1
    assert [r.psnr for r in after.rows] == [r.psnr for r in before.rows]


@pytest.mark.parametrize(
    "tail", [b"\0" * 40 + b"\n", b"\xff\xfe,,\n", b"01,abc,1,2,3,4\n", b'"01\n', b"\n\n", b"x" * 9]
)
def test_what_is_no_row_is_dropped(make_set, darker, tmp_path, tail):
    data, folder = make_set("photos"), tmp_path / "rows"
    with pytest.raises(KeyboardInterrupt):
        run(darker(fails_at=3), SUITE, data, folder=folder)
    with csv_of(folder).open("ab") as stream:
        stream.write(tail)
    again = darker()
    run(again, SUITE, data, folder=folder)
    assert again.calls == 2
    assert len(csv_of(folder).read_text("utf-8").splitlines()) == 5


def test_a_folder_that_cannot_be_made(make_set, darker, tmp_path):
    (tmp_path / "rows").write_text("a file")
    with pytest.raises(UnwritableError, match=r"cannot hold the rows of the run .*-o"):
        run(darker(), SUITE, make_set("photos"), folder=tmp_path / "rows")


def test_a_file_of_something_else_is_begun_anew(make_set, darker, tmp_path):
    data, folder = make_set("photos"), tmp_path / "rows"
    run(darker(), SUITE, data, folder=folder)
    for content in (b"", b"nothing of ours"):
        csv_of(folder).write_bytes(content)
        again = darker()
        run(again, SUITE, data, folder=folder)
        assert again.calls == 4


def test_a_picture_that_changed_is_scored_again(make_set, darker, tmp_path, photograph):
    data, folder = make_set("photos"), tmp_path / "rows"
    before = run(darker(), SUITE, data, folder=folder)
    write(Picture(photograph(24, 28, 1, seed=9)), data / "photos" / "01.png", overwrite=True)
    again = darker()
    after = run(again, SUITE, data, folder=folder)
    assert again.calls == 1
    assert after.data_hash != before.data_hash


def test_other_runs_have_other_files(make_set, darker, tmp_path, monkeypatch):
    data, folder = make_set("photos"), tmp_path / "rows"
    run(darker(), SUITE, data, folder=folder)
    run(darker(), find_suite("photos/jpeg_11"), data, folder=folder)
    run(darker(sigma=3), SUITE, data, folder=folder)
    other = darker()
    other.weights_hash = "f" * 64
    run(other, SUITE, data, folder=folder)
    from nitido.bench import runner

    monkeypatch.setattr(runner, "versions", lambda *packages: {"nitido": "another"})
    last = darker()
    run(last, SUITE, data, folder=folder)
    assert last.calls == 4
    assert len(list(folder.glob("photos-jpeg_1*-darker-*.csv"))) == 5


# --- what a result says


def test_json_holds_everything_a_score_depends_on(make_set, darker, tmp_path):
    data = make_set("set12", count=3)
    suite = find_suite("set12/gaussian_noise_25")
    candidate = darker(sigma=25.0)
    candidate.name = "dncnn_s_25"
    result = run(candidate, suite, data, folder=tmp_path / "rows")
    line = result.to_json()
    assert "\n" not in line
    said = json.loads(line)
    assert (said["suite"], said["weights"], said["images"]) == (suite.name, "dncnn_s_25", 3)
    assert said["psnr"] == pytest.approx(np.mean([psnr for psnr, _ in said["each"].values()]))
    assert said["ssim"] == pytest.approx(np.mean([s for _, s in said["each"].values()]), abs=1e-5)
    assert said["interval"][0] < said["psnr"] < said["interval"][1]
    assert said["difference"] == pytest.approx(said["psnr"] - 30.44, abs=1e-3)
    [bm3d] = [row for row in said["published"] if row["method"] == "BM3D"]
    assert bm3d["difference"] == pytest.approx(said["psnr"] - 29.97, abs=1e-3)
    assert bm3d["verified"]
    assert said["told"] == {"sigma": 25.0}
    assert said["published_set"] is False
    assert said["protocol"] == suite.protocol
    assert said["weights_hash"] is None
    assert len(said["data_hash"]) == 64
    assert "numpy" in said["versions"]
    assert said["rows"] == str(csv_of(tmp_path / "rows"))


def test_perfect_results_are_infinite_and_null_in_json(make_set, darker):
    data = make_set("photos")
    cases = {}

    class Perfect(darker):
        def __call__(self, lq):
            return cases[lq.tobytes()]

    cases.update({lq.tobytes(): gt for _, lq, gt in SUITE.pairs(data)})
    result = run(Perfect(), SUITE, data)
    assert math.isinf(result.psnr)
    assert result.interval is None
    said = json.loads(result.to_json())
    assert said["psnr"] is None
    assert said["ssim"] == 1
    assert said["each"]["00"][0] is None


def test_infinite_scores_survive_being_kept(make_set, darker, tmp_path):
    data, folder = make_set("photos", count=1), tmp_path / "rows"
    [(_, _, gt)] = SUITE.pairs(data)

    class Perfect(darker):
        def __call__(self, lq):
            self.calls += 1
            return gt

    run(Perfect(), SUITE, data, folder=folder)
    again = Perfect()
    assert math.isinf(run(again, SUITE, data, folder=folder).psnr)
    assert again.calls == 0


def test_the_data_hash_does_not_hang_on_names_or_order(make_set, darker):
    data = make_set("photos", count=3)
    before = run(darker(), SUITE, data).data_hash
    (data / "photos" / "00.png").rename(data / "photos" / "zz.png")
    assert run(darker(), SUITE, data).data_hash == before
    (data / "photos" / "zz.png").unlink()
    assert run(darker(), SUITE, data).data_hash != before


def test_the_input_finds_its_own_row(make_set):
    data = make_set("classic5", count=2)
    suite = find_suite("classic5/jpeg_10")
    result = run(find_candidate("input", suite), suite, data)
    assert result.own.method == "JPEG"
    assert result.psnr == result.input_psnr
    suite = find_suite("classic5/jpeg_11")
    assert run(find_candidate("input", suite), suite, data).own is None


# --- the interval


def test_the_interval_is_that_of_the_mean():
    values = np.random.default_rng(1).normal(30, 2, 60).tolist()
    low, high = interval(values)
    half = 1.96 * np.std(values) / math.sqrt(len(values))
    assert low == pytest.approx(np.mean(values) - half, abs=0.1)
    assert high == pytest.approx(np.mean(values) + half, abs=0.1)
    assert interval(values) == (low, high)
    assert interval([30.0, 30.0, 30.0]) == (30, 30)
    assert interval([30.0]) is None
    assert interval([30.0, math.inf]) is None


def test_pictures_are_read_from_the_root_that_is_given(make_set, darker):
    data = make_set("photos", count=2)
    result = run(darker(), SUITE, data)
    assert len(result.rows) == 2
    assert read(data / "photos" / "00.png").pixels.shape == (24, 28, 1)
