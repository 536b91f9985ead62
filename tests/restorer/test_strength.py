"""How much is taken away: strength, sigma, and networks that judge the level themselves."""

from types import SimpleNamespace

import numpy as np
import pytest

from nitido import Restorer
from nitido.errors import SettingError
from nitido.networks import SIGMA
from nitido.picture import Picture, imresize, write
from nitido.restorer import _telling


def roughness(picture):
    return float(np.abs(np.diff(picture, axis=0)).mean() + np.abs(np.diff(picture, axis=1)).mean())


def test_strength_one_is_the_default_and_zero_changes_nothing(restorer, smooth, noisy):
    lq = noisy(smooth())
    one, zero = (Restorer(precision="fp32", sigma=25, strength=s)(lq) for s in (1, 0))
    np.testing.assert_array_equal(one, restorer(lq))
    assert (one != lq).any()
    np.testing.assert_array_equal(zero, lq)


def test_more_strength_and_more_sigma_smooth_more(smooth, noisy):
    lq = noisy(smooth(96, 96))
    by_sigma = [roughness(Restorer(precision="fp32", sigma=s)(lq)) for s in (0, 12, 50)]
    assert by_sigma[0] > by_sigma[1] > by_sigma[2]
    told = {"precision": "fp32", "sigma": 25}
    by_strength = [roughness(Restorer(**told, strength=s)(lq)) for s in (0, 0.4, 1)]
    assert by_strength[0] > by_strength[1] > by_strength[2]


def test_what_the_network_is_told(smooth, faked):
    lq = smooth()
    for settings, told in [
        ({}, None),
        ({"sigma": 25}, 25 / 255),
        ({"sigma": 20, "strength": 1.5}, 30 / 255),
        ({"sigma": 20, "strength": 0.5}, 20 / 255),
    ]:
        restorer, engine = faked(np.copy, **settings)
        restorer(lq)
        assert engine.told == [None if told is None else pytest.approx(told)]


@pytest.mark.parametrize("size", [(72, 88), (600, 40), (5, 700), (2100, 30)])
def test_strength_multiplies_the_level_that_the_network_judges(size, tmp_path, smooth, faked):
    def shy(lq):
        """Take a third of the told level away; judging for itself, a third of 0.1."""
        level = 0.1 if engine.told[-1] is None else engine.told[-1]
        y, x = np.mgrid[: lq.shape[2], : lq.shape[3]]
        return lq - np.where((y + x) % 2, 1, -1).astype(np.float32) * np.float32(level / 3)

    restorer, engine = faked(shy, strength=1.5)
    lq = smooth(*size)
    restorer(lq)
    assert engine.told[0] is None
    assert engine.told[-1] == pytest.approx(0.15, rel=0.08)  # not 0.05: what goes is no level

    write(Picture(lq), tmp_path / "a.tif")
    report = restorer.file(tmp_path / "a.tif", tmp_path / "b.tif")
    assert report.sigma == pytest.approx(0.15 * 255, rel=0.08)


def test_strengths_near_one_give_nearly_what_one_gives(restorer, smooth, noisy, psnr):
    lq = noisy(smooth(128, 128))
    near = Restorer(precision="fp32", sigma=25, strength=1.001)(lq)
    assert psnr(near, restorer(lq)) > psnr(lq, restorer(lq)) + 12


def test_a_network_that_takes_nothing_away_judges_zero(smooth, faked):
    restorer, engine = faked(np.copy, strength=2)
    restorer(smooth())
    assert engine.told == [None]


def test_weights_that_judge_for_themselves_are_blended(smooth, faked):
    lq = smooth()
    restorer, engine = faked(np.zeros_like, strength=0.25, card={"inputs": ()})
    np.testing.assert_allclose(restorer(lq), 0.75 * lq, rtol=1e-6)
    assert engine.told == [None]
    for settings in ({"sigma": 25}, {"strength": 1.5}):
        with pytest.raises(SettingError, match="judge the damage themselves"):
            faked(np.copy, card={"inputs": ()}, **settings)


@pytest.fixture
def found(monkeypatch):
    """Let the diagnosis find a level, 8-bit units, whatever it looks at."""

    def find(level):
        diagnosis = SimpleNamespace(level=level)
        monkeypatch.setattr(_telling, "judge", lambda look: diagnosis)

    return find


def test_weights_that_cannot_judge_are_told_what_is_found(faked, smooth, noisy, found):
    found(20.0)
    lq = noisy(smooth(200, 200))
    for strength in (0.5, 1, 1.5):
        restorer, engine = faked(np.copy, card={"inputs": (SIGMA,)}, strength=strength)
        assert restorer.looks_first(8)
        restorer(lq)
        assert engine.told == [pytest.approx(max(1, strength) * 20 / 255)]
    restorer, engine = faked(np.copy, card={"inputs": (SIGMA,)}, sigma=51, strength=0.5)
    assert not restorer.looks_first(8)
    restorer(lq)
    assert engine.told == [pytest.approx(0.2)]


def test_level_zero_and_strength_zero_give_the_picture_back_and_ask_nobody(faked, smooth, found):
    found(0.0)
    for settings in ({"sigma": 0}, {"strength": 0}, {"card": {"inputs": (SIGMA,)}}):
        restorer, engine = faked(np.zeros_like, **settings)
        np.testing.assert_array_equal(restorer(smooth()), smooth())
        assert engine.told == []


@pytest.mark.parametrize("tile", [0, 24])
def test_half_of_an_enlargement_lies_halfway_to_the_bicubic_one(tile, faked, smooth):
    def double(lq):
        return lq.repeat(2, axis=2).repeat(2, axis=3)

    lq = smooth()
    enlarged = imresize(lq, 2)
    card = {"scale": 2, "overlap": 8, "inputs": ()}
    for strength in (0, 0.5, 1):
        restorer, _ = faked(double, tile=tile, strength=strength, card=card)
        expected = enlarged + np.float32(strength) * (larger(lq) - enlarged)
        np.testing.assert_allclose(restorer(lq), expected, atol=1e-6)


def larger(lq):
    return lq.repeat(2, axis=0).repeat(2, axis=1)
