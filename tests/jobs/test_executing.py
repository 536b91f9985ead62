"""Jobs are plain data, and executing one is all of the work on a file."""

import json
from dataclasses import replace

import numpy as np
import pytest

import nitido
from nitido.errors import SettingError, UnknownNameError
from nitido.jobs import trial
from nitido.picture import read, write
from nitido.pipeline import Restorers
from nitido.plans import Plan, Step

RNG = np.random.default_rng(0)


@pytest.fixture
def photo(tmp_path, photograph):
    """A noisy picture, alone in its folder."""
    path = tmp_path / "in" / "photo.png"
    path.parent.mkdir()
    lq = photograph(96, 120) + RNG.normal(0, 20 / 255, (96, 120, 3))
    write((255 * lq.clip(0, 1)).astype(np.uint8), path)
    return path


JOBS = (
    nitido.Job("a.png"),
    nitido.Job("ñ 照片.png", "out/b.tif", task="dejpeg,denoise", strength=0.5, quality=80),
    nitido.Job("a.png", plan=Plan((Step("denoise", "denoise", 1.5),)), precision="fp32", tile=64),
    nitido.Job("a.png", model="classical:median", settings={"radius": 2}, overwrite=True),
    nitido.Job("a.png", scale=1.5, metadata="private", dry_run=True, compare=True),
)


@pytest.mark.parametrize("job", JOBS, ids=range(len(JOBS)))
def test_there_and_back(job):
    text = job.to_json()
    assert nitido.Job.from_json(text) == job
    assert json.loads(text)["version"] == 1
    assert text.isascii()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "The job is wrong: input: "),
        ('{"input": "a", "tsak": "denoise"}', "tsak: unexpected keyword argument"),
        ('{"input": "a", "quality": "95"}', "quality: .*valid integer, it is '95'"),
        ('{"input": "a", "plan": {"steps": [{"weights": "a"}]}}', "plan.steps.0.task: field req"),
        ('{"input": "a", "version": 3}', "of version 3"),
        ('{"input": "a", "quality": 0}', "quality is 0"),
        ('{"input": "a", "metadata": "all"}', "metadata"),
        ('{"input": "a", "task": "denois"}', "No task 'denois'; try denoise"),
        ('{"input": "a", "task": "denoise", "model": "denoise"}', "name only one of them"),
        ('{"input": "a", "task": "denoise", "plan": {"steps": []}}', "name only one of them"),
        ('{"input": "a", "tile": -1}', "tile is -1"),
        ('{"input": "a", "scale": 0}', "scale is 0"),
    ],
)
def test_what_is_wrong_is_said(text, said):
    with pytest.raises((SettingError, UnknownNameError), match=said):
        nitido.Job.from_json(text)


def test_a_job_does_all_of_the_work(photo, tmp_path):
    job = nitido.Job(str(photo), str(tmp_path / "new" / "folder" / "b.png"), compare=True)
    progress, checks = [], []
    outcome = nitido.execute(
        job, on_progress=progress.append, check=lambda: checks.append(len(progress))
    )
    assert (outcome.status, outcome.reason, outcome.output) == ("ok", None, job.output)
    assert [step.task for step in outcome.steps] == ["denoise"]
    assert (outcome.width, outcome.height, outcome.megapixels) == (120, 96, 0.01152)
    assert 0 < outcome.engine_seconds < outcome.seconds
    assert progress == [1]
    assert checks == [0, 1]
    assert {p.name for p in (tmp_path / "new" / "folder").iterdir()} == {"b.png", "b.compare.png"}
    expected = nitido.restore(read(photo), "denoise").pixels.clip(0, 1)
    assert np.abs(read(job.output).pixels - expected).max() < 0.51 / 255


def test_without_an_output_it_lies_beside_the_input(photo):
    outcome = nitido.execute(nitido.Job(str(photo), model="classical:median"))
    assert outcome.output == str(photo.with_name("photo.restored.png"))


def test_a_dry_run_says_what_would_be_done(photo):
    job = nitido.Job(str(photo), dry_run=True)
    planned, done = nitido.execute(job), nitido.execute(replace(job, dry_run=False))
    assert (planned.status, planned.output) == ("planned", done.output)
    for one, other in zip(planned.steps, done.steps, strict=True):
        assert (one.task, one.weights, one.strength) == (other.task, other.weights, other.strength)
        assert (one.reason, one.tile) == (other.reason, other.tile)
    larger = nitido.execute(replace(job, task="denoise,upscale", scale=1.5))
    assert (larger.width, larger.height) == (180, 144)
    assert sorted(p.name for p in photo.parent.iterdir()) == ["photo.png", "photo.restored.png"]


def test_what_needs_nothing_is_unchanged_and_not_written(tmp_path):
    write(np.full((64, 64, 3), 90, np.uint8), tmp_path / "a.png")
    for job in (nitido.Job(str(tmp_path / "a.png")), nitido.Job(str(tmp_path / "a.png"), scale=1)):
        outcome = nitido.execute(job)
        assert (outcome.status, outcome.output, outcome.steps) == ("unchanged", None, ())
        assert outcome.reason
        assert (outcome.width, outcome.height) == (64, 64)
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.parametrize("step", ["stop", "disk"])
def test_what_fails_or_is_stopped_leaves_nothing(step, photo, monkeypatch):
    job = nitido.Job(str(photo), task="dejpeg,denoise")

    def stop():
        raise KeyboardInterrupt

    if step == "stop":
        with pytest.raises(KeyboardInterrupt):
            nitido.execute(job, on_progress=lambda done: stop() if done > 0.5 else None)
    else:
        monkeypatch.setattr("nitido.restorer._tiles._Joined.add", lambda *args: 1 / 0)
        outcome = nitido.execute(job)
        assert outcome.status == "failed"
        assert outcome.reason == "unexpected ZeroDivisionError: division by zero"
    assert [p.name for p in photo.parent.iterdir()] == ["photo.png"]


def test_a_file_that_is_no_picture_fails_with_its_reason(tmp_path):
    (tmp_path / "a.png").write_text("no picture")
    outcome = nitido.execute(nitido.Job(str(tmp_path / "a.png")))
    assert outcome.status == "failed"
    assert "plain text" in outcome.reason
    missing = nitido.execute(nitido.Job(str(tmp_path / "b.png")))
    assert "does not exist" in missing.reason


def test_networks_are_opened_once_for_a_run(photo, monkeypatch):
    opened = []
    monkeypatch.setattr(
        "nitido.pipeline._restorers.open_step",
        lambda step, running, real=nitido.pipeline._restorers.open_step: (
            opened.append(step.weights) or real(step, running)
        ),
    )
    restorers = Restorers()
    job = nitido.Job(str(photo), task="denoise", overwrite=True)
    trial(job, restorers)
    for _ in range(3):
        assert nitido.execute(job, restorers=restorers).status == "ok"
    assert opened == ["denoise"]


def test_in_place(photo):
    before = photo.read_bytes()
    job = nitido.Job(str(photo), str(photo), task="denoise", sigma=20)
    assert "exists already" in nitido.execute(job).reason
    assert nitido.execute(replace(job, overwrite=True)).status == "ok"
    assert photo.read_bytes() != before
    assert read(photo).pixels.shape == (96, 120, 3)
