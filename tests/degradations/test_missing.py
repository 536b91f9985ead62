"""Numbers of missing regions: as much is gone as asked, the rest is as it was."""

import pickle

import numpy as np
import pytest
from PIL import Image

from nitido import catalog, degradations
from nitido.degradations.missing_mask import MissingMask
from nitido.degradations.missing_pixels import MissingPixels
from nitido.degradations.missing_rectangles import MissingRectangles
from nitido.degradations.missing_strokes import MissingStrokes
from nitido.degradations.missing_text import MissingText
from nitido.errors import SettingError

NAMES = [name for name in catalog.names(degradations) if name.startswith("missing_")]


def rng(seed=0):
    return np.random.default_rng(seed)


def box(mask):
    """Return top, bottom, left and right of what is missing, ends included."""
    rows, columns = np.nonzero(mask)
    return rows.min(), rows.max(), columns.min(), columns.max()


def test_all_kinds_are_here():
    assert len(NAMES) == 5


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("channels", [1, 3, 5])
@pytest.mark.parametrize("fill", [0, 0.25, 1])
def test_holes_are_filled_and_the_rest_is_kept(name, channels, fill, photograph):
    damage = catalog.build(degradations, name, fill=fill)
    gt = photograph(90, 70, channels)
    mask = damage.mask(90, 70, rng(3))
    assert mask.dtype == bool
    assert mask.shape == (90, 70)
    assert 0 < mask.mean() < 1
    wanted = np.where(mask[..., None], np.float32(fill), gt)
    assert np.array_equal(damage(gt, rng(3)), wanted)


@pytest.mark.parametrize("name", NAMES)
def test_holes_can_be_noise(name, photograph):
    damage = catalog.build(degradations, name, fill="noise")
    gt = photograph(300, 300)
    mask = damage.mask(300, 300, rng(1))
    lq = damage(gt, rng(1))
    assert np.array_equal(lq[~mask], gt[~mask])
    noise = lq[mask]
    assert noise.mean() == pytest.approx(0.5, abs=0.02)
    assert noise.std() == pytest.approx(np.sqrt(1 / 12), rel=0.02)
    assert abs(np.corrcoef(noise[:, 0], noise[:, 1])[0, 1]) < 0.05  # every channel its own


# --- pixels


@pytest.mark.parametrize("share", [0, 0.3, 0.8, 1])
def test_as_many_pixels_are_missing_as_asked(share):
    mask = MissingPixels(share).mask(300, 400, rng())
    assert mask.mean() == pytest.approx(share, rel=0.02)
    if 0 < share < 1:
        assert abs(np.corrcoef(mask[:, 1:].ravel(), mask[:, :-1].ravel())[0, 1]) < 0.01


# --- rectangles


@pytest.mark.parametrize(("height", "width"), [(100, 200), (200, 100)])
def test_a_rectangle_has_the_sides_asked_for(height, width):
    seen = []
    for seed in range(60):
        mask = MissingRectangles(1, 0.3).mask(height, width, rng(seed))
        top, bottom, left, right = box(mask)
        assert (bottom - top + 1, right - left + 1) == (30, 30)
        assert mask.sum() == 900
        seen.append((top, left))
    tops, lefts = zip(*seen, strict=True)
    assert max(tops) > 0.8 * (height - 30) > 0.2 * (height - 30) > min(tops)
    assert max(lefts) > 0.8 * (width - 30) > 0.2 * (width - 30) > min(lefts)


def test_rectangles_draw_their_sides_apart():
    masks = [MissingRectangles(1, (0.1, 0.5)).mask(100, 100, rng(seed)) for seed in range(100)]
    ends = np.array([box(mask) for mask in masks])
    sides = np.stack((ends[:, 1] - ends[:, 0], ends[:, 3] - ends[:, 2])) + 1
    assert sides.min() in (10, 11, 12)
    assert sides.max() in (48, 49, 50)
    assert abs(np.corrcoef(sides)[0, 1]) < 0.3


def test_rectangles_are_as_many_as_asked():
    mask = MissingRectangles(20, 0.05).mask(2000, 2000, rng(1))
    assert 17 * 100**2 < mask.sum() <= 20 * 100**2


def test_a_rectangle_can_be_the_whole_picture():
    assert MissingRectangles(1, 1).mask(7, 7, rng()).all()


# --- strokes


@pytest.mark.parametrize("side", [128, 400])
def test_the_brush_is_as_wide_as_asked(side):
    damage = MissingStrokes(1, 1, width=0.2)  # a dot
    areas = [damage.mask(side, side, rng(seed)).sum() for seed in range(30)]
    assert max(areas) == pytest.approx(np.pi / 4 * (0.2 * side) ** 2, rel=0.02)


def test_a_piece_is_as_long_as_asked():
    damage = MissingStrokes(1, 2, length=0.4, width=0)
    lengths = []
    for seed in range(30):
        top, bottom, left, right = box(damage.mask(200, 300, rng(seed)))
        lengths.append(np.hypot(bottom - top, right - left))
    assert max(lengths) == pytest.approx(0.4 * 200, abs=1.5)
    assert np.median(lengths) == pytest.approx(0.4 * 200, abs=1.5)  # the border cuts a few off


@pytest.mark.parametrize(("turn", "stretch"), [(0, 1), (60, 0.5)])
def test_the_brush_goes_to_and_fro(turn, stretch):
    """Turned by 60 degrees to either side, a zigzag of ten pieces is half as long."""
    reach = []
    for seed in range(12):
        damage = MissingStrokes(1, 11, turn, 0.02, 0)
        top, bottom, left, right = box(damage.mask(500, 500, rng(seed)))
        reach.append(np.hypot(bottom - top, right - left))
    assert np.median(reach) == pytest.approx(stretch * 10 * 0.02 * 500, rel=0.08)


def test_the_default_strokes_take_what_they_take_in_the_paper():
    shares = [MissingStrokes().mask(256, 256, rng(seed)).mean() for seed in range(60)]
    assert 0.1 < np.mean(shares) < 0.25
    assert max(shares) < 0.5
    assert min(shares) > 0


# --- text


@pytest.mark.parametrize("layout", ["lines", "scattered"])
@pytest.mark.parametrize("share", [0, 0.04, 0.12])
def test_text_covers_the_share_asked_for(layout, share):
    masks = [MissingText(share, 14, layout).mask(600, 700, rng(seed)) for seed in range(3)]
    for mask in masks:
        assert share <= mask.mean() <= 1.02 * share  # by the last word at most


def test_scattered_text_can_cover_half():
    assert MissingText(0.5, 16, "scattered").mask(200, 200, rng()).mean() == pytest.approx(
        0.5, 0.02
    )


def test_lines_leave_each_other_free():
    mask = MissingText(0.5, 20, "lines").mask(480, 400, rng())
    assert 0.1 < mask.mean() < 0.25  # a full page
    ink = mask.mean(axis=1)
    free = np.flatnonzero(ink < 0.1 * ink.max())
    starts = free[np.flatnonzero(np.diff(free, prepend=-9) > 4)]
    assert np.median(np.diff(starts)) == pytest.approx(24, abs=2)  # a line is 1.2 sizes high


@pytest.mark.parametrize("size", [20, 60])
def test_letters_are_as_large_as_asked(size):
    heights = []
    for seed in range(10):
        mask = MissingText(1e-6, size, "scattered").mask(500, 500, rng(seed))
        top, bottom, _, _ = box(mask)
        heights.append(bottom - top + 1)
    assert 0.7 * size < np.median(heights) < 1.1 * size  # from capitals to descenders


# --- given masks


@pytest.mark.parametrize(("height", "width"), [(64, 64), (40, 96)])
def test_the_middle_is_missing_without_a_mask(height, width):
    mask = MissingMask().mask(height, width, rng())
    assert mask.mean() == 0.25
    assert box(mask) == (height // 4, 3 * height // 4 - 1, width // 4, 3 * width // 4 - 1)
    assert mask[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4].all()


@pytest.mark.parametrize("mode", ["L", "RGB", "1"])
@pytest.mark.parametrize("invert", [False, True])
def test_a_mask_file_is_followed(mode, invert, tmp_path):
    marked = rng(2).random((12, 9)) < 0.5
    file = tmp_path / "mask.png"
    Image.fromarray(marked.astype(np.uint8) * 255).convert(mode).save(file)
    damage = MissingMask(str(file), invert)
    file.unlink()  # it was read once
    assert np.array_equal(damage.mask(12, 9, rng()), marked != invert)
    twice = np.repeat(np.repeat(marked, 2, axis=0), 3, axis=1)
    assert np.array_equal(damage.mask(24, 27, rng()), twice != invert)
    assert np.array_equal(damage.mask(4, 3, rng()), marked[1::3, 1::3] != invert)


def test_a_mask_written_down_is_that_of_a_file(tmp_path):
    rows = [[0, 255, 0], [255, 255, 0]]
    file = tmp_path / "mask.png"
    Image.fromarray(np.array(rows, np.uint8)).save(file)
    by_file = MissingMask(file)
    by_hand = catalog.build(degradations, "missing_mask", source=[[0, 1, 0], [0.6, 1, 0.5]])
    assert np.array_equal(by_file.mask(8, 9, rng()), by_hand.mask(8, 9, rng()))


def test_given_masks_are_compared_by_what_was_given():
    rows = ((0, 1), (1, 0))
    assert MissingMask(rows) == MissingMask(((0, 1), (1, 0)))
    assert MissingMask(rows) != MissingMask(rows, invert=True)
    assert len({MissingMask(rows), MissingMask(rows)}) == 1
    assert repr(MissingMask(rows)) == "MissingMask(source=((0, 1), (1, 0)), invert=False, fill=0.0)"
    again = pickle.loads(pickle.dumps(MissingMask(rows)))
    assert np.array_equal(again.mask(4, 4, rng()), MissingMask(rows).mask(4, 4, rng()))


def test_a_file_that_is_no_picture_is_refused(tmp_path):
    file = tmp_path / "mask.png"
    file.write_text("no picture")
    with pytest.raises(SettingError, match=r"source: .*mask\.png"):
        MissingMask(file)
