"""What happened to a picture is told as it happened."""

import numpy as np
import pytest

from nitido.degradations import FACTS, history
from nitido.degradations.gaussian_blur import GaussianBlur
from nitido.degradations.halftone import Halftone
from nitido.degradations.history import History

NAMES = [fact.name for fact in FACTS]


@pytest.fixture(scope="module")
def told():
    """Pairs of a picture and its facts by name, of flat gray, so that noise can be measured."""
    gt = np.full((96, 96, 3), 0.5, np.float32)
    tell = History().told
    samples = (tell(gt, np.random.default_rng(seed)) for seed in range(500))
    return [(lq, dict(zip(NAMES, facts.tolist(), strict=True))) for lq, facts in samples]


def test_levels_come_back_from_their_scale():
    for fact, level in zip(FACTS, (15, 0.7, 30, 0.2, 1, 6, 1.5, 2), strict=True):
        assert fact.encode(level) > 0
        assert fact.decode(fact.encode(level)) == pytest.approx(level)


def test_a_picture_and_its_history_belong_together():
    damage, gt = History(), np.random.default_rng(1).random((64, 64, 3), np.float32)
    for seed in range(20):
        lq = damage(gt, np.random.default_rng(seed))
        assert np.array_equal(lq, damage.told(gt, np.random.default_rng(seed))[0])


def test_the_level_of_noise_is_that_which_was_added(told):
    alone = [
        (lq, facts)
        for lq, facts in told
        if abs(facts["noise"]) > 0 and facts["jpeg"] == 0 and facts["enlarged"] == 0
    ]
    assert len(alone) > 20
    level = FACTS[0].decode
    for lq, facts in alone:
        if 3 < (sigma := level(abs(facts["noise"]))) < 40:
            assert 255 * lq.std() == pytest.approx(sigma, rel=0.15)


def test_what_is_told_as_absent_is_absent(told):
    untouched = [lq for lq, facts in told if facts["noise"] == 0 and facts["jpeg"] == 0]
    assert len(untouched) > 50
    assert all(255 * np.ptp(lq) <= 8 for lq in untouched if not 0 < np.mean(lq == lq.max()) < 0.2)


def test_faint_noise_is_told_as_faint(told):
    levels = [facts["noise"] for _, facts in told if not np.isnan(facts["noise"])]
    faint = [FACTS[0].decode(-level) for level in levels if level < 0]
    strong = [FACTS[0].decode(level) for level in levels if level > 0]
    assert min(faint) > 0.79
    assert min(strong) > 1.79


@pytest.mark.parametrize(
    ("blur", "level", "told"), [(0.0, 4, -1), (0.0, 6, 1), (2.0, 4, 1), (2.0, 1, -1), (2.0, 0.5, 0)]
)
def test_weak_noise_of_a_camera_is_damage_where_a_picture_is_soft(blur, level, told):
    gt = np.random.default_rng(0).random((96, 96, 3), np.float32)
    gt = GaussianBlur(blur)(gt, np.random.default_rng(0)) if blur else gt
    assert np.sign(history._graded("noise", level, history._source(gt))) == told


@pytest.mark.parametrize(("level", "told"), [(4, 0), (7, -1), (12, 1)])
def test_grain_of_film_is_damage_where_it_is_strong(level, told):
    assert np.sign(history._graded("noise", level, "film")) == told


def test_special_damage_covers_the_rest(told):
    dithered = [(lq, facts) for lq, facts in told if facts["dithering"] > 0]
    assert dithered
    for lq, facts in dithered:
        assert len(np.unique(lq)) <= 3
        assert np.isnan(facts["noise"])
    assert any(facts["halftone"] > 0 for _, facts in told)
    assert any(facts["impulses"] > 0 for _, facts in told)


@pytest.mark.parametrize("density", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_dots_of_a_screen_cover_what_the_ink_asks_for(density, channels):
    gt = np.full((120, 130, channels), 1 - density, np.float32)
    lq = Halftone(period=5.3, gray=1.0)(gt, np.random.default_rng(0))
    assert lq.mean() == pytest.approx(1 - density, abs=0.01)
    assert lq.std() > 0.2


@pytest.mark.parametrize("period", [4.0, 8.0])
def test_dots_repeat_with_the_period_of_the_screen(period):
    gt = np.full((128, 128, 1), 0.5, np.float32)
    lq = Halftone(period=period, angle=0.0)(gt, np.random.default_rng(0))[..., 0]
    power = np.abs(np.fft.rfft2(lq - lq.mean())) ** 2
    row, column = np.unravel_index(power.argmax(), power.shape)
    assert np.hypot(min(row, 128 - row), column) == pytest.approx(128 / period, abs=1)
