"""What a suite tells whom, and what is given to networks that do not enlarge."""

from dataclasses import dataclass

import numpy as np
import pytest

from nitido import catalog
from nitido.bench import find_candidate, find_suite
from nitido.errors import SettingError, UnknownNameError, WeightsError
from nitido.weights import open_weights
from nitido.weights.loading import load_network

RNG = np.random.default_rng(0)


def test_the_input_is_given_back_and_enlarged():
    lq = RNG.random((6, 7, 3), dtype=np.float32)
    noise, files = find_suite("a/gaussian_noise_25"), find_suite("a/bicubic_x2")
    assert np.array_equal(find_candidate("input", noise)(lq), lq)
    candidate = find_candidate("input", files)
    assert np.array_equal(candidate(lq), files.enlarged(lq))
    assert candidate(lq).shape == (12, 14, 3)
    assert (candidate.name, candidate.weights_hash, candidate.changes) == ("input", None, False)


def test_a_network_that_cannot_judge_noise_is_told_the_true_level(told_weights):
    import torch

    lq = RNG.random((12, 10, 1), dtype=np.float32)
    candidate = find_candidate(told_weights, find_suite("a/gaussian_noise_40"), engine="torch")
    assert candidate.told == {"sigma": 40.0}
    assert candidate.name == "ffdnet_tiny"
    assert candidate.weights_hash == told_weights.sha256
    network = load_network(told_weights)
    with torch.inference_mode():
        tensor = torch.from_numpy(lq.transpose(2, 0, 1)[None])
        expected = network(tensor, torch.full((1, 1, 1, 1), 40 / 255))[0].numpy()
    assert np.allclose(candidate(lq), expected.transpose(1, 2, 0), atol=1e-5)
    told = find_candidate(told_weights, find_suite("a/gaussian_noise_40"), sigma=20)
    assert told.told == {"sigma": 20}


def test_a_network_that_must_be_told_what_nobody_knows_gets_it_from_the_diagnosis(told_weights):
    for name in ("a/jpeg_10", "a/paired", "a/bicubic_y_x2"):
        assert find_candidate(told_weights, find_suite(name)).told == {}
        assert find_candidate(told_weights, find_suite(name), sigma=5).told == {"sigma": 5}


def test_a_network_that_judges_is_not_told(tiny_weights):
    suite = find_suite("a/gaussian_noise_40")
    assert find_candidate(tiny_weights, suite).told == {}
    assert find_candidate(tiny_weights, suite, sigma=30).told == {"sigma": 30}


def test_a_network_that_does_not_enlarge_gets_enlarged_pictures(tiny_weights):
    suite = find_suite("a/bicubic_x3")
    candidate = find_candidate(tiny_weights, suite)
    lq = RNG.random((8, 8, 3), dtype=np.float32)
    same = find_candidate(tiny_weights, find_suite("a/jpeg_color_10"))
    assert np.array_equal(candidate(lq), same(suite.enlarged(lq)))
    assert candidate(lq).shape == (24, 24, 3)


def test_a_network_of_another_scale(tiny_weights):
    from dataclasses import replace

    enlarging = replace(tiny_weights, card=tiny_weights.card.model_copy(update={"scale": 2}))
    with pytest.raises(SettingError, match="tiny enlarges 2 times, a/bicubic_x4 needs 4 times"):
        find_candidate(enlarging, find_suite("a/bicubic_x4"))
    with pytest.raises(SettingError, match="needs 1 times"):
        find_candidate(enlarging, find_suite("a/jpeg_10"))


def test_unknown_names():
    suite = find_suite("a/jpeg_10")
    with pytest.raises(UnknownNameError, match="try denoise"):
        find_candidate("denois", suite)
    with pytest.raises(WeightsError, match="no weights file"):
        find_candidate("gone.safetensors", suite)


@dataclass(frozen=True)
class Shrinker:
    """A classical restorer that asks for what some ask for."""

    sigma: float | None = None
    scale: int = 1

    def __call__(self, lq):
        return lq.repeat(self.scale, axis=0).repeat(self.scale, axis=1) * np.float32(0.5)


@dataclass(frozen=True)
class Plain:
    """A classical restorer that asks for nothing."""

    scale = 1

    def __call__(self, lq):
        return lq


@pytest.mark.parametrize(
    ("maker", "suite", "told"),
    [
        (Shrinker, "a/gaussian_noise_25", {"sigma": 25.0, "scale": 1}),
        (Shrinker, "a/bicubic_y_x3", {"scale": 3}),
        (Shrinker, "a/jpeg_10", {"scale": 1}),
        (Plain, "a/gaussian_noise_25", {}),
        (Plain, "a/bicubic_x2", {}),
    ],
)
def test_classical_restorers_are_told_what_they_ask_for(monkeypatch, maker, suite, told):
    monkeypatch.setattr(catalog, "variant", lambda room, name: (maker, {}))
    suite = find_suite(suite)
    candidate = find_candidate("classical:any", suite)
    assert (candidate.name, candidate.told) == ("classical:any", told)
    lq = RNG.random((6, 5, 1), dtype=np.float32)
    expected = maker(**told)(lq if maker is Shrinker else suite.enlarged(lq))
    assert np.array_equal(candidate(lq), expected)


def test_settings_of_a_classical_restorer_stand_behind_its_name():
    suite = find_suite("a/gaussian_noise_25")
    candidate = find_candidate("classical:gaussian width=0", suite)
    assert candidate.name == "classical:gaussian width=0"
    assert candidate.told == {"sigma": 25.0}
    lq = RNG.random((6, 5, 1), dtype=np.float32)
    assert np.array_equal(candidate(lq), lq)
    assert not np.array_equal(find_candidate("classical:gaussian", suite)(lq), lq)
    assert find_candidate("classical:gaussian sigma=5", suite).told == {}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("width", "width: write key=value, for example sigma=25"),
        ("size=2", "unknown setting 'size'"),
        ("width=-1", "width is -1"),
        ("width='2", "close every quote"),
    ],
)
def test_wrong_settings_of_a_classical_restorer(settings, said):
    with pytest.raises(SettingError, match=said):
        find_candidate(f"classical:gaussian {settings}", find_suite("a/jpeg_10"))


def test_a_value_with_blanks_stands_in_quotes():
    name = "classical:wiener_deconvolution kernel='{name: gaussian_blur, sigma: 2}'"
    assert find_candidate(name, find_suite("a/jpeg_10")).name == name


def test_an_unknown_classical_restorer():
    with pytest.raises(UnknownNameError, match="bicubic"):
        find_candidate("classical:bicubc", find_suite("a/bicubic_x2"))


def test_solvers_are_told_what_they_ask_for():
    noise, small = find_suite("a/gaussian_noise_25"), find_suite("a/bicubic_x2")
    learner, asker = find_candidate("zs_n2n", noise), find_candidate("pnp", small)
    assert (learner.name, learner.told, learner.engine) == ("zs_n2n", {}, "torch")
    assert learner.weights_hash is None
    assert (asker.told, asker.packages) == ({"scale": 2}, ("torch",))
    assert asker.weights_hash == open_weights("denoise").sha256
    assert asker(RNG.random((6, 7, 3), dtype=np.float32)).shape == (12, 14, 3)
    assert find_candidate("deep_image_prior", small).told == {"scale": 2}
    with pytest.raises(SettingError, match="Nothing says what the damage is"):
        find_candidate("pnp", noise)
