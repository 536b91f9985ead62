"""What a user may say about the range."""

import pytest

from nitido.errors import SettingError
from nitido.tone import Limits, Range, parse_range


@pytest.mark.parametrize("text", ["auto", "full"])
def test_words(text):
    assert parse_range(text) == text


@pytest.mark.parametrize(
    ("text", "low", "high"), [("100,4095", 100, 4095), ("-1e3, 2.5", -1000, 2.5), ("0,1", 0, 1)]
)
def test_limits(text, low, high):
    assert parse_range(text) == Limits(low, high)


def test_limits_are_counts_of_integers_and_floats_as_they_are():
    assert Limits(0, 65535).of(16) == Range(0, 1)
    assert Limits(100, 4095).of(16) == Range(100 / 65535, 4095 / 65535)
    assert Limits(-5, 4095).of(32) == Range(-5, 4095)


@pytest.mark.parametrize("text", ["", "all", "Auto", "1", "1,2,3", "a,b", "1;2", ","])
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(SettingError, match=r"range is .*auto, full, or LOW,HIGH.*100,4095"):
        parse_range(text)


@pytest.mark.parametrize("text", ["5,5", "6,5", "0,inf", "nan,1", "-inf,0"])
def test_limits_that_are_no_range_are_refused(text):
    with pytest.raises(SettingError, match=r"has to be below|have to be finite"):
        parse_range(text)
