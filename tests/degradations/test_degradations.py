"""Promises that hold for every file of the room."""

import json
import subprocess
import sys
from pathlib import Path
from runpy import run_path

import numpy as np
import pytest

from nitido import catalog, degradations
from nitido.errors import SettingError, UnknownNameError

NAMES = catalog.names(degradations)
# Every group of damages has a file of its cases: SETTINGS are what a damage is tried with where its
# defaults say little, WRONG is what it must refuse, STEADY are the damages that draw nothing.
_CASES = [run_path(str(file)) for file in sorted(Path(__file__).with_name("cases").glob("*.py"))]
SETTINGS = {name: case for cases in _CASES for name, case in cases["SETTINGS"].items()}
WRONG = {name: case for cases in _CASES for name, case in cases["WRONG"].items()}
STEADY = {name for cases in _CASES for name in cases["STEADY"]}


def build(name):
    return catalog.build(degradations, name, **SETTINGS.get(name, {}))


@pytest.mark.parametrize("name", NAMES)
def test_shape_type_and_input_untouched(name, photograph):
    damage = build(name)
    sizes = [(33, 20), (7, 50), (4, 4), (2, 3), (1, 2), (1, 1), (30, 1)]
    for height, width, channels in [(*size, c) for size in sizes for c in (1, 3)]:
        gt = photograph(height, width, channels)
        before = gt.copy()
        gt.flags.writeable = False
        if min(height, width) < damage.scale:
            with pytest.raises(SettingError, match=rf"picture of {width} x {height}"):
                damage(gt, np.random.default_rng(0))
            continue
        lq = damage(gt, np.random.default_rng(0))
        assert lq.dtype == np.float32
        assert lq.shape == (height // damage.scale, width // damage.scale, channels)
        assert np.isfinite(lq).all(), gt.shape
        assert np.array_equal(gt, before), gt.shape


@pytest.mark.parametrize("name", NAMES)
def test_a_view_is_damaged_like_a_copy(name, photograph):
    gt = photograph(40, 40)
    view = gt.swapaxes(0, 1)[::-1, 4:36]
    assert not view.flags.c_contiguous
    lq = build(name)(view, np.random.default_rng(1))
    assert np.array_equal(lq, build(name)(view.copy(), np.random.default_rng(1)))


@pytest.mark.parametrize("name", NAMES)
def test_the_seed_decides(name, photograph):
    damage, gt = build(name), photograph()
    first, again, other = (damage(gt, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert np.array_equal(first, other) == (name in STEADY)


DIGESTS = """
import hashlib, json, sys
import numpy as np
from nitido import catalog, degradations
gt = np.random.default_rng(0).random((24, 26, 3), dtype=np.float32)
json.dump({
    name: hashlib.sha256(
        catalog.build(degradations, name, **settings)(gt, np.random.default_rng(5)).tobytes()
    ).hexdigest()
    for name, settings in json.loads(sys.argv[1]).items()
}, sys.stdout)
assert "torch" not in sys.modules
"""


def test_another_process_gives_the_same_bytes():
    settings = json.dumps({name: SETTINGS.get(name, {}) for name in NAMES})
    run = [
        subprocess.run(
            [sys.executable, "-c", DIGESTS, settings],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        )
        for seed in ("1", "2")
    ]
    first, second = (json.loads(process.stdout) for process in run)
    assert set(first) == set(NAMES)
    assert first == second
    assert len(set(first.values())) == len(NAMES)


def test_an_unknown_setting_is_refused_by_all():
    for name in NAMES:
        said = rf"degradation {name}: unknown setting 'sgima'; it has"
        with pytest.raises(SettingError, match=said):
            catalog.build(degradations, name, **SETTINGS.get(name, {}), sgima=3)


def test_wrong_settings_are_known_for_every_damage():
    assert set(WRONG) == set(NAMES)


@pytest.mark.parametrize(
    ("name", "settings"), [(name, wrong) for name in WRONG for wrong in WRONG[name]]
)
def test_a_wrong_setting_is_refused(name, settings):
    with pytest.raises(SettingError, match=rf"degradation {name}: .") as caught:
        catalog.build(degradations, name, **settings)
    if name not in ("chain", "one_of"):  # they name the mistake of their member
        assert list(settings)[-1] in str(caught.value)


def test_an_unknown_member_proposes_the_nearest():
    with pytest.raises(UnknownNameError, match="No degradation 'jpg'; try jpeg"):
        catalog.build(degradations, "chain", steps=[{"name": "jpg"}])


@pytest.mark.parametrize("name", ["camera_noise", "jpeg"])
def test_only_gray_and_color_can_be_stored_as_jpeg(name):
    gt = np.zeros((8, 8, 4), np.float32)
    with pytest.raises(SettingError, match="1 or 3 channels; this picture has 4"):
        build(name)(gt, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("gaussian_noise", {"sigma": [1, 60]}),
        ("poisson_gaussian_noise", {"peak": [10, 5000], "sigma": 0}),
        ("poisson_gaussian_noise", {"peak": 1e6, "sigma": [1, 60]}),
        ("camera_noise", {"shot": [1e-5, 1e-2], "smoothing": 0, "left": 1, "quality": 100}),
        ("jpeg", {"quality": [2, 95]}),
    ],
)
def test_a_range_draws_different_levels(name, settings, photograph):
    damage = catalog.build(degradations, name, **settings)
    gt = photograph()
    levels = [np.std(damage(gt, np.random.default_rng(seed)) - gt) for seed in range(12)]
    assert max(levels) > 2.5 * min(levels)
    assert len({round(float(level), 6) for level in levels}) > 9
