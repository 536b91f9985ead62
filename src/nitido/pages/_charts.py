"""Small charts as SVG in a page: boxes, curves, dots in rows, and points with their names.

They are drawn in units that are about pixels on a phone; the page scales them. Colors are classes
that the page's style sheet fills, so that they follow its light and dark mode; every series has a
mark of its own besides, for readers who do not tell the colors apart.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from nitido.pages._axes import Axis, written

_WIDTH = 400.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 14.0, 28.0, 42.0  # around the plot; rows lack _LEFT
_TALL = 290.0  # a chart with two axes
_BOX_ROW, _DOT_ROW, _LINE = 44.0, 34.0, 21.0  # rows with the name above, and beside
_LETTER = 6.6  # mean width of a letter of a label
_CROWDED = 0.15  # part of a name that may hide others or be hidden
_BEYOND = 1.5  # lengths of the box, from which on a value is drawn on its own (Tukey 1977)
INPUT = 99
"""The style of the damaged input, which is no restorer."""


@dataclass(frozen=True)
class Group:
    """Values of one kind for a box: `style` is the place among the series, or `INPUT`."""

    name: str
    values: tuple[float, ...]
    style: int


@dataclass(frozen=True)
class Curve:
    """Points (x, y) in the order of x; `shaded` are ranges of x, as (low, high)."""

    name: str
    points: tuple[tuple[float, float], ...]
    style: int
    shaded: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Dots:
    """One row: its name, values as (style, value), and whether it is set off from the others.

    Attributes
    ----------
    note : str
        Written behind the name, weaker.
    hollow : bool
        Whether the values are doubtful.
    """

    name: str
    values: tuple[tuple[int | None, float], ...]
    shaded: bool = False
    note: str = ""
    hollow: bool = False


@dataclass(frozen=True)
class Point:
    """A named place on a chart with two axes."""

    name: str
    x: float
    y: float
    style: int | None


def figure(title: str, svg: str, *, legend: str = "", note: str = "") -> str:
    """Return a chart with its title, legend and a sentence on how to read it."""
    said = f'<p class="note">{escape(note)}</p>' if note else ""
    return (
        f'<figure class="chart"><figcaption>{escape(title)}</figcaption>'
        f"{legend}{svg}{said}</figure>"
    )


def legend(series: Iterable[tuple[str, int | None]], extra: str = "") -> str:
    """Return the names of series with their marks."""
    items = "".join(
        f'<li><svg viewBox="0 0 16 12" aria-hidden="true">'
        f"{_mark(8, 6, style)}</svg>{escape(name)}</li>"
        for name, style in series
    )
    return f'<ul class="legend">{items}{extra}</ul>'


SHADED = '<li><span class="swatch"></span>range it was trained on</li>'
"""The legend's line for shaded ranges."""


def boxes(groups: Sequence[Group], label: str) -> str:
    """Return box plots in rows: the middle half, the median, the mean as a diamond, outliers."""
    known = [tuple(v for v in group.values if math.isfinite(v)) for group in groups]
    x = Axis.over(label, (v for values in known for v in values))
    height = 4 + _BOX_ROW * len(groups) + _BOTTOM
    parts = [_rows_grid(x, height, _RIGHT)]
    for index, (group, values) in enumerate(zip(groups, known, strict=True)):
        top = 4 + index * _BOX_ROW
        parts.append(_text(_RIGHT, top + 14, group.name, "name"))
        if values:
            parts.append(_box(x, top + 30, values, group.style))
    return _svg(height, f"{label}: {', '.join(g.name for g in groups)}", parts)


def dots(rows: Sequence[Dots], label: str, *, beside: bool = False) -> str:
    """Return values in rows, the name of each above its values or beside them."""
    x = Axis.over(label, (value for row in rows for _, value in row.values))
    tall = _LINE if beside else _DOT_ROW
    longest = max(len(row.name) + len(row.note) + 1 for row in rows)
    left = min(longest * _LETTER + 2 * _RIGHT, _WIDTH / 2) if beside else _RIGHT
    height = 4 + tall * len(rows) + _BOTTOM
    parts = [_rows_grid(x, height, left)]
    for index, row in enumerate(rows):
        top = 4 + index * tall
        if row.shaded:
            size = f'width="{_n(_WIDTH)}" height="{_n(tall)}"'
            parts.append(f'<rect class="shade" x="0" y="{_n(top)}" {size}/>')
        note = f' <tspan class="weak">{escape(row.note)}</tspan>' if row.note else ""
        base = top + (15 if beside else 13)
        name = f'<text class="name" x="{_n(_RIGHT)}" y="{_n(base)}">{escape(row.name)}{note}</text>'
        parts.append(name)
        for style, value in row.values:
            if math.isfinite(value):
                down = top + (tall / 2 if beside else 24)
                mark = _mark(_across(x, value, left), down, style, hollow=row.hollow)
                parts.append(_told(mark, f"{row.name}: {value:.2f}"))
    return _svg(height, f"{label}: {', '.join(row.name for row in rows)}", parts)


def curves(lines: Sequence[Curve], x: Axis, y_label: str, *, log: bool = False) -> str:
    """Return curves over one axis; where a curve has shaded ranges they lie behind it.

    With `log` equal ratios of y are equally far apart, and values that are not above 0 left out.
    """
    y = Axis.over(y_label, (value for line in lines for _, value in line.points), log=log)
    parts = []
    strip = 0
    for line in lines:
        for low, high in line.shaded:
            parts.append(_range(x, low, high, line, strip))
        strip += bool(line.shaded)
    parts.append(_grid(x, y))
    for line in lines:
        places = [
            (_across(x, at), _down(y, value), at, value)
            for at, value in line.points
            if math.isfinite(value) and (value > 0 or not log)
        ]
        path = " ".join(f"{_n(across)},{_n(down)}" for across, down, _, _ in places)
        parts.append(f'<polyline class="{_class(line.style)}" points="{path}"/>')
        crowded = len(places) > 40  # then marks would hide the curve
        parts += [
            _told(_mark(across, down, line.style), f"{line.name}, {at:g}: {value:.3f}")
            for across, down, at, value in ([] if crowded else places)
        ]
    return _svg(_TALL, f"{y_label} against {x.label}: {', '.join(c.name for c in lines)}", parts)


def scatter(points: Sequence[Point], x: Axis, y: Axis, *, more_is_better: bool) -> str:
    """Return named points, and a line through those that no other one beats in both directions.

    In a crowd a name that has no room is left out; a legend tells it, and so does the point itself.
    """
    parts = [_grid(x, y)]
    front = pareto(points, more_is_better=more_is_better)
    if len(front) > 1:
        path = " ".join(f"{_n(_across(x, p.x))},{_n(_down(y, p.y))}" for p in front)
        parts.append(f'<polyline class="front" points="{path}"/>')
    places = [(_across(x, p.x), _down(y, p.y)) for p in points]
    taken = [(across - 6, down - 6, across + 6, down + 6) for across, down in places]
    for point, (across, down) in zip(points, places, strict=True):
        mark = _mark(across, down, point.style)
        parts.append(_told(mark, f"{point.name}: {point.x:.4g}, {point.y:.3f}"))
        if place := _free(point.name, across, down, taken):
            parts.append(_text(*place, point.name, "name"))
    return _svg(_TALL, f"{y.label} against {x.label}: {', '.join(p.name for p in points)}", parts)


def trade_off(
    title: str,
    points: Sequence[Point],
    cost: str,
    quality: str,
    *,
    more_is_better: bool,
    note: str = "",
    crowded: bool = False,
) -> str:
    """Return a figure of quality against a cost, or a speed, over equal ratios.

    With `crowded` a legend tells the names that have no room.
    """
    drawn = scatter(
        points,
        Axis.over(cost, (point.x for point in points), log=True),
        Axis.over(quality, (point.y for point in points)),
        more_is_better=more_is_better,
    )
    named = legend((point.name, point.style) for point in points) if crowded else ""
    return figure(title, drawn, note=note, legend=named)


def pareto(points: Sequence[Point], *, more_is_better: bool) -> list[Point]:
    """Return the points that no other one beats in `y` at an `x` that is as good, by their x."""
    best: list[Point] = []
    order = sorted(points, key=lambda p: (-p.x if more_is_better else p.x, -p.y))
    for point in order:
        if not best or point.y > best[-1].y:
            best.append(point)
    return sorted(best, key=lambda p: p.x)


# --- what stands on a chart


def _box(x: Axis, middle: float, values: tuple[float, ...], style: int) -> str:
    low, median, high = (float(v) for v in np.quantile(values, (0.25, 0.5, 0.75)))
    reach = _BEYOND * (high - low)
    inside = [value for value in values if low - reach <= value <= high + reach]
    ends = [_across(x, v, _RIGHT) for v in (min(inside), low, median, high, max(inside))]
    mean = _across(x, sum(values) / len(values), _RIGHT)
    first, left, line, right, last = ends
    outside = "".join(
        f'<circle class="{_class(style)} faint" cx="{_n(_across(x, v, _RIGHT))}" cy="{_n(middle)}" '
        'r="2.5"/>'
        for v in values
        if not low - reach <= v <= high + reach
    )
    drawn = (
        f'<g class="{_class(style)} box"><path d="M{_n(first)} {_n(middle)}H{_n(left)}'
        f'M{_n(right)} {_n(middle)}H{_n(last)}"/>'
        f'<rect x="{_n(left)}" y="{_n(middle - 8)}" width="{_n(right - left)}" height="16"/>'
        f'<path class="median" d="M{_n(line)} {_n(middle - 8)}v16"/>'
        f'<path class="mean" d="M{_n(mean)} {_n(middle - 4.5)}l4.5 4.5l-4.5 4.5l-4.5 -4.5z"/></g>'
    )
    told = f"median {median:.2f}, half within {low:.2f} .. {high:.2f}"
    return _told(outside + drawn, told)


def _range(x: Axis, low: float, high: float, line: Curve, strip: int) -> str:
    """Return a shaded range behind a plot; where it is one value, it is a narrow band."""
    left, right = (_across(x, min(max(value, x.low), x.high)) for value in (low, high))
    if right - left < 4:
        left, right = left - 2, left + 2
    where = f'x="{_n(left)}" width="{_n(right - left)}"'
    tall = _TALL - _TOP - _BOTTOM
    return _told(
        f'<rect class="{_class(line.style)} shade" {where} y="{_n(_TOP)}" height="{_n(tall)}"/>'
        f'<rect class="{_class(line.style)} strip" {where} y="{_n(_TOP + 4 * strip)}" '
        'height="3"/>',
        f"{line.name} was trained on {low:g} .. {high:g}",
    )


def _grid(x: Axis, y: Axis) -> str:
    """Return the lines, ticks and labels of a chart with two axes."""
    right, bottom = _WIDTH - _RIGHT, _TALL - _BOTTOM
    lines = "".join(f"M{_n(_LEFT)} {_n(_down(y, tick))}H{_n(right)}" for tick in y.ticks)
    lines += "".join(f"M{_n(_across(x, tick))} {_n(bottom)}v4" for tick in x.ticks)
    labels = "".join(
        _text(_LEFT - 6, _down(y, tick) + 4, written(tick), "tick end") for tick in y.ticks
    )
    labels += _ticks(x, bottom + 17, _LEFT)
    labels += _text(2, 13, y.label, "label")
    labels += _text((_LEFT + right) / 2, _TALL - 5, x.label, "label middle")
    return f'<path class="grid" d="{lines}"/>{labels}'


def _rows_grid(x: Axis, height: float, left: float) -> str:
    """Return the lines, ticks and label of a chart in rows."""
    bottom = height - _BOTTOM
    lines = "".join(f"M{_n(_across(x, tick, left))} 4V{_n(bottom)}" for tick in x.ticks)
    label = _text((left + _WIDTH - _RIGHT) / 2, height - 5, x.label, "label middle")
    return f'<path class="grid" d="{lines}"/>{_ticks(x, bottom + 17, left)}{label}'


def _ticks(x: Axis, base: float, left: float) -> str:
    """Return the ticks below a plot, without those that would touch the one before."""
    labels, free = "", -math.inf
    for tick in x.ticks:
        at, half = _across(x, tick, left), len(written(tick)) * _LETTER / 2
        if at - half > free:
            labels += _text(at, base, written(tick), "tick middle")
            free = at + half + 4
    return labels


def _free(
    name: str, across: float, down: float, taken: list[tuple[float, float, float, float]]
) -> tuple[float, float] | None:
    """Return where the name of a point begins so that it hides next to nothing, or None."""
    long = len(name) * _LETTER
    starts = [
        (across + 9, down + 4),
        (across - 9 - long, down + 4),
        *((across - long / 2, down + shift) for shift in (-10, 18)),
        *((across + 6, down + shift) for shift in (-8, 16, -20, 28)),
        *((across - 6 - long, down + shift) for shift in (-8, 16, -20, 28)),
    ]
    inside = [s for s in starts if s[0] > _LEFT and s[0] + long < _WIDTH and s[1] > _TOP - 8]
    if not inside:
        inside = [(min(max(s[0], _LEFT + 2), _WIDTH - long), s[1]) for s in starts]

    def hidden(start: tuple[float, float]) -> float:
        left, base = start
        return sum(
            max(0, min(left + long, x1) - max(left, x0))
            * max(0, min(base, y1) - max(base - 11, y0))
            for x0, y0, x1, y1 in taken
        )

    left, base = min(inside, key=hidden)
    if hidden((left, base)) > _CROWDED * 11 * long:
        return None
    taken.append((left, base - 11, left + long, base))
    return left, base


# --- drawing


def _across(x: Axis, value: float, left: float = _LEFT) -> float:
    return left + (_WIDTH - _RIGHT - left) * x.at(value)


def _down(y: Axis, value: float) -> float:
    return _TALL - _BOTTOM - (_TALL - _BOTTOM - _TOP) * y.at(value)


def _mark(x: float, y: float, style: int | None, *, hollow: bool = False) -> str:
    """Return the mark of a series; None is what others published."""
    shapes = (
        f"M{_n(x - 4)} {_n(y)}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
        f"M{_n(x - 3.6)} {_n(y - 3.6)}h7.2v7.2h-7.2z",
        f"M{_n(x)} {_n(y - 4.8)}l4.6 8h-9.2z",
        f"M{_n(x)} {_n(y - 5)}l5 5l-5 5l-5 -5z",
        f"M{_n(x)} {_n(y + 4.8)}l4.6 -8h-9.2z",
        f"M{_n(x - 1.6)} {_n(y - 4.6)}h3.2v3h3v3.2h-3v3h-3.2v-3h-3v-3.2h3z",
    )
    index = 0 if style in (None, INPUT) else (style or 0) % len(shapes)
    kind = " hollow" if hollow else ""
    return f'<path class="{_class(style)} mark{kind}" d="{shapes[index]}"/>'


def _class(style: int | None) -> str:
    return "theirs" if style is None else "input" if style == INPUT else f"s{style % 8}"


def _text(x: float, y: float, text: str, kind: str) -> str:
    return f'<text class="{kind}" x="{_n(x)}" y="{_n(y)}">{escape(text)}</text>'


def _told(drawing: str, text: str) -> str:
    return f"<g>{drawing}<title>{escape(text)}</title></g>"


def _svg(height: float, label: str, parts: Iterable[str]) -> str:
    return (
        f'<svg viewBox="0 0 {_n(_WIDTH)} {_n(height)}" role="img" aria-label="{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
