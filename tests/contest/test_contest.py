"""Contests: one budget for all, scores of trained networks, and going on after a stop."""

import json

import pytest
import torch
import yaml

from nitido import contest as room
from nitido import losses, networks
from nitido.bench import find_suite
from nitido.catalog import build
from nitido.contest import Contest, load, names
from nitido.contest._network import TrainedNetwork
from nitido.errors import RecipeError, SettingError, UnknownNameError
from nitido.networks.dncnn import DnCNN
from nitido.networks.ffdnet import FFDNet

CONTENT = {
    "title": "two small networks",
    "recipe": {
        "degradation": {"name": "gaussian_noise", "sigma": [20, 30]},
        "data": {"source": "photos", "patch": 16, "batch": 2, "workers": 0},
        "schedule": {"steps": 25, "warmup": 2, "lr": 0.005},
        "loss": {"name": "l1"},
        "ema": 0.5,
        "precision": "fp32",
    },
    "entries": {
        "plain": {"network": {"name": "dncnn", "channels": 3, "features": 6, "depth": 4}},
        "u": {
            "network": {"name": "unet", "features": [4, 6], "blocks": [1, 1]},
            "schedule": {"lr": 0.001},
        },
    },
    "baselines": ["classical:nearest"],
    "suites": ["photos/gaussian_noise_25"],
}


@pytest.fixture
def contest():
    content = {**CONTENT, "baselines": []}
    return Contest.model_validate(content)


@pytest.mark.parametrize("name", names())
def test_shipped_contests_have_no_mistakes(name):
    stem, contest = load(name)
    assert stem == name
    for suite in contest.suites:
        find_suite(suite)
    for entry in contest.entries:
        recipe = contest.recipe_of(entry, 0)
        with torch.device("meta"):
            network = build(networks, recipe.network["name"], **_settings(recipe.network))
        assert recipe.data.patch % network.multiple_of == 0, entry
        for loss in (recipe.loss, *recipe.added_losses):
            build(losses, loss["name"], **_settings(loss))


def _settings(spec):
    return {key: value for key, value in spec.items() if key not in ("name", "weight")}


def test_an_entry_changes_single_settings(contest):
    plain, u = (contest.recipe_of(name, seed=4) for name in ("plain", "u"))
    assert (plain.schedule.lr, u.schedule.lr) == (0.005, 0.001)
    assert plain.schedule.steps == u.schedule.steps == 25
    assert plain.seed == u.seed == 4


def test_mistakes_of_all_entries_are_listed(tmp_path):
    file = tmp_path / "wrong.yaml"
    entries = {"a": {"network": {"name": "nothing"}}, "b": {}}
    file.write_text(yaml.safe_dump({**CONTENT, "entries": entries}))
    with pytest.raises(RecipeError, match=r"(?s)of a:.*nothing.*of b:.*network"):
        load(file)
    file.write_text(yaml.safe_dump({**CONTENT, "entry": 1}))
    with pytest.raises(RecipeError, match="entry: Extra"):
        load(file)
    with pytest.raises(UnknownNameError, match="No contest 'cup'"):
        load("cup")


def test_a_contest_trains_scores_and_goes_on(tmp_path, contest, image_sets):
    steps = 0

    def stop():
        nonlocal steps
        steps += 1
        return steps == 30  # in the middle of the second entry

    assert room.run(contest, tmp_path, image_sets, stop=stop) is None
    begun = []
    contestants = room.run(contest, tmp_path, image_sets, begin=begun.append)
    assert begun == ["plain", "u"]
    assert {one.name for one in contestants} == {"plain", "u"}
    assert [one.psnr for one in contestants] == sorted((o.psnr for o in contestants), reverse=True)
    whole = room.run(contest, tmp_path / "whole", image_sets)
    for one, other in zip(contestants, whole, strict=True):
        assert (one.name, one.steps, one.psnr) == (other.name, 25, other.psnr)
        assert one.train_loss == other.train_loss > 0
        assert one.loss > 0
        assert one.train_psnr > 10
        assert one.speed > 0
    page = tmp_path / "contest.html"
    room.write_page(page, contest, contestants, image_sets)
    text = page.read_text("utf-8")
    assert "two small networks" in text
    assert "Training loss" in text


def test_multiply_adds_are_a_budget(tmp_path, contest, image_sets):
    spent = 2e7
    contestants = room.run(
        contest.model_copy(update={"multiply_adds": spent}), tmp_path, image_sets
    )
    for one in contestants:
        step = 3 * one.macs * 16 * 16 * 2
        assert one.steps == int(spent / step) > 0
    with pytest.raises(SettingError, match="do not pay for one step"):
        room.run(contest.model_copy(update={"multiply_adds": 1.0}), tmp_path / "poor", image_sets)


@pytest.mark.parametrize(
    ("network", "told"),
    [
        (DnCNN(channels=3, features=4, depth=3), {}),
        (DnCNN(channels=1, features=4, depth=3), {}),
        (FFDNet(channels=1, features=4, depth=3), {"sigma": 25.0}),
    ],
)
def test_a_network_restores_pictures_of_any_size(photograph, network, told):
    suite = find_suite("photos/gaussian_noise_25")
    candidate = TrainedNetwork("one", network.eval(), suite)
    lq = photograph(13, 17, network.channels)
    assert candidate(lq).shape == lq.shape
    assert candidate.told == told
    gray = photograph(13, 17, 1)
    assert candidate(gray).shape == gray.shape
    assert candidate.weights_hash == TrainedNetwork("two", network, suite).weights_hash


def test_the_command(tmp_path, image_sets, capsys):
    from nitido.cli._contest import hold

    file = tmp_path / "small.yaml"
    recipe = {**CONTENT["recipe"], "schedule": {"steps": 3, "warmup": 0}}
    file.write_text(yaml.safe_dump({**CONTENT, "recipe": recipe, "baselines": []}))
    code = hold(str(file), tmp_path / "run", image_sets, None, json=False)
    assert code == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0].split()[:3] == ["entry", "train", "loss"]
    assert len(table) == 3
    assert hold(str(file), tmp_path / "run", image_sets, None, json=True) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {record["entry"] for record in records} == {"plain", "u"}
    assert all(record["parameters"] > 0 for record in records)
    assert (tmp_path / "run" / "contest.html").is_file()
