"""Charts put known values where they belong, and stay readable for any values."""

import math
import re
from html.parser import HTMLParser

import pytest

from nitido.pages._axes import Axis, written
from nitido.pages._charts import (
    INPUT,
    Curve,
    Dots,
    Group,
    Point,
    boxes,
    curves,
    dots,
    figure,
    legend,
    pareto,
    scatter,
)

LEFT, RIGHT, TOP, BOTTOM = 46, 386, 28, 248  # the plot of a chart with two axes


def attributes(svg, tag, kind):
    """Return the attributes of every element of a tag that has a class."""
    found = []

    class Parser(HTMLParser):
        def handle_starttag(self, name, pairs):
            known = dict(pairs)
            if name == tag and kind in (known.get("class") or "").split():
                found.append(known)

    Parser().feed(svg)
    return found


def texts(svg, kind):
    """Return the texts of a class with their x and y."""
    pattern = rf'<text class="{kind}" x="([\d.-]+)" y="([\d.-]+)">([^<]*)'
    return {text: (float(x), float(y)) for x, y, text in re.findall(pattern, svg)}


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ((20.17, 33.2), (20, 25, 30, 35)),
        ((0, 1), (0, 0.2, 0.4, 0.6, 0.8, 1)),
        ((0.7312, 0.7389), (0.73, 0.732, 0.734, 0.736, 0.738, 0.74)),
        ((-3.1, 4), (-4, -2, 0, 2, 4)),
        ((30, 30), (29.4, 29.6, 29.8, 30, 30.2, 30.4, 30.6)),
        ((15, 1500), (0, 500, 1000, 1500)),
    ],
)
def test_axes_end_at_round_values_around_all(values, ticks):
    axis = Axis.over("dB", values)
    assert axis.ticks[0] == axis.low <= min(values)
    assert axis.ticks[-1] == axis.high >= max(values)
    if values[0] == values[1]:
        assert len(axis.ticks) >= 3
    else:
        assert axis.ticks == pytest.approx(ticks)


def test_axes_of_ratios():
    axis = Axis.over("MP/s", (0.3, 4), log=True)
    assert axis.ticks == (0.2, 0.5, 1, 2, 5)
    assert axis.at(1) == pytest.approx(math.log(5) / math.log(25))
    assert Axis.over("macs", (4e4, 6e7), log=True).ticks == (1e4, 1e5, 1e6, 1e7, 1e8)
    assert Axis.over("macs", (100, 100), log=True).ticks == (100, 200)


def test_axes_without_values():
    assert Axis.over("dB", (math.inf, math.nan)).ticks[0] == 0
    assert Axis.over("dB", (0, math.inf), log=True).low == 1


def test_axes_that_end_where_the_values_do():
    axis = Axis.exactly("quality", range(5, 96, 10))
    assert (axis.low, axis.high, axis.ticks) == (5, 95, (20, 40, 60, 80))
    assert Axis.exactly("scale", (4, 2, 3)).ticks == (2, 3, 4)
    assert Axis.exactly("sigma", (25,)).at(25) == 0.5


def test_ticks_are_short():
    said = [written(value) for value in (0.5, 20, 5e3, 2e6, 1e9)]
    assert said == ["0.5", "20", "5k", "2M", "1G"]
    assert written(-2) == "\N{MINUS SIGN}2"


def test_a_curve_goes_through_its_points():
    axis = Axis.exactly("sigma", (0, 50, 100))
    svg = curves([Curve("ours", ((0, 20), (50, 30), (100, 25)), 0)], axis, "PSNR, dB")
    [line] = attributes(svg, "polyline", "s0")
    middle = (LEFT + RIGHT) / 2
    assert line["points"] == f"{LEFT},{BOTTOM} {middle:g},{TOP} {RIGHT},{(TOP + BOTTOM) / 2:g}"
    assert len(attributes(svg, "path", "mark")) == 3
    assert "<title>ours, 50: 30.000</title>" in svg
    assert texts(svg, "tick middle")["50"][0] == middle
    assert texts(svg, "tick end")["20"][1] == pytest.approx(BOTTOM + 4)
    assert set(texts(svg, "label")) == {"PSNR, dB"}
    assert set(texts(svg, "label middle")) == {"sigma"}


def test_the_trained_range_is_shaded_where_it_is():
    axis = Axis.exactly("sigma", (0, 100))
    line = Curve("ours", ((0, 20), (100, 30)), 2, shaded=((25, 75),))
    svg = curves([line, Curve("damaged", ((0, 20), (100, 30)), INPUT)], axis, "dB")
    [shade] = attributes(svg, "rect", "shade")
    assert float(shade["x"]) == pytest.approx(LEFT + 0.25 * (RIGHT - LEFT))
    assert float(shade["width"]) == pytest.approx(0.5 * (RIGHT - LEFT))
    assert shade["class"] == "s2 shade"
    [strip] = attributes(svg, "rect", "strip")
    assert strip["x"] == shade["x"]
    assert "ours was trained on 25 .. 75" in svg


def test_a_trained_range_is_cut_to_the_chart_and_one_level_is_a_band():
    axis = Axis.exactly("sigma", (0, 100))
    line = Curve("ours", ((0, 20), (100, 30)), 0, shaded=((-5, 40), (50, 50), (90, 300)))
    first, one, last = attributes(curves([line], axis, "dB"), "rect", "shade")
    assert float(first["x"]) == LEFT
    assert float(one["x"]) + float(one["width"]) / 2 == pytest.approx((LEFT + RIGHT) / 2)
    assert float(one["width"]) == 4
    assert float(last["x"]) + float(last["width"]) == pytest.approx(RIGHT)


def test_what_is_not_finite_is_left_out_of_a_curve():
    axis = Axis.exactly("sigma", (0, 1, 2))
    svg = curves([Curve("ours", ((0, math.inf), (1, 30), (2, 20)), 0)], axis, "dB")
    assert len(attributes(svg, "polyline", "s0")[0]["points"].split()) == 2
    assert "inf" not in svg
    assert "nan" not in svg


def test_on_a_log_axis_equal_ratios_are_equally_far_apart():
    axis = Axis.exactly("minutes", (0, 1, 2))
    line = Curve("ours", ((0, 1), (0.5, 0), (1, 0.1), (2, 0.01)), 0)
    svg = curves([line], axis, "loss", log=True)
    points = attributes(svg, "polyline", "s0")[0]["points"].split()
    downs = [float(point.split(",")[1]) for point in points]
    assert downs == pytest.approx([TOP, (TOP + BOTTOM) / 2, BOTTOM])


def test_a_name_without_room_is_left_out_and_its_point_is_not():
    x, y = Axis.exactly("x", (0, 1)), Axis.exactly("y", (0, 1))
    crowd = [Point(f"network {n}", 0.5, 0.5, n) for n in range(30)]
    svg = scatter([Point("alone", 0.0, 0.0, 0), *crowd], x, y, more_is_better=True)
    named = texts(svg, "name")
    assert "alone" in named
    assert 1 <= len(named) - 1 < 15
    assert all(f"<title>{point.name}: 0.5, 0.500</title>" in svg for point in crowd)


def test_a_box_stands_at_its_quartiles():
    values = tuple(float(v) for v in (20, 22, 24, 26, 28, 40))
    svg = boxes([Group("ours", values, 1)], "PSNR, dB")
    left, wide = 14, 400 - 28
    at = [left + wide * (v - 20) / 20 for v in (22.5, 27.5)]  # axis 20 .. 40
    [box] = re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="16"', svg)
    assert float(box[0]) == pytest.approx(at[0], abs=0.06)
    assert float(box[1]) == pytest.approx(at[1] - at[0], abs=0.06)
    [outlier] = attributes(svg, "circle", "faint")
    assert float(outlier["cx"]) == left + wide
    assert "median 25.00, half within 22.50 .. 27.50" in svg
    assert "ours" in texts(svg, "name")


def test_groups_without_finite_values_keep_their_row():
    svg = boxes([Group("perfect", (math.inf,), 0), Group("ours", (30.0, 31.0), 1)], "PSNR, dB")
    assert set(texts(svg, "name")) == {"perfect", "ours"}
    assert len(attributes(svg, "g", "box")) == 1


def test_dots_in_rows():
    rows = [
        Dots("BM3D", ((None, 30.0),), note="unverified", hollow=True),
        Dots("ours", ((0, 40.0), (INPUT, 20.0)), shaded=True),
    ]
    svg = dots(rows, "PSNR, dB")  # from 20 to 40
    [hollow] = attributes(svg, "path", "hollow")
    assert hollow["class"] == "theirs mark hollow"
    assert hollow["d"].startswith(f"M{200 - 4} ")
    assert len(attributes(svg, "path", "mark")) == 3
    assert len(attributes(svg, "rect", "shade")) == 1
    assert '<tspan class="weak">unverified</tspan>' in svg


def test_dots_beside_their_names():
    rows = [Dots("BM3D", ((None, 20.0),)), Dots("a longer name", ((0, 40.0),))]
    svg = dots(rows, "PSNR, dB", beside=True)
    left = 14 * 6.6 + 2 * 14
    assert [mark["d"].split()[0] for mark in attributes(svg, "path", "mark")] == [
        f"M{left - 4:.1f}",
        "M382",
    ]
    names = texts(svg, "name")
    assert names["BM3D"] == (14, 19)
    assert names["a longer name"] == (14, 40)


POINTS = [
    Point("slow and good", 0.1, 31.0, 0),
    Point("fast", 10.0, 29.0, 1),
    Point("beaten", 0.5, 28.0, 2),
    Point("middle", 1.0, 30.0, 3),
]


def test_the_front_holds_what_nobody_beats():
    front = pareto(POINTS, more_is_better=True)
    assert [p.name for p in front] == ["slow and good", "middle", "fast"]
    assert [p.name for p in pareto(POINTS, more_is_better=False)] == ["slow and good"]
    same = [Point("a", 1, 30, 0), Point("b", 1, 31, 1)]
    assert [p.name for p in pareto(same, more_is_better=True)] == ["b"]


def test_points_stand_where_they_are_and_their_names_do_not_touch():
    x = Axis("MP/s", 0.1, 10, (0.1, 1, 10), log=True)
    crowd = [*POINTS, *(Point(f"neighbor {n}", 1.0 + n / 50, 30.0 + n / 50, n) for n in range(4))]
    svg = scatter(crowd, x, Axis("dB", 28, 31, (28, 29, 30, 31)), more_is_better=True)
    names = texts(svg, "name")
    assert set(names) == {p.name for p in crowd}
    boxes = [(x, y - 11, x + 6.6 * len(text), y) for text, (x, y) in names.items()]
    for index, (x0, y0, x1, y1) in enumerate(boxes):
        assert LEFT <= x0 < x1 <= 400
        assert all(x1 <= a or c <= x0 or y1 <= b or d <= y0 for a, b, c, d in boxes[:index])
    [front] = attributes(svg, "polyline", "front")
    assert front["points"].startswith(f"{LEFT},{TOP} ")
    assert front["points"].endswith(f"{RIGHT},{BOTTOM - (BOTTOM - TOP) / 3:.1f}")


def test_names_are_escaped():
    name = "<b>&\"'"
    drawn = boxes([Group(name, (1.0, 2.0), 0)], name) + legend([(name, 0)]) + figure(name, "")
    drawn += scatter([Point(name, 1, 1, 0)], Axis.over(name, [1]), Axis.over(name, [1]),
                     more_is_better=True)  # fmt: skip
    drawn += dots([Dots(name, ((0, 1.0),), note=name)], name)
    drawn += curves([Curve(name, ((0, 1), (1, 2)), 0)], Axis.over(name, [0, 1]), name)
    assert "<b>" not in drawn
