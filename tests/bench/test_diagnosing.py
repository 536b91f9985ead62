"""Trials of the diagnosis: counted as they should be, on the damage that they name."""

import json
import math

import numpy as np
import pytest

from nitido.bench import WARDS, Confusion, Said, Tally, confuse, diagnosing, write_confusion
from nitido.bench._trials import LEVEL
from nitido.diagnosis import Diagnosis, Finding
from nitido.errors import DataError, SettingError, UnknownNameError
from nitido.picture import Picture, read, write


def tally(wanted, finding, *said):
    return Tally("white", "a", wanted, finding, {str(k): one for k, one in enumerate(said)})


# --- what is counted


def test_shares_are_of_pictures():
    one = tally(("denoise",), None, Said(("denoise", "dejpeg")), Said(("dejpeg",)), Said(()))
    assert one.right == pytest.approx(1 / 3)
    assert one.alone == pytest.approx(1 / 3)
    assert one.share("dejpeg") == pytest.approx(2 / 3)
    assert one.share("descreen") == 0
    assert tally((), None, Said(()), Said(("denoise",))).right == 0.5
    assert tally(None, None, Said(())).right is None


def test_errors_are_medians_and_a_finding_that_is_not_there_is_infinitely_wrong():
    noise = tally((), "noise", Said((), 6.0, 5.0), Said((), 24.0, 20.0), Said((), None, 5.0))
    assert noise.error == pytest.approx(0.2)
    assert noise.value == 15
    jpeg = tally((), "jpeg", Said((), 12.0, 10.0), Said((), 36.0, 30.0), Said((), 58.0, 60.0))
    assert jpeg.error == 2
    assert math.isinf(tally((), "noise", Said((), None, 5.0)).error)
    assert tally((), "noise", Said((), None, 5.0)).value is None
    assert tally((), None, Said(())).error is None


def test_tables_have_a_column_for_every_task_that_comes_up():
    tallies = (
        tally(("denoise",), "noise", Said(("dejpeg",), 4.0, 5.0)),
        tally((), None, Said(())),
    )
    result = Confusion("photos", tallies, {}, "0", {})
    assert result.tasks == ("denoise", "dejpeg")
    assert result.head == ("pictures", "right", "left alone", "denoise", "dejpeg", "found", "error")
    assert result.cells(tallies[0]) == ("1", "0 %", "0 %", "", "100 %", "4", "20.0 %")
    assert result.cells(tallies[1]) == ("1", "100 %", "100 %", "", "", "", "")


# --- what is diagnosed


@pytest.fixture
def looked(monkeypatch):
    """Let every picture count as noisy, and keep what was looked at with the quality told."""
    seen = []

    def judge(look, header=None):
        seen.append((look, header))
        return Diagnosis((Finding("noise", 10.0, "", 1.0, ""),), (("denoise", ""),), 10.0)

    monkeypatch.setattr(diagnosing, "judge", judge)
    monkeypatch.setattr(diagnosing, "look", lambda source: source)
    return seen


@pytest.mark.parametrize("ward", [name for name in WARDS if name not in ("clean", "camera")])
def test_every_damage_changes_the_picture_and_is_stored_in_8_bits(make_set, looked, ward):
    data = make_set("photos", count=1, size=(64, 72), channels=3)
    result = confuse("photos", data, wards=(ward,))
    assert len(result.tallies) == len(looked) == len(WARDS[ward].trials("photos"))
    before = read(data / "photos" / "00.png").pixels
    for source, _ in looked:
        pixels, _ = source.rows(source.height)
        assert source.depth == 8
        assert pixels.shape[:2] == (64, 72)
        assert pixels.shape != before.shape or (pixels != before).any()
        np.testing.assert_array_equal(pixels, np.float32(np.rint(pixels * 255)) / np.float32(255))
        before = pixels  # the next level is another one


def test_only_files_know_their_quality(make_set, looked):
    data = make_set("photos", count=1, channels=3)
    confuse("photos", data, wards=("jpeg", "png", "again"))
    headers = [header for _, header in looked]
    assert headers == [10, 20, 30, 40, 50, 60, 90, 95] + [None] * 6 + [92] * 6


def test_the_truth_is_the_level_that_was_added(make_set, looked):
    data = make_set("photos", count=2)
    result = confuse("photos", data, wards=("white",))
    assert [one.error for one in result.tallies] == pytest.approx([1, 1 / 3, 0.6, 0.8])
    assert all(one.right == 1 for one in result.tallies)


def test_camera_noise_is_measured_against_its_partner(make_set, looked):

    data = make_set("cc5/gt", count=2, channels=3)
    (data / "cc5" / "lq").mkdir()
    for file in (data / "cc5" / "gt").iterdir():
        gt = read(file).pixels
        write(
            Picture(np.where(gt > 0.5, gt - np.float32(8 / 255), gt + np.float32(8 / 255))),
            data / "cc5" / "lq" / file.name,
        )
    result = confuse("photos", data, wards=("camera",))
    [one] = result.tallies
    assert one.finding == LEVEL
    assert [said.truth for said in one.each.values()] == pytest.approx([8, 8], abs=0.01)
    assert one.error == pytest.approx(0.25, abs=0.01)
    assert list(result.missing) == ["polyu"]


def test_sets_that_are_not_here_are_told(make_set, looked):
    data = make_set("set14", count=3)
    result = confuse("photos", data, wards=("clean", "white"), every=2)
    assert [(one.ward, one.name, len(one.each)) for one in result.tallies] == [
        ("clean", "set14", 2)
    ]
    assert result.tallies[0].right == 0
    assert {"live1", "bsd100", "classic5", "cc5/gt", "polyu/gt", "photos"} == set(result.missing)
    assert "No image set 'photos'" in result.missing["photos"]
    with pytest.raises(DataError, match="No image set 'photos'"):
        confuse("photos", data, wards=("white",))


def test_what_cannot_work_is_an_error(make_set, looked):
    data = make_set("photos", count=1)
    with pytest.raises(UnknownNameError, match="No kind of damage 'wite'; try white"):
        confuse("photos", data, wards=("wite",))
    with pytest.raises(SettingError, match="every is 0"):
        confuse("photos", data, every=0)
    with pytest.raises(SettingError, match="nothing to diagnose"):
        confuse("photos", data, wards=())
    assert looked == []


# --- the real diagnosis, and what comes out


def test_noise_and_dithering_are_found_and_written_down(tmp_path, photograph, read_page):

    for name in ("photos", "set14"):
        (tmp_path / name).mkdir()
        smooth = photograph(192, 200, 3)
        smooth[:] = smooth.mean(axis=(0, 1)) + np.linspace(-0.2, 0.2, 200)[None, :, None]
        write(Picture(smooth.clip(0.1, 0.9)), tmp_path / name / "a.png")
    steps = []
    result = confuse(
        "photos",
        tmp_path,
        wards=("clean", "white", "dithering"),
        on_picture=lambda *step: steps.append(step),
    )
    assert steps == [(n, 7) for n in range(1, 8)]
    by_name = {one.name: one for one in result.tallies}
    assert by_name["sigma 25"].right == 1
    assert by_name["sigma 25"].error < 0.2
    assert by_name["2 colors"].share("descreen") == 1

    said = json.loads(result.to_json())
    [row] = [one for one in said["trials"] if one["level"] == "sigma 25"]
    assert row["planned"]["denoise"] == 1
    assert row["each"]["a"]["truth"] == 25
    assert set(said["missing"]) == {"live1", "bsd100", "classic5", "cc5/gt", "polyu/gt"}

    write_confusion(tmp_path / "page.html", result)
    page = read_page(tmp_path / "page.html")
    assert page.count["table"] >= 3
    assert page.count["svg"] >= 3
    assert "live1 is missing" in page.text
    assert result.data_hash in page.text


def test_sound_pictures_for_which_something_is_planned_are_named(
    make_set, looked, read_page, tmp_path
):
    data = make_set("set14", count=45)
    write_confusion(tmp_path / "page.html", confuse("photos", data, wards=("clean",)))
    page = read_page(tmp_path / "page.html")
    assert "for which something is planned, the first 40" in page.text
    assert "set14: 39" in page.text
    assert "set14: 40" not in page.text
