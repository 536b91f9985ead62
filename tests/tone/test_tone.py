"""Tiles as a network is shown them, and back: nothing outside the range is harmed."""

import numpy as np
import pytest

from nitido.tone import FULL, Limits, Photon, Range, Tone

DIM = Tone(Range(-3, 7))


@pytest.mark.parametrize("tone", [Tone(), DIM, Tone(Range(0, 1), Photon(0.002, -0.0001))])
def test_what_is_shown_and_put_back_is_the_same(smooth, tone):
    tile = tone.range.unmap(0.2 + 0.6 * smooth())
    shown, withheld = tone.show(tile)
    assert shown.dtype == np.float32
    assert 0 < shown.min() < shown.max() < 1
    error = np.abs(tone.back(shown, withheld) - tile).max()
    # The unbiased inverse is brighter than the plain one, by less than a photon.
    assert error < (0.002 if tone.photon else 1e-6 * tone.range.span)


def test_a_picture_within_the_whole_scale_is_not_even_copied(smooth):
    tile = smooth()
    shown, withheld = Tone().show(tile)
    assert shown is tile
    assert withheld is None
    assert Tone().back(shown, withheld) is tile


@pytest.mark.parametrize("tone", [Tone(), DIM])
def test_excess_comes_through_unharmed(smooth, tone):
    tile = tone.range.unmap(smooth())
    tile[20:40, 10:30] += 1000
    tile[50:60, 40:60] -= 500
    before = tile.copy()
    shown, withheld = tone.show(tile)
    assert (tile == before).all()
    assert (shown.min(), shown.max()) == (-1, 2)
    assert np.allclose(tone.back(shown, withheld), tile, atol=1e-4)
    moved = tone.back(shown + np.float32(0.01), withheld)  # what a network does is done there too
    assert np.allclose(moved - tile, 0.01 * tone.range.span, atol=2e-4)


@pytest.mark.parametrize("together", [(1, 1), (1, 2), (2, 2), (5, 1)])
def test_outliers_are_hidden_and_come_back_as_they_were(smooth, together):
    clean = DIM.range.unmap(smooth())
    tile = clean.copy()
    for top, left in ((0, 0), (30, 40), (70, 86), (10, 60)):
        tile[top : top + together[0], left : left + together[1]] = 65535
    shown, withheld = DIM.show(tile)
    hot = tile == 65535
    assert np.abs(shown - DIM.range.map(clean))[hot].max() < 0.25  # an edge lies nearby
    assert (shown[~hot] == DIM.range.map(clean)[~hot]).all()
    back = DIM.back(np.zeros_like(shown), withheld)
    assert (back[hot] == 65535).all()
    assert (back[~hot] == -3).all()


def test_a_channel_has_outliers_of_its_own(smooth):
    tile = DIM.range.unmap(smooth())
    tile[30, 30, 1] = 1e6
    shown, withheld = DIM.show(tile)
    assert (shown[30, 30, [0, 2]] == DIM.range.map(tile)[30, 30, [0, 2]]).all()
    assert shown[30, 30, 1] < 1.1
    assert DIM.back(shown, withheld)[30, 30, 1] == 1e6


@pytest.mark.parametrize("scale", [2, 3])
def test_what_was_not_shown_grows_with_the_picture(scale):
    tile = np.full((20, 30, 1), 2, np.float32)
    tile[5, 7] = 900
    tile[10:20, 10:20] = 100
    shown, withheld = DIM.show(tile)
    back = DIM.back(shown.repeat(scale, axis=0).repeat(scale, axis=1), withheld)
    assert np.allclose(back, tile.repeat(scale, axis=0).repeat(scale, axis=1), rtol=1e-5)


def test_tiles_show_what_the_whole_picture_shows(smooth):
    rng = np.random.default_rng(4)
    picture = DIM.range.unmap(smooth(96, 96))
    picture[rng.random(picture.shape) < 0.02] = 500
    picture[60:70, 40:60] = 200
    shown, _ = DIM.show(picture)
    for top, left in ((0, 0), (13, 29), (40, 31)):
        tile, _ = DIM.show(np.ascontiguousarray(picture[top : top + 50, left : left + 60]))
        inner = np.s_[2 * (top > 0) : -2, 2 * (left > 0) : -2]
        assert (tile[inner] == shown[top : top + 50, left : left + 60][inner]).all()


@pytest.mark.parametrize("value", [1e30, -1e30, 3.4e38])
def test_nothing_is_too_far_away(value):
    tile = np.full((12, 12, 1), value, np.float32)
    tile[:6] = 0.5
    shown, withheld = Tone().show(tile)
    assert -1 <= shown.min() <= shown.max() <= 2
    assert (Tone().back(shown, withheld) == tile).all()


def test_noise_of_fifty_is_shown_as_it_is(smooth, noisy):
    tile = noisy(smooth(), 50)
    assert Tone().show(tile)[0] is tile


def test_notes_tell_the_range_and_the_transform():
    assert Tone().notes(16) == ()
    (note,) = Tone(Limits(100, 4095).of(16)).notes(16)
    assert "100 to 4095 of 0 to 65535" in note
    note, photon = Tone(Range(0, 50), Photon(0.1, 1)).notes(32)
    assert "0 to 50" in note
    assert "photons" in photon
    assert Tone(FULL, Photon(0.01, 0)).level == pytest.approx(255 / 20, rel=0.1)
