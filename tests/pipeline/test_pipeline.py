"""Steps in a chain: what they give one by one, in bounded memory, with nothing left behind."""

import io
import os
import shutil
import tempfile
import tracemalloc
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from nitido.diagnosis import look
from nitido.errors import SettingError, UnwritableError
from nitido.picture import ArraySource, Picture, imresize, portions, write
from nitido.pipeline import Pipeline, Restorers, Running, Size, Wish
from nitido.pipeline._between import Rounded, Waiting
from nitido.plans import Plan, Step
from nitido.restorer import Classical, Restorer, _telling

RNG = np.random.default_rng(0)
MEDIAN = Step(None, "classical:median", settings={"radius": 1})
WIDE = Step(None, "classical:gaussian", settings={"width": 1.5})
LARGER = Step(None, "classical:bicubic", settings={"scale": 2})


def through(plan, source, **settings):
    with Pipeline(plan, **settings).rows(source) as rows:
        return rows.rows(rows.height), rows.reports


def sixteen(pixels):
    return np.floor(pixels.clip(0, 1) * np.float32(65535) + np.float32(0.5)) / np.float32(65535)


@pytest.mark.parametrize("depth", [8, 16, 32])
@pytest.mark.parametrize("tile", [None, 16])
def test_a_chain_gives_what_its_steps_give_one_by_one(depth, tile, photograph):
    lq, alpha = photograph(70, 90), photograph(70, 90, 1)[..., 0]
    plan, running = Plan((MEDIAN, LARGER, WIDE)), Running(tile=tile)
    (found, opacity), reports = through(plan, ArraySource(lq, alpha, depth), running=running)
    between = (lambda pixels: pixels) if depth == 32 else sixteen
    picture = Picture(lq, alpha, depth)
    for index, step in enumerate(plan.steps):
        if index:
            kept = between(picture.pixels), between(picture.alpha)
            picture = Picture(*kept, depth)
        picture = Classical(step.weights, step.settings).picture(picture)
    np.testing.assert_allclose(found, picture.pixels, atol=1e-5)
    np.testing.assert_allclose(opacity, picture.alpha, atol=1e-5)
    assert [(step, report.weights) for step, report in reports] == [
        (step, step.weights) for step in plan.steps
    ]
    assert all(report.tiles > 0 and report.seconds >= 0 for _, report in reports)


@pytest.mark.parametrize(("wanted", "peak"), [("full", 1), ("0,1024", 1024 / 65535)])
def test_a_method_is_shown_the_range_that_is_asked_for(wanted, peak, photograph):
    dim = photograph(40, 50) / 64
    step = Step(None, "classical:gamma", settings={"gamma": 0.5, "range": wanted})
    (found, _), _ = through(Plan((step,)), ArraySource(dim, depth=16))
    np.testing.assert_allclose(found, peak * np.sqrt(dim / peak), atol=1e-5)


@pytest.fixture
def told(told_weights):
    """A step whose network must be told the level, so that the picture is looked at first."""
    return Step("denoise", str(told_weights.file))


@pytest.fixture
def differences(monkeypatch):
    """Let the diagnosis find as much noise as neighbors differ, 8-bit units."""

    def judge(look):
        return SimpleNamespace(level=255 * float(np.diff(look.windows[0], axis=1).std()))

    monkeypatch.setattr(_telling, "judge", judge)
    return lambda pixels: judge(look(ArraySource(pixels))).level


def test_a_step_that_looks_judges_what_the_step_before_left(told, photograph, differences):
    noisy = photograph(128, 128, 1) + np.float32(30 / 255) * RNG.standard_normal((128, 128, 1))
    lq = sixteen(noisy.astype(np.float32))
    assert not Restorers().at(WIDE, Running()).looks_first(8)
    assert Restorers().at(told, Running()).looks_first(8)
    plan, running = Plan((WIDE, replace(told, settings={"range": "full"}))), Running()
    (found, _), reports = through(plan, ArraySource(lq, depth=16), running=running)
    left = sixteen(Classical(WIDE.weights, WIDE.settings)(lq))
    (once, _), _ = through(Plan(plan.steps[1:]), ArraySource(left, depth=16))
    assert reports[1][1].sigma == pytest.approx(differences(left))
    assert differences(left) < differences(lq) / 4
    np.testing.assert_array_equal(found, once)


@pytest.mark.parametrize("depth", [8, 16, 32])
@pytest.mark.parametrize("on_disk", [False, True])
def test_a_picture_that_waits_is_the_picture(depth, on_disk, monkeypatch, photograph):
    if on_disk:
        monkeypatch.setattr("nitido.pipeline._between._IN_MEMORY", 1000)
    pixels, alpha = 1.2 * photograph(50, 60), photograph(50, 60, 1)[..., 0]
    waiting = Waiting(Rounded(ArraySource(pixels, alpha, depth)))
    expected = pixels if depth == 32 else sixteen(pixels)
    first = waiting.rows(20)
    with waiting.again() as again:
        rows, opacity = again.rows(50)
    np.testing.assert_array_equal(rows, expected)
    np.testing.assert_array_equal(np.concatenate((first[0], waiting.rows(99)[0])), expected)
    np.testing.assert_array_equal(opacity, alpha if depth == 32 else sixteen(alpha))
    assert isinstance(waiting._file._file, io.BytesIO) != on_disk
    waiting.close()


def test_nothing_is_left_in_the_folder_for_temporaries(monkeypatch, tmp_path, told, photograph):
    monkeypatch.setattr("nitido.pipeline._between._IN_MEMORY", 1000)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    plan = Plan((WIDE, told))
    lq = sixteen(photograph(64, 64, 1))

    def stop(done):
        if done > 0.5:
            raise KeyboardInterrupt

    for on_progress in (lambda done: None, stop):
        pipeline = Pipeline(plan)
        try:
            with pipeline.rows(ArraySource(lq, depth=16), on_progress=on_progress) as rows:
                rows.rows(64)
        except KeyboardInterrupt:
            assert on_progress is stop
        assert list(tmp_path.iterdir()) == []


def test_a_full_folder_for_temporaries_is_said(monkeypatch, photograph):
    def full(*args):
        raise OSError(28, "No space left on device")

    waiting = Waiting(Rounded(ArraySource(photograph(20, 20), depth=16)))
    monkeypatch.setattr(waiting._file, "write", full)
    with pytest.raises(UnwritableError, match=r"No space left on device\. Make room there, or"):
        waiting.rows(1)
    waiting.close()


def test_memory_does_not_grow_with_the_height(monkeypatch):
    for room in ("picture._resized", "restorer._tiles"):
        monkeypatch.setattr(f"nitido.{room}._PORTION", 10_000)

    class Endless(ArraySource):
        def __init__(self, height):
            super().__init__(np.zeros((1, 200, 3), np.float32), depth=8)
            self.height = height

        def rows(self, count):
            count = min(count, self.height - self._next)
            self._next += count
            return RNG.random((count, 200, 3), np.float32), None

    peaks = []
    for height in (600, 6000):
        plan = Plan(
            (MEDIAN, WIDE, Step("resize", "bicubic", settings={"width": 50, "height": height // 4}))
        )
        with Pipeline(plan, Running(tile=64)).rows(Endless(height)) as rows:
            tracemalloc.start()
            for _ in portions(rows, 200 * 16):
                pass
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0]  # ten times as high; what grows are the places of rows
    assert peaks[1] < 0.3 * 6000 * 200 * 3 * 4


def test_a_step_knows_how_many_work_at_the_same_time(told, photograph):
    shares = []
    rows = Classical.rows

    def watched(self, source, **settings):
        shares.append(settings["share"])
        return rows(self, source, **settings)

    plan = Plan((MEDIAN, WIDE, told, MEDIAN))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Classical, "rows", watched)
        through(plan, ArraySource(photograph(40, 40, 1), depth=8))
    assert shares == [2, 2, 2]


def test_progress_counts_all_steps(photograph):
    told = []
    pipeline = Pipeline(Plan((MEDIAN, WIDE)), Running(tile=16))
    with pipeline.rows(ArraySource(photograph(64, 32)), on_progress=told.append) as rows:
        rows.rows(64)
    assert told == sorted(told)
    assert (len(told), told[-1]) == (16, 1)


def test_sizes_are_reached_and_alpha_with_them(photograph):
    lq, alpha = photograph(40, 60), photograph(40, 60, 1)[..., 0]
    plan = Wish(size=Size(scale=0.45)).plan(40, 60)
    (small, opacity), _ = through(plan, ArraySource(lq, alpha, 8))
    np.testing.assert_allclose(small, imresize(lq, size=(18, 27)), atol=1e-5)
    np.testing.assert_allclose(opacity, imresize(alpha, size=(18, 27)).clip(0, 1), atol=1e-5)
    plan = Wish(size=Size(scale=1.5)).plan(40, 60)
    (larger, opacity), reports = through(plan, ArraySource(lq, alpha, 8))
    assert larger.shape == (60, 90, 3)
    twice = sixteen(Restorer("upscale_x2")(lq))
    np.testing.assert_allclose(larger, imresize(twice, size=(60, 90)), atol=1e-5)
    assert opacity.shape == (60, 90)
    assert [report.weights for _, report in reports] == ["upscale_x2", "bicubic"]


def test_what_is_opened_is_opened_once_and_not_for_ever():
    restorers, running = Restorers(), Running()
    first = restorers.at(MEDIAN, running)
    assert restorers.at(MEDIAN, running) is first
    assert restorers.at(MEDIAN, Running(tile=16)) is not first
    for radius in range(1, 20):
        restorers.at(Step(None, "classical:median", settings={"radius": radius}), running)
    assert len(restorers._opened) <= 12
    kernel = Step(None, "classical:wiener_deconvolution", settings={"kernel": np.ones((3, 3)) / 9})
    assert restorers.at(kernel, running) is not restorers.at(kernel, running)


@pytest.mark.parametrize(
    ("step", "running", "complaint"),
    [
        (Step("resize", "bicubic"), {}, "it needs width and height"),
        (Step("resize", "bicubic", settings={"width": 3.5, "height": 2}), {}, "it needs width"),
        (Step("denoise", "denoise", settings={"radius": 1}), {}, "unknown setting 'radius'"),
        (MEDIAN, {"engine": "torch"}, "has no engines"),
        (Step("dejpeg", "dejpeg", 1.5), {}, "keep strength within 0..1"),
    ],
)
def test_a_step_that_cannot_be_done_is_refused_before_anything_is(step, running, complaint):
    with pytest.raises(SettingError, match=complaint):
        Pipeline(Plan((step,)), Running(**running))


def test_an_empty_plan_gives_the_picture_back(photograph, tmp_path):
    lq = photograph(20, 30)
    np.testing.assert_array_equal(Pipeline(Plan())(lq), lq)
    write(lq, Path(tmp_path, "a.tif"))
    np.testing.assert_array_equal(Pipeline(Plan())(tmp_path / "a.tif").pixels, lq)


def test_weights_that_were_trained_anew_are_opened_anew(tmp_path, tiny_weights):
    for file in (tiny_weights.file, tiny_weights.graph):
        shutil.copy(file, tmp_path / file.name)
    step = Step(None, str(tmp_path / tiny_weights.file.name))
    restorers, running = Restorers(), Running()
    before = restorers.at(step, running)
    assert restorers.at(step, running) is before
    os.utime(step.weights, ns=(1, 1))
    assert restorers.at(step, running) is not before
