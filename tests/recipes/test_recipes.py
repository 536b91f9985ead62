"""Recipes are read, overridden and checked; all mistakes come at once, each with a remedy."""

import subprocess
import sys
from textwrap import dedent

import pytest
import yaml
from pydantic import ValidationError

from nitido import recipes
from nitido.errors import RecipeError, UnknownNameError

SMALL = """
    title: a test
    network: {name: unet, features: [4, 6], blocks: [1, 1]}
    degradation: {name: gaussian_noise, sigma: [0, 55]}
    data: {source: photos}
    schedule: {minutes: 3}
    """


@pytest.fixture
def file(tmp_path):
    """Write a recipe file."""

    def write(text=SMALL, name="mine.yaml"):
        (tmp_path / name).write_text(dedent(text))
        return tmp_path / name

    return write


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-4", 1e-4), ("1.5e3", 1500.0), ("-2E+1", -20.0), (".5e1", 5.0), ("[1e-4, 3]", [1e-4, 3])],
)
def test_numbers_are_numbers_however_they_are_written(text, value):
    assert recipes.parse_yaml(text) == value


@pytest.mark.parametrize("text", ["1e", "e5", "1e4x", "deadbeef", "0xe4"])
def test_words_are_not_taken_for_numbers(text):
    assert not isinstance(recipes.parse_yaml(text), float)


def mistakes(source, *overrides):
    with pytest.raises(RecipeError) as caught:
        recipes.load(source, overrides)
    return str(caught.value)


@pytest.mark.parametrize("name", recipes.names())
def test_every_shipped_recipe_is_sound(name):
    found, recipe = recipes.load(name)
    assert found == name
    assert recipe.title
    assert recipe.model_validate(recipe.model_dump(mode="json")) == recipe  # as the card keeps it


@pytest.mark.parametrize("name", recipes.names())
def test_every_shipped_recipe_builds_its_network_and_loss(name):
    import torch

    from nitido import catalog, losses, networks

    recipe = recipes.load(name)[1]
    with torch.device("meta"):  # no memory, no time
        network = catalog.from_spec(networks, recipe.network)
    assert recipe.data.patch % network.multiple_of == 0
    catalog.from_spec(losses, recipe.loss)


def test_the_denoiser_is_shipped():
    assert "denoise" in recipes.names()


def test_reading_recipes_needs_no_torch():
    code = "import sys; from nitido import recipes; recipes.load('denoise'); "
    code += "sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_file_is_named_after_itself(file):
    name, recipe = recipes.load(file(), ["seed=4"])
    assert name == "mine"
    assert recipe.seed == 4
    assert recipe.network == {"name": "unet", "features": [4, 6], "blocks": [1, 1]}
    assert recipe.schedule.minutes == 3
    assert recipes.load(str(file(name="other.yml")))[0] == "other"


def test_a_recipe_cannot_be_changed(file):
    recipe = recipes.load(file())[1]
    with pytest.raises(ValidationError, match="frozen"):
        recipe.seed = 3
    with pytest.raises(ValidationError, match="frozen"):
        recipe.data.batch = 3


def test_an_unknown_recipe_proposes_the_nearest():
    with pytest.raises(UnknownNameError, match="No recipe 'denoize'; try denoise"):
        recipes.load("denoize")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- a\n- list", "is no table of settings"),
        ("", "is no table of settings"),
        ("title: [a", "cannot be read"),
        ("title: \x00", "cannot be read"),
    ],
)
def test_a_file_that_is_no_recipe(file, text, words):
    assert words in mistakes(file(text))


def test_a_file_that_is_no_text(tmp_path):
    (tmp_path / "weights.yaml").write_bytes(bytes(range(128, 256)))
    assert "cannot be read" in mistakes(tmp_path / "weights.yaml")
    assert "cannot be read" in mistakes(tmp_path / "absent.yaml")


def test_an_unknown_key(file):
    text = mistakes(file(SMALL.replace("{source", "{bacth: 8, source")))
    assert text.splitlines()[1:] == ["  data.bacth: extra inputs are not permitted"]
    assert "mine.yaml" in text


def test_all_mistakes_at_once(file):
    text = mistakes(
        file("network: {name: unett}\ndegradation: {name: jpeg, quality: 200}\nlos: 3"),
        "loss.name=charbonier",
        "data.batch=0",
        "schedule.lr=fast",
        "seed=-1",
        "ema=1",
    )
    lines = [line.strip() for line in text.splitlines()[1:]]
    assert {line.partition(":")[0] for line in lines} == {
        "title",
        "network",
        "degradation",
        "loss",
        "los",
        "data.source",
        "data.batch",
        "schedule.lr",
        "seed",
        "ema",
    }
    assert "network: no network 'unett'; try unet." in lines
    assert "title: field required" in lines


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("network.name=dncn", "network: no network 'dncn'; try dncnn."),
        ("degradation.name=gausian_noise", "degradation: no degradation 'gausian_noise'; try gau"),
        ("loss.name=charbonier", "loss: no loss 'charbonier'; try charbonnier."),
        ("degradation.sgima=3", "unknown setting 'sgima'; it has sigma, clip"),
        ("degradation.sigma=[50, 3]", "sigma is (50, 3); it must rise"),
        ("network={blocks: [1]}", "network: the key 'name' is missing"),
        ("network={name: 3}", "network: the key 'name' is missing"),
        ("schedule.optimizer=sgd", "schedule.optimizer: input should be 'adamw' or 'muon'"),
    ],
)
def test_what_cannot_work_says_what_can(file, override, words):
    assert words in mistakes(file(), override)


@pytest.mark.parametrize("schedule", ["{}", "{steps: 3, minutes: 3}"])
def test_steps_or_minutes(file, schedule):
    text = mistakes(file(SMALL.replace("{minutes: 3}", schedule)))
    assert "schedule: give either steps or minutes" in text


@pytest.mark.parametrize("override", ["data.pairs=real", "data.paired=0.2"])
def test_pairs_and_their_share_come_together(file, override):
    assert "data: give pairs and paired, their share, together" in mistakes(file(), override)
    _, recipe = recipes.load(file(), ["data.pairs=real", "data.paired=0.2"])
    assert (recipe.data.pairs, recipe.data.paired) == ("real", 0.2)


def test_shares_of_the_same_patches_fit(file):
    assert "at most 1 together" in mistakes(file(), "data.shrunk=0.6", "data.soft=0.5")


@pytest.mark.parametrize("value", ["steps=0", "minutes=0", "minutes=-1", "steps=2.5"])
def test_a_budget_is_positive(file, value):
    assert f"schedule.{value.partition('=')[0]}:" in mistakes(file(), f"schedule.{value}")


def test_overrides_reach_every_value(file):
    recipe = recipes.load(
        file(),
        [
            "data.patch=48",
            "network.features=[8, 16]",
            "suites=[set/paired]",
            "degradation.clip=0.5",
            "schedule.lr=1e-4",
            "loss={name: l1}",
            "title=two = words",
            "data.exclude=['302003']",
        ],
    )[1]
    assert recipe.data.patch == 48
    assert recipe.network["features"] == [8, 16]
    assert recipe.suites == ("set/paired",)
    assert recipe.degradation == {"name": "gaussian_noise", "sigma": [0, 55], "clip": 0.5}
    assert recipe.schedule.lr == 1e-4
    assert recipe.loss == {"name": "l1"}
    assert recipe.title == "two = words"
    assert recipe.data.exclude == ("302003",)


def test_one_budget_takes_the_place_of_the_other(file):
    schedule = recipes.load(file(), ["schedule.steps=60"])[1].schedule
    assert (schedule.steps, schedule.minutes) == (60, None)
    schedule = recipes.load(file(), ["schedule.steps=60", "schedule.minutes=2"])[1].schedule
    assert (schedule.steps, schedule.minutes) == (None, 2)


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("data.patch", "--set data.patch: write key=value"),
        ("data.bacth=3", "data.bacth: extra inputs are not permitted"),
        ("date.batch=3", "date: extra inputs are not permitted"),
        ("title.deep=3", "title holds one value, not settings"),
        ("data=3", "data holds settings; name one of them"),
        ("data.patch=[3", "the value is no YAML"),
        ("data.patch=many", "data.patch: input should be a valid integer"),
    ],
)
def test_a_wrong_override(file, override, words):
    assert words in mistakes(file(), override)


def test_overrides_do_not_touch_the_file(file):
    source = file()
    before = source.read_text()
    recipes.load(source, ["seed=9"])
    assert source.read_text() == before
    assert yaml.safe_load(before).get("seed") is None
