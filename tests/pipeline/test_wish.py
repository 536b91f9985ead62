"""What somebody asks for becomes a plan: tasks, sizes, levels, and what contradicts itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nitido.diagnosis import Diagnosis
from nitido.errors import SettingError, UnknownNameError
from nitido.pipeline import Size, Wish
from nitido.pipeline._sizes import enlargements
from nitido.plans import Plan, Step


def said(plan):
    return [(step.task, step.weights, step.strength, dict(step.settings)) for step in plan.steps]


def test_a_chain_of_tasks():
    plan = Wish("dejpeg,denoise", strength=0.5).plan(60, 80)
    assert said(plan) == [("dejpeg", "dejpeg", 0.5, {}), ("denoise", "denoise", 0.5, {})]
    assert all(step.reason for step in plan.steps)


def test_what_was_found_is_done_as_strong_as_it_can_be():
    found = Diagnosis((), (("dejpeg", "blocks"), ("denoise", "noise")))
    assert Wish().looks
    for strength, first in ((0.5, 0.5), (1.5, 1)):  # the network of dejpeg takes no level
        plan = Wish(strength=strength).plan(60, 80, found)
        expected = [("dejpeg", "dejpeg", first, {}), ("denoise", "denoise", strength, {})]
        assert said(plan) == expected
    assert Wish().plan(60, 80, Diagnosis((), ())) == Plan()


def test_the_level_goes_to_the_steps_that_take_one():
    plan = Wish("dejpeg,denoise", sigma=20).plan(60, 80)
    assert [dict(step.settings) for step in plan.steps] == [{}, {"sigma": 20}]
    [step] = Wish(model="classical:bm3d", sigma=20).plan(60, 80).steps
    assert step == Step(None, "classical:bm3d", 1, {"sigma": 20}, step.reason)
    with pytest.raises(SettingError, match="dejpeg judge the damage themselves"):
        Wish("dejpeg", sigma=20).plan(60, 80)


def test_the_range_goes_to_what_restores():
    plan = Wish("denoise", range="full", size=Size(scale=1.5)).plan(60, 80)
    ranges = [step.settings.get("range") for step in plan.steps]
    assert ranges == ["full", "full", None]
    [step] = Wish(model="classical:median", range="0,99").plan(60, 80).steps
    assert dict(step.settings) == {"range": "0,99"}
    with pytest.raises(SettingError, match="range is 'wide'; it is auto, full"):
        Wish(range="wide")


def test_a_plan_is_done_as_it_is():
    plan = Plan((Step("denoise", "denoise", 0.7), Step(None, "classical:median")))
    assert Wish(plan).plan(60, 80) == plan
    with pytest.raises(SettingError, match="say their strength, level and size themselves"):
        Wish(plan, strength=0.5)


@pytest.mark.parametrize(
    ("size", "weights", "end"),
    [
        ({"scale": 2}, ["upscale_x2"], None),
        ({"scale": 1.5}, ["upscale_x2"], (90, 120)),
        ({"scale": 3.3}, ["upscale_x4"], (198, 264)),
        ({"scale": 5}, ["upscale_x2", "upscale_x3"], (300, 400)),
        ({"scale": 0.5}, [], (30, 40)),
        ({"scale": 1}, [], None),
        ({"width": 250}, ["upscale_x4"], (188, 250)),
        ({"height": 61}, ["upscale_x2"], (61, 81)),
        ({"width": 250, "height": 100}, ["upscale_x2"], (100, 133)),
        ({"megapixels": 0.1}, ["upscale_x2", "upscale_x3"], (274, 365)),
    ],
)
def test_any_size(size, weights, end):
    plan = Wish(size=Size(**size)).plan(60, 80)
    *networks, last = [*plan.steps, None] if end is None else plan.steps
    assert sorted(step.weights for step in networks) == sorted(weights)
    assert all(step.task == "upscale" for step in networks)
    if end is not None:
        found = (last.task, last.weights, last.strength, last.settings)
        assert found == ("resize", "bicubic", 1, {"height": end[0], "width": end[1]})


def test_a_size_with_other_tasks():
    wish = Wish("denoise", size=Size(scale=2))
    assert [step.task for step in wish.plan(60, 80).steps] == ["denoise", "upscale"]
    wish = Wish("upscale,denoise", size=Size(scale=2))
    assert [step.task for step in wish.plan(60, 80).steps] == ["upscale", "denoise"]
    assert [step.weights for step in Wish("upscale").plan(60, 80).steps] == ["upscale_x2"]


@given(st.floats(1, 40), st.tuples(*[st.floats(1, 5)] * 3))
def test_enough_is_enlarged_and_no_network_could_be_left_out(factor, costs):
    chain = enlargements(factor, dict(zip((2, 3, 4), costs, strict=True)))
    product = 1
    for one in chain:
        product *= one
    assert product >= factor - 1e-9
    assert all(product / one < factor for one in chain)


@pytest.mark.parametrize(
    ("wish", "complaint"),
    [
        ({"task": "denoise", "model": "denoise"}, "the task denoise and the model denoise: name"),
        ({"task": Plan(), "model": "denoise"}, "a plan and the model denoise"),
        ({"task": "denois"}, "No task 'denois'; try denoise"),
        ({"task": "denoise,"}, "commas between them"),
        ({"strength": 2.5}, "strength is 2.5"),
        ({"strength": float("nan")}, "strength is nan"),
        ({"sigma": -1}, "sigma is -1"),
        ({"sigma": 25}, "add --task denoise"),
        ({"model": "denoise", "size": {"scale": 2}}, "has a scale of its own"),
        ({"task": "denoise", "settings": {"radius": 1}}, "only a solver and --model classical"),
        ({"size": {"scale": 2, "width": 100}}, "say the size in one way"),
        ({"size": {"megapixels": 1, "height": 100}}, "say the size in one way"),
        ({"size": {"scale": 0}}, "scale is 0; it must be above 0"),
        ({"size": {"scale": float("inf")}}, "scale is inf"),
    ],
)
def test_what_contradicts_itself_is_refused(wish, complaint):
    with pytest.raises((SettingError, UnknownNameError), match=complaint):
        Wish(**{**wish, **({"size": Size(**wish["size"])} if "size" in wish else {})})
