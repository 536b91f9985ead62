"""Recipes are read, overridden and checked; all mistakes come at once, each with a remedy."""

import subprocess
import sys
from textwrap import dedent

import pytest
import yaml
from pydantic import ValidationError

from nitido import recipes
from nitido.errors import RecipeError, UnknownNameError

# Recipes of our own weights, shipped or still to be trained, a run of minutes each.
OURS = ("combined", "declutter", "dejpeg", "denoise", "descreen", "enhance", "estimator")
OURS += ("upscale_x2", "upscale_x3", "upscale_x4")
WITH_TRIAL = [name for name in recipes.names() if name not in OURS]
# Sets that judge, in suites or elsewhere, so that nobody may train on them.
JUDGES = {"polyu", "lol4", "cc5", "bsd68", "cbsd68", "bsd100", "set5", "set12", "set14"}
JUDGES |= {"live1", "live1_gray", "classic5", "s14", "rni6", "rni15", "rain100l_12", "gopro2"}
EACH = [(name, False) for name in recipes.names()] + [(name, True) for name in WITH_TRIAL]


def loaded(name, trial):
    return recipes.load(name, trial=trial)[1]


def sources(recipe):
    named = recipe.data.source
    return (named,) if isinstance(named, str) else named


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


@pytest.mark.parametrize(("name", "trial"), EACH)
def test_every_recipe_is_sound(name, trial):
    found, recipe = recipes.load(name, trial=trial)
    assert found == (f"{name}_trial" if trial else name)
    assert recipe.title
    assert recipe.suites or recipe.data.targets == "facts"  # which no suite judges
    assert recipe.data_terms
    assert recipe.model_validate(recipe.model_dump(mode="json")) == recipe  # as the card keeps it


@pytest.mark.parametrize(("name", "trial"), EACH)
def test_every_recipe_builds_all_that_it_names(name, trial):
    import torch

    from nitido import catalog, degradations, losses, networks, objectives

    recipe = loaded(name, trial)
    with torch.device("meta"):  # no memory, no time
        network = catalog.from_spec(networks, recipe.network)
        judged = []
        for spec in (recipe.loss, *recipe.added_losses):
            settings = {key: value for key, value in spec.items() if key != "weight"}
            judged.append(getattr(catalog.from_spec(losses, settings), "judges", "restored"))
    assert all(one == "restored" or hasattr(network, one) for one in judged)
    catalog.from_spec(objectives, recipe.objective)
    assert catalog.from_spec(degradations, recipe.degradation).scale == network.scale
    assert networks.SIGMA not in networks.inputs_of(network) or recipe.data.told == 1
    halved = 2 if recipe.objective["name"] == "neighbor2neighbor" else 1
    sizes = {stage.patch for stage in recipe.data.stages} or {recipe.data.patch}
    assert {size % (network.multiple_of * network.scale * halved) for size in sizes} == {0}


@pytest.mark.parametrize("name", recipes.names())
def test_every_suite_of_a_recipe_exists(name):
    from nitido.bench import find_suite

    scale = loaded(name, trial=False).degradation.get("scale", 1)
    suites = [find_suite(suite) for suite in loaded(name, trial=False).suites]
    assert scale == 1 or {suite.scale for suite in suites} == {scale}


@pytest.mark.parametrize("name", WITH_TRIAL)
def test_a_trial_takes_a_few_minutes_and_less_of_everything(name):
    whole, trial = loaded(name, trial=False), loaded(name, trial=True)
    assert trial.schedule.minutes
    assert trial.schedule.minutes <= 5
    assert trial.network["name"] == whole.network["name"]
    assert (trial.degradation, trial.objective) == (whole.degradation, whole.objective)
    assert trial.data.stages == ()
    patch = max((stage.patch for stage in whole.data.stages), default=whole.data.patch)
    assert trial.data.patch <= patch
    assert trial.data.batch * trial.data.patch**2 <= 16 * 64**2


@pytest.mark.parametrize("name", recipes.names())
def test_nobody_trains_on_what_judges(name):
    recipe = loaded(name, trial=False)
    used = {part.split("/")[0] for part in (*sources(recipe), recipe.data.pairs or "none")}
    assert not used & JUDGES
    if "bsds500" in used:
        assert "val" not in " ".join(sources(recipe))  # BSD68 and BSD100 are from there
        assert "302003" in recipe.data.exclude  # Set5's woman


def test_every_network_has_a_recipe_of_its_name():
    from nitido import catalog, networks

    assert set(catalog.names(networks)) <= set(recipes.names())
    for name in catalog.names(networks):
        assert loaded(name, trial=False).network["name"] == name


@pytest.mark.parametrize("name", OURS)
def test_our_own_weights_have_no_trial(name):
    with pytest.raises(RecipeError, match=r"has no trial; give --set schedule\.minutes=5"):
        recipes.load(name, trial=True)


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
        ("schedule.optimizer=lion", "schedule.optimizer: input should be 'adam', 'adamw', 'muon'"),
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


def test_a_trial_goes_over_the_recipe_part_by_part(file):
    trial = "trial:\n  network: {blocks: [2, 1]}\n  data: {batch: 4}\n  schedule: {steps: 9}\n"
    text = dedent(SMALL) + trial
    name, recipe = recipes.load(file(text), ["data.patch=32"], trial=True)
    assert name == "mine_trial"
    assert recipe.network == {"name": "unet", "features": [4, 6], "blocks": [2, 1]}
    assert (recipe.data.source, recipe.data.batch, recipe.data.patch) == ("photos", 4, 32)
    assert (recipe.schedule.steps, recipe.schedule.minutes) == (9, None)
    assert recipes.load(file(text))[1] == recipes.load(file())[1]
    with pytest.raises(RecipeError, match="no trial"):
        recipes.load(file(), trial=True)
