"""A picture in memory is read as the same bytes in a file, and under the same limits."""

import numpy as np
import pytest

from nitido.errors import RefusedError, SettingError, UnreadableError
from nitido.picture import Encoded, Picture, Policy, open_picture, read, write


@pytest.fixture
def encoded(tmp_path, photograph):
    """Make a picture file of a format and the same in memory."""

    def make(suffix, **settings):
        file = tmp_path / f"picture.{suffix}"
        write(Picture(photograph(30, 20), **settings), file)
        return file, Encoded("archive/picture", file.read_bytes())

    return make


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "webp", "avif", "bmp"])
def test_it_is_read_as_a_file(encoded, suffix):
    file, held = encoded(suffix)
    ours, theirs = read(held), read(file)
    assert np.array_equal(ours.pixels, theirs.pixels)
    assert (ours.depth, ours.format, ours.notes) == (theirs.depth, theirs.format, theirs.notes)
    with open_picture(held) as rows, open_picture(file) as whole:
        assert np.array_equal(rows.raw_rows(7), whole.raw_rows(7))
        assert np.array_equal(rows.raw_rows(99), whole.raw_rows(99))
    with pytest.raises(SettingError, match="archive/picture has been closed"):
        open_picture_closed(held).rows(1)


def open_picture_closed(held):
    with open_picture(held) as picture:
        return picture


def test_sixteen_bits_and_what_it_carries(encoded):
    file, held = encoded("png", depth=16)
    assert read(held).depth == 16
    assert read(held).metadata == read(file).metadata


def test_the_policy_holds(encoded):
    _, held = encoded("png")
    with pytest.raises(RefusedError, match="archive/picture: refused by the rule max_bytes"):
        read(held, Policy(max_bytes=len(held.data) - 1))
    with pytest.raises(RefusedError, match="max_pixels"):
        read(held, Policy(max_pixels=599))
    with pytest.raises(RefusedError, match="formats"):
        read(held, Policy(formats=("jpeg",)))
    assert read(held, Policy(max_bytes=len(held.data), max_pixels=600)).width == 20


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "a/b is empty"),
        (b"%PDF-1.4", "a/b is no picture that can be read: it holds a PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"P6\n1 1\n255\n\0\0\0", "no picture that can be read"),  # libvips could
    ],
)
def test_nothing_else_is_decoded(data, words):
    with pytest.raises(UnreadableError, match=words):
        read(Encoded("a/b", data))


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "webp", "bmp"])
def test_a_truncated_one_is_an_error(encoded, suffix):
    _, held = encoded(suffix)
    with pytest.raises(UnreadableError, match="archive/picture"):
        read(Encoded(held.name, held.data[: len(held.data) * 2 // 3]))


def test_errors_show_no_control_characters():
    with pytest.raises(UnreadableError) as caught:
        read(Encoded("a\x1b[31m", b""))
    assert "\x1b" not in str(caught.value)
