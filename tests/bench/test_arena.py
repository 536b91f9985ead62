"""Restorers side by side: the same pictures, in turns, with what each costs."""

import json

import pytest

from nitido.bench import compete, find_candidate, find_suite, run, write_arena
from nitido.errors import SettingError

SUITE = find_suite("photos/gaussian_noise_25")


@pytest.fixture
def runners(darker, monkeypatch):
    """Two restorers that write down when they were called; the second is slow by the clock."""
    calls, clock = [], [0.0]

    def tick():
        clock[0] += 1e-12  # no two readings are alike
        return clock[0]

    monkeypatch.setattr("nitido.bench.arena.time.perf_counter", tick)

    class Runner(darker):
        def __init__(self, name, pause):
            super().__init__()
            self.name, self.pause = name, pause

        def __call__(self, lq):
            calls.append(self.name)
            clock[0] += self.pause
            return super().__call__(lq)

    return [Runner("quick", 0.001), Runner("slow", 0.01)], calls


def test_they_take_turns_after_a_first_try(make_set, runners):
    candidates, calls = runners
    steps = []
    arena = compete(
        candidates, SUITE, make_set("photos"), on_image=lambda *step: steps.append(step)
    )
    assert calls == ["quick", "slow", *(["quick", "slow", "slow", "quick"] * 2)]
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
    quick, slow = arena.standings
    assert slow.speed == pytest.approx(24 * 28 / 1e6 / 0.01)
    assert quick.speed == pytest.approx(10 * slow.speed)
    assert len(slow.speeds) == 4


def test_scores_are_those_of_the_bench(make_set, darker):
    data = make_set("photos")
    arena = compete([darker()], SUITE, data)
    result = run(darker(), SUITE, data)
    [standing] = arena.standings
    assert standing.psnr == tuple(row.psnr for row in result.rows)
    assert (standing.mean_psnr, standing.mean_ssim) == (result.psnr, result.ssim)
    assert (arena.data_hash, arena.input_psnr) == (result.data_hash, result.input_psnr)
    assert compete([darker()], SUITE, data, every=3).pictures == ("00", "03")


def test_work_is_counted_per_pixel_of_the_result(make_set, darker, tiny_weights):
    data = make_set("photos", channels=3)
    enlarging = darker()
    enlarging.card = tiny_weights.card.model_copy(update={"scale": 2, "macs_per_pixel": 4000})
    network = find_candidate(tiny_weights, SUITE)
    ours, theirs, none = compete([network, enlarging, darker()], SUITE, data, every=4).standings
    assert (ours.macs, ours.parameters) == (
        tiny_weights.card.macs_per_pixel,
        tiny_weights.card.parameters,
    )
    assert theirs.macs == 1000
    assert (none.macs, none.parameters) == (None, None)


def test_everything_comes_out(make_set, runners, tiny_weights, read_page, tmp_path):
    data = make_set("photos")
    candidates = [*runners[0], find_candidate(tiny_weights, SUITE)]
    arena = compete(candidates, SUITE, data)
    said = json.loads(arena.to_json())
    assert (said["suite"], said["images"], said["protocol"]) == (SUITE.name, 4, 2)
    assert [one["weights"] for one in said["standings"]] == ["quick", "slow", "tiny"]
    assert said["standings"][2]["parameters"] == tiny_weights.card.parameters
    assert said["standings"][0]["macs_per_pixel"] is None
    assert said["standings"][0]["megapixels_per_second"] > 0
    assert "openvino" in said["versions"]
    write_arena(tmp_path / "arena.html", arena)
    page = read_page(tmp_path / "arena.html")
    assert page.count["svg"] == 2
    assert page.source.count('<text class="name"') == 3 + 1  # one network has multiply-adds
    for text in ("quick", "slow", "tiny", arena.machine, arena.data_hash, tiny_weights.sha256):
        assert text in page.text
    assert f"{tiny_weights.card.parameters:,}" in page.text


def test_an_arena_without_networks(make_set, darker, read_page, tmp_path):
    write_arena(tmp_path / "arena.html", compete([darker()], SUITE, make_set("photos", count=1)))
    assert read_page(tmp_path / "arena.html").count["svg"] == 1


def test_who_cannot_compete(make_set, darker):
    data = make_set("photos")
    with pytest.raises(SettingError, match="got 0 restorers"):
        compete([], SUITE, data)
    with pytest.raises(SettingError, match="every 0th"):
        compete([darker()], SUITE, data, every=0)
    with pytest.raises(SettingError, match="input restores nothing"):
        compete([darker(), find_candidate("input", SUITE)], SUITE, data)
