"""Rows as a stream: portions, sources that can be gone over again, resizing while reading."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nitido.errors import SettingError
from nitido.picture import (
    ArraySource,
    Encoded,
    Metadata,
    Picture,
    Replayable,
    Stream,
    encode,
    imresize,
    like_array,
    open_picture,
    portions,
    read,
    resized,
    write,
)

RNG = np.random.default_rng(0)


def test_a_stream_gives_portions_of_any_height_in_any_other():
    pixels, alpha = RNG.random((11, 5, 3), np.float32), RNG.random((11, 5), np.float32)
    ended = []

    def made():
        memory, first = np.empty((4, 5, 3), np.float32), 0
        for count in (1, 4, 4, 2):
            memory[:count] = pixels[first : first + count]
            yield memory[:count], alpha[first : first + count]
            first += count
        ended.append(True)

    stream = Stream(made(), height=11, width=5, channels=3, has_alpha=True, depth=16)
    taken = [stream.rows(count) for count in (3, 5, 1, 9)]
    np.testing.assert_array_equal(np.concatenate([rows for rows, _ in taken]), pixels)
    np.testing.assert_array_equal(np.concatenate([opacity for _, opacity in taken]), alpha)
    assert ended == [True]  # nothing has to be asked for behind the last row
    assert stream.rows(1)[0].shape == (0, 5, 3)
    assert not isinstance(stream, Replayable)


def test_files_and_arrays_can_be_gone_over_again(tmp_path):
    pixels, alpha = RNG.random((20, 30, 3), np.float32), RNG.random((20, 30), np.float32)
    write(Picture(pixels, alpha, 32), tmp_path / "a.tif")
    with open_picture(tmp_path / "a.tif") as file:
        for source in (file, ArraySource(pixels, alpha)):
            assert isinstance(source, Replayable)
            source.rows(7)
            with source.again() as again:
                np.testing.assert_array_equal(again.rows(20)[0], pixels)
            rows, opacity = source.rows(20)
            np.testing.assert_array_equal(rows, pixels[7:])
            np.testing.assert_array_equal(opacity, alpha[7:])


SIDES = st.integers(1, 60)


@settings(max_examples=80, deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, st.booleans())
def test_resizing_while_reading_is_imresize(height, width, tall, wide, has_alpha):
    pixels = RNG.random((height, width, 2), np.float32)
    alpha = RNG.random((height, width), np.float32) if has_alpha else None
    stream = resized(ArraySource(pixels, alpha, 8), tall, wide)
    assert (stream.height, stream.width, stream.channels, stream.depth) == (tall, wide, 2, 8)
    taken = list(portions(stream, 3 * wide))
    np.testing.assert_allclose(
        np.concatenate([rows for rows, _ in taken]), imresize(pixels, size=(tall, wide)), atol=1e-5
    )
    if alpha is not None:
        expected = imresize(alpha, size=(tall, wide)).clip(0, 1)
        found = np.concatenate([opacity for _, opacity in taken])
        np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("height", [300, 9000])
def test_resizing_reads_hardly_farther_than_it_has_got(height, monkeypatch):
    monkeypatch.setattr("nitido.picture._resized._PORTION", 20 * 700)
    made, ahead = 0, []

    class Watched(ArraySource):
        def rows(self, count):
            assert count <= 20
            ahead.append(self._next + count - made * 6000 / height)
            return super().rows(count)

    stream = resized(Watched(np.zeros((6000, 700, 1), np.float32)), height, 500)
    for rows, _ in portions(stream, 500):
        made += len(rows)
    assert 20 < max(ahead) < 120


@pytest.mark.parametrize("format", ["png", "tiff", ".tif", "webp", "jpg"])
def test_a_file_is_encoded_in_memory_as_on_disk(format, tmp_path):
    alpha = None if format == "jpg" else RNG.random((20, 30), np.float32)
    picture = Picture(RNG.random((20, 30, 3), np.float32), alpha, 16, Metadata(dpi=(300, 300)))
    suffix = "." + format.removeprefix(".")
    write(picture, tmp_path / f"a{suffix}", quality=80)
    assert encode(picture, format, quality=80) == (tmp_path / f"a{suffix}").read_bytes()


def test_arrays_are_written_and_encoded_too(tmp_path):
    array = RNG.integers(0, 65536, (12, 14, 4), np.uint16)
    write(array, tmp_path / "a.png")
    found = read(Encoded("a", encode(array, "png")))
    assert found.depth == 16
    np.testing.assert_array_equal(like_array(found.pixels, found.alpha, array), array)
    np.testing.assert_array_equal(read(tmp_path / "a.png").pixels, found.pixels)
    with pytest.raises(SettingError, match="channels first"):
        write(np.zeros((3, 20, 20)), tmp_path / "b.png")
    with pytest.raises(SettingError, match="this is list"):
        write([[1, 2]], tmp_path / "b.png")
    with pytest.raises(SettingError, match="No output format 'pgn'; there are jpeg, png"):
        encode(array, "pgn")


def test_a_side_below_one_is_refused():
    with pytest.raises(SettingError, match="the size is 5 x 0"):
        resized(ArraySource(np.zeros((4, 4, 1), np.float32)), 0, 5)
