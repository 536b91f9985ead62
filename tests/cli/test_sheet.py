"""``nitido restore --compare``: the sheet that shows a picture before and after."""

import numpy as np
import pytest
from PIL import Image

from nitido.picture import Picture, write


@pytest.mark.parametrize(
    ("size", "sheet"),
    [
        ((300, 260), (1476, 36 + 831 + 12 + 354 + 12)),  # rows, columns -> width, height
        ((64, 64), (1476, 36 + 720 + 12)),
        ((1, 1), (1476, 36 + 720 + 12)),
        ((900, 3), (1476, 36 + 960 + 12)),
        ((3, 900), (1476, 36 + 2 + 12)),
    ],
)
def test_a_sheet_shows_both_pictures(nitido, tmp_path, damaged, size, sheet, made, opened):
    Image.fromarray(damaged(*size)).save(tmp_path / "a.png")
    ran = nitido("restore", tmp_path / "a.png", "--task=denoise", "--sigma=25", "--compare")
    assert ran.code == 0
    assert made(tmp_path) == ["a.png", "a.restored.compare.png", "a.restored.png"]
    drawn = opened(tmp_path / "a.restored.compare.png")
    assert drawn.size == sheet
    if size == (300, 260):
        halves = np.asarray(drawn)[40:860, 24:720], np.asarray(drawn)[40:860, 756:1452]
        rough = [np.abs(np.diff(half.astype(int), axis=0)).mean() for half in halves]
        assert rough[1] < 0.8 * rough[0], "the restored picture is on the right"


@pytest.mark.parametrize("kind", ["gray", "16 bits", "5 bands", "alpha"])
def test_a_sheet_of_every_kind_of_picture(nitido, tmp_path, damaged, kind):
    lq = damaged(40, 50).astype(np.float32) / 255
    alpha = lq[..., 0] if kind == "alpha" else None
    channels = {"gray": lq[..., :1], "5 bands": np.concatenate([lq, lq[..., :2]], 2)}
    write(
        Picture(channels.get(kind, lq), alpha, 16 if kind == "16 bits" else 8), tmp_path / "a.tif"
    )
    ran = nitido("restore", tmp_path / "a.tif", "--task", "denoise", "--compare")
    assert ran.code == 0, ran.err
    assert (tmp_path / "a.restored.compare.png").exists()


def test_a_sheet_is_drawn_in_bands(nitido, tmp_path, damaged, monkeypatch, opened):
    from nitido.jobs import _sheet

    Image.fromarray(damaged(301, 259)).save(tmp_path / "a.png")
    nitido("restore", tmp_path / "a.png", "--task", "denoise", "--compare")
    sheet = tmp_path / "a.restored.compare.png"
    at_once = np.asarray(opened(sheet))
    monkeypatch.setattr(_sheet, "_BAND", 20_000)
    _sheet.draw_sheet(tmp_path / "a.png", tmp_path / "a.restored.png")
    np.testing.assert_array_equal(np.asarray(opened(sheet)), at_once)
    monkeypatch.setattr(_sheet, "_COARSE", 64)  # as if the picture were much larger
    _sheet.draw_sheet(tmp_path / "a.png", tmp_path / "a.restored.png")
    coarse = np.asarray(opened(sheet))
    assert coarse.shape == at_once.shape
    np.testing.assert_allclose(coarse[40:860].mean((0, 1)), at_once[40:860].mean((0, 1)), atol=2)


def test_a_sheet_replaces_nothing_without_leave(nitido, photo, made, opened):
    sheet = photo.with_name("photo.restored.compare.png")
    sheet.write_bytes(b"mine")
    ran = nitido("restore", photo, "--task", "denoise", "--compare")
    assert ran.code == 4
    assert "exists already" in ran.err
    assert made(photo.parent) == ["photo.png", "photo.restored.compare.png"]
    assert sheet.read_bytes() == b"mine"
    assert nitido("restore", photo, "--task", "denoise", "--compare", "--overwrite").code == 0
    assert opened(sheet).width == 1476


def test_a_sheet_needs_the_picture_from_before(nitido, photo):
    before = photo.read_bytes()
    ran = nitido("restore", photo, "-o", photo, "--task=denoise", "--compare", "--overwrite")
    assert ran.code == 4
    assert "would be replaced" in ran.err
    assert photo.read_bytes() == before
