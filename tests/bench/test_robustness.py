"""Stress tests damage as they say, tell who what, and find what weights were trained on."""

import csv
import io
import json
import math
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from nitido import catalog, degradations
from nitido.bench import (
    SWEEPS,
    check_csv,
    find_candidate,
    find_suite,
    run,
    stress,
    write_csv,
    write_robustness,
)
from nitido.bench._trained import trained_ranges
from nitido.errors import SettingError, UnknownNameError, UnwritableError
from nitido.metrics.psnr import psnr

INPUT = partial(find_candidate, "input")


def level(result, place, sweep, name):
    """Return what a candidate scored at a level."""
    [found] = [
        m for m in result.tested[place].measures if (m.sweep, m.level) == (sweep, name)
    ]  # fmt: skip
    return found


# --- the trained range


def card_of(tiny_weights, degradation):
    recipe = {"degradation": degradation} if degradation else {}
    return tiny_weights.card.model_copy(update={"recipe": recipe})


@pytest.mark.parametrize(
    ("degradation", "asked", "ranges"),
    [
        ({"name": "gaussian_noise", "sigma": [0, 55]}, ("gaussian_noise", "sigma"), ((0, 55),)),
        ({"name": "gaussian_noise", "sigma": 25}, ("gaussian_noise", "sigma"), ((25, 25),)),
        ({"name": "gaussian_noise"}, ("gaussian_noise", "sigma"), ((25, 25),)),
        ({"name": "gaussian_blur"}, ("gaussian_blur", "sigma"), ((0.8, 3.0),)),
        ({"name": "gaussian_noise", "sigma": 25}, ("jpeg", "quality"), ()),
        ({"name": "jpeg", "quality": [5, 95], "shifted": 0.3}, ("jpeg", "quality"), ((5, 95),)),
        ({"name": "bicubic"}, ("bicubic", "scale"), ((4, 4),)),
        (
            {
                "name": "one_of",
                "choices": [
                    {"name": "gaussian_noise", "sigma": [40, 50]},
                    {"name": "poisson_noise", "peak": [20, 2000]},
                    {
                        "name": "chain",
                        "steps": [
                            {"name": "gaussian_noise", "sigma": [0, 10]},
                            {"name": "jpeg", "quality": 30},
                            {"name": "gaussian_noise", "sigma": [5, 20]},
                        ],
                    },
                ],
            },
            ("gaussian_noise", "sigma"),
            ((0, 20), (40, 50)),
        ),
        (None, ("gaussian_noise", "sigma"), None),
    ],
)
def test_the_trained_range_is_found_in_the_recipe(tiny_weights, degradation, asked, ranges):
    assert trained_ranges(card_of(tiny_weights, degradation), *asked) == ranges


def test_nothing_is_known_of_what_has_no_card():
    assert trained_ranges(None, "gaussian_noise", "sigma") is None


def test_every_level_names_a_setting_that_training_can_draw():
    for sweep in SWEEPS.values():
        assert sweep.levels
        for one in sweep.levels:
            catalog.build(degradations, one.damage, **one.settings)
            assert one.varied in one.settings


# --- what is measured


def test_the_levels_are_those_of_the_damage(make_set):
    data = make_set("photos", count=3, channels=3)
    result = stress([INPUT], "photos", data, sweeps=("noise", "jpeg"), every=2)
    assert result.pictures == ("00", "02")
    assert [m.level for m in result.tested[0].measures[:4]] == ["0", "5", "10", "15"]
    pictures = {name: gt for name, _, gt in find_suite("photos/jpeg_color_10").pairs(data)}
    lq = catalog.build(degradations, "jpeg", quality=10)(
        pictures["02"], np.random.default_rng(0)
    ).astype(np.float64)  # fmt: skip
    at_10 = level(result, 0, "jpeg", "10")
    assert at_10.each["02"][0] == pytest.approx(psnr(lq, pictures["02"].astype(float)), abs=0.01)
    assert at_10.damage == "jpeg quality=10"
    for sigma in (25, 100):
        expected = 20 * math.log10(255 / sigma)
        assert level(result, 0, "noise", str(sigma)).psnr == pytest.approx(expected, abs=0.3)
    assert math.isinf(level(result, 0, "noise", "0").psnr)


def test_white_noise_is_that_of_the_suites_up_to_chance(make_set):
    data = make_set("photos", count=2, size=(96, 96))
    result = stress([INPUT], "photos", data, sweeps=("noise",), every=1)
    suite = find_suite("photos/gaussian_noise_50")
    assert level(result, 0, "noise", "50").psnr == pytest.approx(
        run(INPUT(suite), suite, data).psnr, abs=0.2
    )


def test_kinds_of_noise_are_about_as_strong_as_sigma_25(tmp_path, photograph):
    from nitido.picture import Picture, write

    (tmp_path / "photos").mkdir()
    write(Picture(photograph(160, 160)), tmp_path / "photos" / "a.png")
    result = stress([INPUT], "photos", tmp_path, sweeps=("types",))
    for measure in result.tested[0].measures:
        assert measure.psnr == pytest.approx(20.2, abs=2.5), measure.level


def test_scales_are_enlarged_for_networks_that_do_not(make_set, tiny_weights):
    data = make_set("photos", channels=3)
    makers = [INPUT, partial(find_candidate, tiny_weights)]
    result = stress(makers, "photos", data, sweeps=("scale",), every=3)
    assert [m.level for m in result.tested[1].measures] == ["2", "3", "4"]
    suite = find_suite("photos/bicubic_x2")
    [case, *_] = suite.pairs(data)
    given = np.floor(np.clip(suite.enlarged(case[1]), 0, 1) * 255 + 0.5) / 255
    expected = psnr(given.astype(float), case[2].astype(float))
    assert level(result, 0, "scale", "2").each["00"][0] == pytest.approx(expected, abs=0.05)


def test_networks_that_enlarge_get_the_damage_on_the_small_picture(make_set, darker):
    data = make_set("photos", channels=3)
    seen = []

    class Enlarging(darker):
        def __call__(self, lq):
            seen.append(lq.shape)
            return lq.repeat(4, axis=0).repeat(4, axis=1)

    result = stress(
        [lambda suite: Enlarging()], "photos", data, sweeps=("scale", "jpeg"), every=9, scale=4
    )
    assert {measure.sweep for measure in result.tested[0].measures} == {"jpeg"}
    assert set(seen) == {(6, 7, 3)}
    assert result.scale == 4


def test_who_must_be_told_is_told_the_true_level(make_set, told_weights):
    data = make_set("photos", count=1)
    told = []

    def make(suite):
        candidate = find_candidate(told_weights, suite, sigma=9 if suite.sigma is None else None)
        told.append(candidate.told["sigma"])
        return candidate

    stress([make], "photos", data, sweeps=("noise", "types", "blur"))
    assert set(told) == {one.value for one in SWEEPS["noise"].levels} | {25, 9}


def test_one_restorer_that_is_told_nothing_serves_all_levels(make_set, darker):
    data = make_set("photos", count=1, size=(24, 24), channels=3)
    made = []

    def make(suite):
        class Enlarging(darker):
            def __call__(self, lq):
                return lq.repeat(suite.scale, axis=0).repeat(suite.scale, axis=1)

        made.append(suite)
        return Enlarging()

    result = stress([make], "photos", data)
    assert len(made) == 5  # told or not at scale 1, and three scales
    assert len(result.tested[0].measures) == sum(len(s.levels) for s in SWEEPS.values())


def test_what_cannot_work_is_found_before_anything_is_scored(make_set, told_weights, darker):
    data = make_set("photos", count=1)
    first = darker()
    enlarging = replace(told_weights, card=told_weights.card.model_copy(update={"scale": 3}))
    makers = [lambda suite: first, partial(find_candidate, enlarging)]
    with pytest.raises(SettingError, match="enlarges 3 times"):
        stress(makers, "photos", data, sweeps=("noise", "jpeg"))
    with pytest.raises(UnknownNameError, match="try noise"):
        stress(makers, "photos", data, sweeps=("nose",))
    with pytest.raises(SettingError, match="every is 0"):
        stress(makers, "photos", data, every=0)
    with pytest.raises(SettingError, match="nothing to test"):
        stress([], "photos", data)
    with pytest.raises(SettingError, match="nothing to test"):
        stress(makers, "photos", data, sweeps=("scale",), scale=2)
    assert first.calls == 0


# --- what comes out


@pytest.fixture(scope="module")
def tested(image_sets, tiny_weights):
    """Run the input and weights trained on sigma 20 to 40 through all stress tests."""
    makers = [INPUT, partial(find_candidate, tiny_weights)]
    steps = []
    result = stress(
        makers, "photos", image_sets, every=2, on_level=lambda *step: steps.append(step)
    )
    assert steps == [(n, 42) for n in range(1, 43)]
    return result


def test_everything_comes_out(tested, read_page, tmp_path):
    said = json.loads(tested.to_json())
    assert [one["weights"] for one in said["tested"]] == ["input", "tiny"]
    levels = {(one["sweep"], one["level"]): one for one in said["tested"][1]["levels"]}
    assert len(levels) == 42
    assert levels["noise", "30"]["trained"] == [[20, 40]]
    assert levels["jpeg", "10"]["trained"] == []
    assert levels["noise", "30"]["psnr"] == round(level(tested, 1, "noise", "30").psnr, 4)
    assert said["tested"][0]["levels"][0]["psnr"] is None  # sigma 0 is GT itself
    assert len(said["data_hash"]) == 64

    write_csv(tmp_path / "rows.csv", tested)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "rows.csv").read_text())))
    assert len(rows) == 2 * 42 * 2
    row = next(r for r in rows if (r["weights"], r["level"], r["image"]) == ("tiny", "30", "dune"))
    assert row["damage"] == "gaussian_noise sigma=30"
    assert float(row["psnr"]) == pytest.approx(
        level(tested, 1, "noise", "30").each["dune"][0], abs=1e-4
    )

    write_robustness(tmp_path / "page.html", tested)
    page = read_page(tmp_path / "page.html")
    assert page.count["svg"] >= 10
    shades = page.source.count('<rect class="s0 shade"')
    assert shades == 2  # white noise alone, in PSNR and in SSIM
    left, wide = 46 + 0.2 * 340, 0.2 * 340
    assert f'<rect class="s0 shade" x="{left:g}" width="{wide:g}"' in page.source
    assert "trained: tiny" in page.text  # white noise of sigma 25 among the kinds
    assert page.text.count("No part of the training of tiny") == 3
    assert f"{level(tested, 1, 'blur', '2').psnr:.2f}" in page.text
    assert tested.data_hash in page.text


def test_files_of_others_stay(tested, tmp_path):
    rows = tmp_path / "rows.csv"
    check_csv(rows)
    write_csv(rows, tested)
    check_csv(rows)
    rows.write_text("name,grade\nAda,1\n")
    with pytest.raises(UnwritableError, match="stays"):
        check_csv(rows)


def test_writing_that_is_interrupted_leaves_nothing(tested, tmp_path, monkeypatch):
    folder = tmp_path / "out"
    folder.mkdir()

    def stop(self, target):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stop)
    for write in (write_csv, write_robustness):
        with pytest.raises(KeyboardInterrupt):
            write(folder / "out", tested)
    assert list(folder.iterdir()) == []
