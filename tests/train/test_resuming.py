"""Runs repeat themselves bit for bit and survive every kind of interruption."""

import csv
import os
import signal
import subprocess
import sys
import time

import pytest
import torch
import yaml

from nitido import export
from nitido.cli.train import train as command
from nitido.errors import RecipeError
from nitido.train import loop as loop_file
from nitido.train import train
from nitido.train._log import Log
from nitido.train._progress import Progress
from nitido.weights import open_weights
from nitido.weights.loading import load_network

MUON = {"optimizer": "muon", "lr": 0.01, "warmup": 2, "steps": 20}
WIDE = {"name": "unet", "features": (16, 16), "blocks": (1, 1), "takes_sigma": True}
NORMED = {"name": "dncnn", "features": 4, "depth": 4, "channels": 3}  # has buffers
DEEP = {"name": "memnet", "features": 4, "blocks": 2, "recursions": 1, "channels": 3}


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(first[k], second[k]) for k in first)


def same_run(folder, other):
    """Compare everything that two runs left behind, but what a clock decides."""
    first, second = (
        torch.load(place / "checkpoint.pt", weights_only=True) for place in (folder, other)
    )
    optimizers = [checkpoint["optimizer"]["state"] for checkpoint in (first, second)]
    return (
        same(first["network"], second["network"])
        and same(first["average"], second["average"])
        and first["updates"] == second["updates"]
        and optimizers[0].keys() == optimizers[1].keys()
        and all(
            torch.equal(torch.as_tensor(value), torch.as_tensor(optimizers[1][parameter][key]))
            for parameter, state in optimizers[0].items()
            for key, value in state.items()
        )
        and read_log(folder) == read_log(other)
    )


def read_log(folder):
    """Return step, loss, psnr and rate of every line."""
    with (folder / "log.csv").open(newline="") as lines:
        return [tuple(row.values())[:4] for row in csv.DictReader(lines)]


def test_the_log_is_what_was_reported(run, tmp_path, image_sets, make_recipe):
    reports = []
    run(make_recipe(schedule__steps=50), tmp_path, image_sets, report=reports.append)
    rows = read_log(tmp_path)
    assert [int(row[0]) for row in rows] == [20, 40, 50]
    for row, report in zip(rows, reports, strict=True):
        assert tuple(map(float, row)) == (report.step, report.loss, report.psnr, report.rate)
    assert list((tmp_path / "tensorboard").glob("events*"))


@pytest.mark.parametrize(
    "changes",
    [
        {"network": WIDE, "schedule": MUON, "data__told": 0.5, "data__gray": 0.5},
        {"network": NORMED},
        {"network": DEEP, "schedule": MUON},
        {
            "data__stages": [
                {"until": 0.3, "patch": 8, "batch": 5},
                {"until": 1, "patch": 24, "batch": 3},
            ],
            "data__mixup": {"share": 0.5, "begin": 0.2},
            "schedule__plateau": {"patience": 4, "factor": 0.5},
        },
        {
            "data__patch": 32,
            "data__targets": "lq",
            "added_losses": [
                {"name": "adversarial", "weight": 0.1, "features": 4, "depth": 2},
                {"name": "total_variation", "weight": 0.01},
            ],
        },
        {"objective": {"name": "noise2void", "share": 0.1}},
        {"objective": {"name": "neighbor2neighbor"}},
        {"difficulty": {"setting": "sigma", "range": (0, 60), "parts": 3, "every": 6}},
    ],
    ids=["unet-muon", "dncnn-adamw", "memnet-muon", "stages", "gan", "n2v", "nb2nb", "on-demand"],
)
def test_runs_repeat_and_resume_bit_for_bit(
    run, tmp_path, image_sets, make_recipe, monkeypatch, changes
):
    monkeypatch.setattr(loop_file, "_LOG_EVERY", 4)
    recipe = make_recipe(**changes, seed=3)
    whole = run(recipe, tmp_path / "whole", image_sets)
    again = run(recipe, tmp_path / "again", image_sets)
    assert same(whole.network.state_dict(), again.network.state_dict())
    assert same_run(tmp_path / "whole", tmp_path / "again")

    cut = tmp_path / "cut"
    for steps, left in ((7, 7), (6, 13), (None, 20)):  # in the middle of a report, twice
        trained = run(recipe, cut, image_sets, steps, resume=True)
        assert (trained.steps, trained.done) == (left, left == 20)
    assert same(whole.network.state_dict(), trained.network.state_dict())
    assert same_run(tmp_path / "whole", cut)

    other = run(recipe.model_copy(update={"seed": 4}), tmp_path / "other", image_sets)
    assert not same(whole.network.state_dict(), other.network.state_dict())


def test_a_finished_run_resumes_to_its_end_at_once(run, tmp_path, image_sets, make_recipe):
    """As after a kill between the last step and the export."""
    recipe = make_recipe(schedule__steps=3)
    first = run(recipe, tmp_path, image_sets)
    log = (tmp_path / "log.csv").read_text()
    second = run(recipe, tmp_path, image_sets, resume=True)
    assert second.done
    assert second.steps == 3
    assert same(first.network.state_dict(), second.network.state_dict())
    assert (tmp_path / "log.csv").read_text() == log


def test_without_resume_a_run_starts_afresh(run, tmp_path, image_sets, make_recipe):
    recipe = make_recipe(schedule__steps=3)
    first = run(recipe, tmp_path, image_sets)
    second = run(recipe, tmp_path, image_sets)
    assert second.steps == 3
    assert same(first.network.state_dict(), second.network.state_dict())
    assert len(read_log(tmp_path)) == 1


def test_checkpoints_come_at_their_interval(tmp_path, image_sets, make_recipe):
    seen = []

    def stop():
        file = tmp_path / "checkpoint.pt"
        if file.exists():
            seen.append(torch.load(file, weights_only=True)["mark"]["step"])
        return False

    train(make_recipe(schedule__steps=8, checkpoint_every=3), tmp_path, data=image_sets, stop=stop)
    assert seen == [3, 3, 3, 6, 6]  # asked before the checkpoint of its own step
    assert torch.load(tmp_path / "checkpoint.pt", weights_only=True)["mark"]["step"] == 8
    assert not list(tmp_path.glob("*.part"))


def test_another_recipe_is_refused(run, tmp_path, image_sets, make_recipe):
    recipe = make_recipe(schedule__steps=4)
    run(recipe, tmp_path, image_sets, 2)
    other = make_recipe(schedule__steps=4, seed=1, ema=0.5)
    with pytest.raises(RecipeError, match="another recipe: ema, seed differ"):
        run(other, tmp_path, image_sets, resume=True)
    harmless = make_recipe(schedule__steps=4, checkpoint_every=2, suites=("a/paired",))
    assert run(harmless, tmp_path, image_sets, resume=True).done


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:-30],
        lambda whole: b"<html>not found</html>",
        lambda whole: whole.replace(b"PK\x03\x04", b"XX\x03\x04"),
    ],
)
def test_a_damaged_checkpoint_is_refused(run, tmp_path, image_sets, make_recipe, damage):
    recipe = make_recipe(schedule__steps=2)
    run(recipe, tmp_path, image_sets, 1)
    file = tmp_path / "checkpoint.pt"
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(RecipeError, match=r"checkpoint\.pt is damaged; delete it"):
        run(recipe, tmp_path, image_sets, resume=True)


@pytest.mark.parametrize("content", [[1, 2], {"network": {}}, torch.zeros(3)])
def test_a_checkpoint_of_another_kind_is_refused(run, tmp_path, image_sets, make_recipe, content):
    torch.save(content, tmp_path / "checkpoint.pt")
    with pytest.raises(RecipeError, match=r"checkpoint\.pt is damaged; delete it"):
        run(make_recipe(), tmp_path, image_sets, resume=True)


def test_the_log_drops_what_a_killed_run_wrote_beyond_its_checkpoint(tmp_path):
    def progress(step):
        return Progress(step, 0.5, 0.1, 20.0, 1e-3, 1.0, 0.0)

    with Log(tmp_path, 0) as log:
        for step in (20, 40, 60):
            log.write(progress(step))
    with Log(tmp_path, 40) as log:
        assert [row[0] for row in read_log(tmp_path)] == ["20", "40"]
        log.write(progress(60))
    assert [row[0] for row in read_log(tmp_path)] == ["20", "40", "60"]
    with Log(tmp_path, 0):
        assert read_log(tmp_path) == []


def start(recipe, folder, data, *more):
    main = "from nitido.cli import main; main()"
    return subprocess.Popen(
        [
            *(sys.executable, "-c", main, "train", str(recipe), "-o", str(folder)),
            *("--data", str(data), *more),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_for(process, file):
    for _ in range(1200):
        if file.exists():
            return
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.05)
    raise AssertionError(f"{file} never came")


def test_two_processes_equal_one_with_twice_the_batch(run, tmp_path, image_sets, make_recipe):
    recipe = make_recipe(network=NORMED | {"batch_norm": False}, data__batch=2, schedule__steps=12)
    file, script = tmp_path / "tiny.yaml", tmp_path / "nitido"
    file.write_text(yaml.safe_dump(recipe.model_dump(mode="json", exclude_none=True)))
    script.write_text("from nitido.cli import main\nmain()\n")
    both = tmp_path / "both"
    command = [sys.executable, script, "train", file, "-o", both, "--data", image_sets]
    said = subprocess.run(
        [*map(str, command), "--devices", "2"], capture_output=True, text=True, timeout=300
    )
    assert said.returncode == 0, said.stderr
    assert said.stderr.count("exporting") == 1
    double = recipe.model_copy(update={"data": recipe.data.model_copy(update={"batch": 4})})
    one = run(double, tmp_path / "one", image_sets).network.state_dict()
    saved = torch.load(both / "checkpoint.pt", weights_only=True)
    for key, value in one.items():
        torch.testing.assert_close(saved["average"][key], value, rtol=1e-4, atol=1e-6)
    assert saved["mark"]["served"] == 12 * 4
    rows = [read_log(tmp_path / name) for name in ("both", "one")]
    assert [row[0] for row in rows[0]] == [row[0] for row in rows[1]]
    for row, other in zip(*rows, strict=True):
        assert list(map(float, row)) == pytest.approx(list(map(float, other)), rel=1e-3)


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGKILL")
def test_kill_and_ctrl_c_and_resume_equal_a_run_without(
    run, tmp_path, image_sets, make_recipe, monkeypatch
):
    steps = 200
    recipe = make_recipe(schedule__steps=steps, checkpoint_every=5)
    file = tmp_path / "tiny.yaml"
    file.write_text(yaml.safe_dump(recipe.model_dump(mode="json", exclude_none=True)))
    cut, checkpoint = tmp_path / "cut", tmp_path / "cut" / "checkpoint.pt"

    process = start(file, cut, image_sets)
    wait_for(process, checkpoint)
    process.kill()
    process.communicate()
    killed = torch.load(checkpoint, weights_only=True)["mark"]["step"]
    assert 0 < killed < steps

    before = checkpoint.stat().st_mtime_ns
    process = start(file, cut, image_sets, "--resume")
    while checkpoint.stat().st_mtime_ns == before and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert "go on with --resume" in said
    interrupted = torch.load(checkpoint, weights_only=True)["mark"]["step"]
    assert killed < interrupted < steps

    with pytest.raises(RecipeError, match="holds a run already; go on with --resume"):
        command(str(file), cut, data=image_sets)
    monkeypatch.setattr(export, "_bytes_per_pixel", lambda weights: 99)  # takes two processes
    assert command(str(file), cut, data=image_sets, resume=True) == 0
    whole = run(recipe, tmp_path / "whole", image_sets)
    assert same_run(tmp_path / "whole", cut)
    weights = open_weights(cut / "tiny.safetensors")
    assert weights.graph.is_file()
    assert weights.card.trained.startswith(f"{steps} steps of 2 patches of 16")
    exported = load_network(weights).state_dict()
    for key, value in whole.network.state_dict().items():
        assert torch.allclose(exported[key], value, rtol=1e-3, atol=1e-6)
