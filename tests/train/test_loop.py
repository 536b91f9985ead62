"""The loop learns, repeats itself bit for bit, and survives every kind of interruption."""

import csv
import math
import os
import signal
import subprocess
import sys
import time

import pytest
import torch
import yaml

from nitido import catalog, export, networks
from nitido.cli.train import train as command
from nitido.errors import DataError, RecipeError, WeightsError
from nitido.train import loop as loop_file
from nitido.train import train
from nitido.train._batches import mixed
from nitido.train._log import Log
from nitido.train._progress import Progress
from nitido.weights import open_weights
from nitido.weights.loading import load_network

MUON = {"optimizer": "muon", "lr": 0.01, "warmup": 2, "steps": 20}
WIDE = {"name": "unet", "features": (16, 16), "blocks": (1, 1), "takes_sigma": True}
NORMED = {"name": "dncnn", "features": 4, "depth": 4, "channels": 3}  # has buffers
DEEP = {"name": "memnet", "features": 4, "blocks": 2, "recursions": 1, "channels": 3}


def run(recipe, folder, data, steps=None, **options):
    """Train; stop after `steps` as Ctrl-C would."""
    count = 0

    def stop():
        nonlocal count
        count += 1
        return count == steps

    return train(recipe, folder, data=data, stop=stop, **options)


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


@pytest.mark.parametrize(
    "optimizer",
    [{"schedule__lr": 0.02}, {"schedule": {**MUON, "lr": 0.1}}],
    ids=["adamw", "muon"],
)
def test_twenty_steps_lower_the_loss(tmp_path, image_sets, make_recipe, monkeypatch, optimizer):
    monkeypatch.setattr(loop_file, "_LOG_EVERY", 4)
    noise = {"name": "gaussian_noise", "sigma": 50}
    recipe = make_recipe(network=WIDE, degradation=noise, data__batch=8, **optimizer)
    reports = []
    trained = run(recipe, tmp_path, image_sets, report=reports.append)
    losses = [report.loss for report in reports]
    assert [report.step for report in reports] == [4, 8, 12, 16, 20]
    assert losses[-1] < 0.9 * losses[0]
    assert reports[-1].psnr > reports[0].psnr + 0.5
    assert trained.done
    assert trained.steps == 20
    assert not trained.network.training
    assert 0 <= trained.waiting <= 1
    assert reports[-1].fraction == 1
    assert reports[-1].remaining == 0


def test_the_log_is_what_was_reported(tmp_path, image_sets, make_recipe):
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
    tmp_path, image_sets, make_recipe, monkeypatch, changes
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


def test_a_finished_run_resumes_to_its_end_at_once(tmp_path, image_sets, make_recipe):
    """As after a kill between the last step and the export."""
    recipe = make_recipe(schedule__steps=3)
    first = run(recipe, tmp_path, image_sets)
    log = (tmp_path / "log.csv").read_text()
    second = run(recipe, tmp_path, image_sets, resume=True)
    assert second.done
    assert second.steps == 3
    assert same(first.network.state_dict(), second.network.state_dict())
    assert (tmp_path / "log.csv").read_text() == log


def test_without_resume_a_run_starts_afresh(tmp_path, image_sets, make_recipe):
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


def test_another_recipe_is_refused(tmp_path, image_sets, make_recipe):
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
def test_a_damaged_checkpoint_is_refused(tmp_path, image_sets, make_recipe, damage):
    recipe = make_recipe(schedule__steps=2)
    run(recipe, tmp_path, image_sets, 1)
    file = tmp_path / "checkpoint.pt"
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(RecipeError, match=r"checkpoint\.pt is damaged; delete it"):
        run(recipe, tmp_path, image_sets, resume=True)


@pytest.mark.parametrize("content", [[1, 2], {"network": {}}, torch.zeros(3)])
def test_a_checkpoint_of_another_kind_is_refused(tmp_path, image_sets, make_recipe, content):
    torch.save(content, tmp_path / "checkpoint.pt")
    with pytest.raises(RecipeError, match=r"checkpoint\.pt is damaged; delete it"):
        run(make_recipe(), tmp_path, image_sets, resume=True)


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_a_diverging_run_stops_and_leaves_a_sound_checkpoint(
    tmp_path, image_sets, make_recipe, optimizer
):
    schedule = {"optimizer": optimizer, "lr": 1e30, "warmup": 0, "steps": 20}
    recipe = make_recipe(network=WIDE, schedule=schedule, checkpoint_every=1)
    with pytest.raises(RecipeError, match=r"diverged at step \d+: .* Lower schedule\.lr"):
        run(recipe, tmp_path, image_sets)
    checkpoint = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert all(torch.isfinite(value).all() for value in checkpoint["network"].values())


@pytest.mark.parametrize("largest", [1e-3, None])
def test_gradients_are_clipped(largest, tmp_path, image_sets, make_recipe, monkeypatch):
    norms = []
    clip = loop_file.Fabric.clip_gradients

    def spy(self, network, optimizer, **options):
        norm = clip(self, network, optimizer, **options)
        left = torch.stack([p.grad.norm() for p in network.parameters()]).norm()
        norms.append((float(norm), float(left)))
        return norm

    monkeypatch.setattr(loop_file.Fabric, "clip_gradients", spy)
    recipe = make_recipe(schedule={"steps": 6, "clip": largest, "lr": 1e-3, "warmup": 0})
    run(recipe, tmp_path, image_sets)
    assert len(norms) == 6
    assert max(before for before, _ in norms) > 1e-2
    for before, left in norms:
        assert left == pytest.approx(min(before, largest or before), rel=1e-2)


def test_clipping_by_rate_lets_more_through_as_the_rate_falls(
    tmp_path, image_sets, make_recipe, monkeypatch
):
    asked = []
    clip = loop_file.Fabric.clip_gradients

    def spy(self, network, optimizer, *, max_norm, **options):
        asked.append(max_norm)
        return clip(self, network, optimizer, max_norm=max_norm, **options)

    monkeypatch.setattr(loop_file.Fabric, "clip_gradients", spy)
    phases = [{"until": 0.5, "lr": 0.1}, {"until": 1, "lr": 0.01}]
    schedule = {"steps": 4, "warmup": 0, "clip": 0.01, "clip_by_rate": True, "phases": phases}
    run(make_recipe(schedule=schedule), tmp_path, image_sets)
    assert asked == pytest.approx([0.1, 0.1, 1.0, 1.0])


def test_patches_and_batches_grow_by_stages(tmp_path, image_sets, make_recipe, monkeypatch):
    seen = []
    outputs = loop_file._outputs

    def spy(network, sigma, lq):
        seen.append(tuple(lq.shape))
        return outputs(network, sigma, lq)

    monkeypatch.setattr(loop_file, "_outputs", spy)
    stages = [{"until": 0.5, "patch": 8, "batch": 4}, {"until": 1, "patch": 16, "batch": 1}]
    run(make_recipe(data__stages=stages, schedule__steps=4), tmp_path, image_sets)
    assert seen == [(4, 3, 8, 8), (4, 3, 8, 8), (1, 3, 16, 16), (1, 3, 16, 16)]


def test_mixup_blends_both_sides_alike(make_recipe):
    data = make_recipe(data__mixup={"beta": 1.2, "begin": 0.5}).data
    gt = torch.rand(4, 3, 5, 5)
    lq = gt + 0.25
    torch.manual_seed(0)
    early = mixed(lq, gt, data, 0.4)
    assert early[0] is lq
    assert early[1] is gt
    blended_lq, blended_gt = mixed(lq, gt, data, 0.5)
    torch.testing.assert_close(blended_lq, blended_gt + 0.25)
    assert not torch.equal(blended_gt, gt)
    torch.testing.assert_close(blended_gt.mean(), gt.mean())
    with pytest.raises(ValueError, match="mixup blends noise levels"):
        make_recipe(data__mixup={}, data__told=0.5)


def test_frozen_parameters_stay(tmp_path, image_sets, make_recipe):
    torch.manual_seed(0)
    before = catalog.build(networks, "unet", features=(4, 6), blocks=(1, 1)).state_dict()
    recipe = make_recipe(schedule__steps=3, frozen=["head.*", "encoder.1.*"])
    after = run(recipe, tmp_path / "run", image_sets).network.state_dict()
    stayed = {key for key in before if torch.equal(before[key], after[key])}
    assert stayed == {key for key in before if key.startswith(("head.", "encoder.1."))}
    with pytest.raises(RecipeError, match=r"no parameter is called hat\.\*"):
        run(make_recipe(frozen=["hat.*"]), tmp_path / "hat", image_sets)
    with pytest.raises(RecipeError, match="nothing to train"):
        run(make_recipe(frozen=["*"]), tmp_path / "all", image_sets)


def test_missing_pictures(tmp_path, image_sets, make_recipe):
    with pytest.raises(DataError, match="No image set 'fotos'"):
        run(make_recipe(data__source="fotos"), tmp_path, image_sets)
    with pytest.raises(DataError, match="smaller than a patch of 64"):
        run(make_recipe(data__patch=64), tmp_path, image_sets)


def test_a_network_that_must_be_told_the_level_is_always_told(tmp_path, image_sets, make_recipe):
    network = {"name": "ffdnet", "channels": 3, "features": 4, "depth": 3}
    with pytest.raises(RecipeError, match=r"ffdnet must be told.*data\.told is 0\.5; set"):
        run(make_recipe(network=network, data__told=0.5), tmp_path, image_sets)
    assert run(make_recipe(network=network, data__told=1.0), tmp_path, image_sets).steps > 0


def test_real_damage_is_learned(tmp_path, photograph, make_recipe):
    """All pictures of a set are too dark by a fifth; nothing but the pairs can tell."""
    from nitido.picture import Picture, write

    for index in range(3):
        pixels = photograph(seed=index)
        for side, factor in (("lq", 0.8), ("gt", 1)):
            file = tmp_path / "sets" / "dark" / side / f"{index}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            write(Picture(pixels * factor), file)
    recipe = make_recipe(
        data__source="dark/gt",
        data__pairs="dark",
        data__paired=1.0,
        schedule={"steps": 60, "warmup": 0, "lr": 1e-2},
        ema=0.0,
    )
    trained = run(recipe, tmp_path, tmp_path / "sets")
    lq = torch.from_numpy(photograph(seed=7) * 0.8).permute(2, 0, 1)[None]
    with torch.inference_mode():
        gain = (trained.network(lq).mean() / lq.mean()).item()
    assert gain == pytest.approx(1.25, abs=0.1)


def test_a_budget_of_minutes_ends(tmp_path, image_sets, make_recipe):
    recipe = make_recipe(schedule={"minutes": 0.02, "warmup": 0})
    reports = []
    trained = run(recipe, tmp_path, image_sets, report=reports.append)
    assert trained.done
    assert 1.2 <= trained.seconds < 10
    assert reports[-1].fraction == 1
    assert math.isclose(reports[-1].rate, recipe.schedule.lr_end, rel_tol=1)  # cosine ran out


def test_start_from_other_weights(tmp_path, image_sets, make_recipe, tiny_weights):
    network = {"name": "unet", "features": (4, 6), "blocks": (1, 1), "takes_sigma": True}
    schedule = {"steps": 1, "warmup": 0, "lr": 1e-12, "lr_end": 1e-13, "weight_decay": 0}
    recipe = make_recipe(network=network, schedule=schedule, start=str(tiny_weights.file))
    from safetensors.torch import load_file

    trained = run(recipe, tmp_path, image_sets)
    for key, tensor in load_file(tiny_weights.file).items():
        assert torch.allclose(trained.network.state_dict()[key], tensor.float(), atol=1e-6)


def test_start_from_weights_of_another_shape(tmp_path, image_sets, make_recipe, tiny_weights):
    """Without the input of levels, and with another input layer; all else comes from the file."""
    from safetensors.torch import load_file

    network = {"name": "unet", "features": (4, 6), "blocks": (1, 1), "sees_clipping": True}
    schedule = {"steps": 1, "warmup": 0, "lr": 1e-12, "lr_end": 1e-13, "weight_decay": 0}
    recipe = make_recipe(
        network=network,
        schedule=schedule,
        start=str(tiny_weights.file),
        renewed=["head.*", "level.*"],
    )
    trained = run(recipe, tmp_path / "run", image_sets).network.state_dict()
    for key, tensor in load_file(tiny_weights.file).items():
        if not key.startswith(("head.", "level.")):
            assert torch.allclose(trained[key], tensor.float(), atol=1e-6)
    torch.manual_seed(recipe.seed)
    begun = catalog.build(networks, **network).state_dict()
    assert torch.allclose(trained["head.weight"], begun["head.weight"], atol=1e-6)
    with pytest.raises(RecipeError, match="no tensor is called hat"):
        run(recipe.model_copy(update={"renewed": ("hat",)}), tmp_path / "hat", image_sets)


def test_start_from_weights_that_do_not_fit(tmp_path, image_sets, make_recipe, tiny_weights):
    with pytest.raises(WeightsError, match="does not fit the network"):
        run(make_recipe(start=str(tiny_weights.file)), tmp_path, image_sets)


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


# --- as a person runs it


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


def test_on_demand_draws_what_is_restored_worst(tmp_path, image_sets, make_recipe, monkeypatch):
    asked = []
    next_batch = loop_file.Batches.next

    def spy(self, fraction, shares):
        asked.append(shares)
        return next_batch(self, fraction, shares)

    monkeypatch.setattr(loop_file.Batches, "next", spy)
    difficulty = {"setting": "sigma", "range": (1, 60), "parts": 4, "every": 3}
    run(make_recipe(difficulty=difficulty, schedule__steps=7), tmp_path / "run", image_sets)
    assert asked[0] == asked[1] == asked[2] != asked[3] == asked[5] != asked[6]
    for shares in asked:
        assert sum(shares) == pytest.approx(1)
        assert list(shares) == sorted(shares)  # stronger noise is restored worse
        assert shares[3] > 1.5 * shares[0]
    with pytest.raises(ValueError, match="unknown setting 'sigmas'"):
        make_recipe(difficulty={**difficulty, "setting": "sigmas"})
    with pytest.raises(ValueError, match="part is 4; there are 0 to 3"):
        make_recipe(difficulty={**difficulty, "part": 4})


def test_networks_are_asked_for_what_losses_judge(tmp_path, image_sets, make_recipe):
    zero_reference = make_recipe(
        network={"name": "zero_dce", "features": 4, "iterations": 2},
        loss={"name": "illumination_smoothness", "weight": 200},
        added_losses=[
            {"name": "spatial_consistency"},
            {"name": "color_constancy", "weight": 5},
            {"name": "exposure", "weight": 10},
        ],
        schedule={"steps": 30, "warmup": 0, "lr": 0.01},
        data__patch=32,
    )
    likelihood = make_recipe(
        network={
            **{"name": "pixelcnn", "scale": 1, "features": 4, "blocks": 1, "levels": 4},
            **{"prior_features": 4, "layers": 1, "hidden": 4},
        },
        loss={"name": "cross_entropy"},
        schedule={"steps": 30, "warmup": 0, "lr": 0.01},
    )
    for name, recipe in (("zero", zero_reference), ("likelihood", likelihood)):
        reports = []
        run(recipe, tmp_path / name, image_sets, report=reports.append)
        assert reports[-1].loss < reports[0].loss
    wrong = make_recipe(loss={"name": "cross_entropy"})
    with pytest.raises(RecipeError, match="cross_entropy judges logits, which unet does not give"):
        run(wrong, tmp_path / "wrong", image_sets)


def test_two_processes_equal_one_with_twice_the_batch(tmp_path, image_sets, make_recipe):
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
    tmp_path, image_sets, make_recipe, monkeypatch
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
