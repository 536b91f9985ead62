"""Plans are plain data: to JSON and back, and what is wrong with others' JSON is said."""

import json

import numpy as np
import pytest

from nitido.errors import SettingError
from nitido.plans import Plan, Step, parse_tasks

STEPS = (
    Step("dejpeg", "dejpeg", 0.5, {}, "quality 30 leaves blocks"),
    Step(None, "classical:median", settings={"radius": 2}),
    Step("resize", "bicubic", settings={"width": 250, "height": 188}),
)


@pytest.mark.parametrize("steps", [(), STEPS[:1], STEPS])
def test_there_and_back(steps):
    plan = Plan(steps)
    text = plan.to_json()
    assert Plan.from_json(text) == plan
    assert Plan.from_json(text.encode()) == plan
    assert json.loads(text)["version"] == 1
    assert text.isascii()
    assert "\n" not in text


def test_what_is_not_said_has_its_default():
    text = '{"steps": [{"task": "denoise", "weights": "denoise", "strength": 1}]}'
    assert Plan.from_json(text) == Plan((Step("denoise", "denoise"),))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "The plan is no JSON"),
        ("[]", "The plan is a JSON list; it must be an object"),
        ('{"version": 2, "steps": []}', "of version 2; this program knows version 1. Update"),
        ('{"step": []}', r"step: unexpected keyword argument, it is \[\]"),
        ('{"steps": [{"weights": "denoise"}]}', "steps.0.task: field required"),
        ('{"steps": [{"task": 3, "weights": "a"}]}', "steps.0.task: .*valid string, it is 3"),
        (
            '{"steps": [{"task": null, "weights": "a", "strength": "x"}]}',
            "steps.0.strength: .* it is 'x'",
        ),
        ('{"steps": [{"task": null, "weights": "a", "strength": 3}]}', "strength is 3"),
        ('{"steps": [{"task": null, "weights": ""}]}', "names no weights"),
        ('{"steps": [{"task": null, "weights": "a", "strenth": 1}]}', "steps.0.strenth: unexp"),
    ],
)
def test_what_is_wrong_is_said(text, said):
    with pytest.raises(SettingError, match=said):
        Plan.from_json(text)


def test_what_json_cannot_hold_is_refused():
    for value in (np.zeros(3), float("nan")):
        with pytest.raises(SettingError, match=r"cannot be written as JSON: .*names of files"):
            Plan((Step(None, "classical:median", settings={"kernel": value}),)).to_json()


@pytest.mark.parametrize("strength", [-0.1, 2.1, float("nan")])
def test_a_strength_out_of_range(strength):
    with pytest.raises(SettingError, match="it goes from 0 to 2"):
        Step("denoise", "denoise", strength)


def test_names_of_tasks_in_a_row():
    assert parse_tasks("dejpeg, denoise,upscale") == ("dejpeg", "denoise", "upscale")
    for text in ("", ",", "denoise,", "denoise,,dejpeg"):
        with pytest.raises(SettingError, match="with commas between them"):
            parse_tasks(text)
