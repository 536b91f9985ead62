"""The page of stress tests: curves with the trained range shaded, and tables of all numbers."""

from collections.abc import Callable, Sequence

from nitido.bench._numbers import decibels
from nitido.bench._stress import Measure, Robustness, Tested
from nitido.bench._sweeps import SWEEPS
from nitido.bench._trained import Levels
from nitido.pages import (
    INPUT,
    SHADED,
    Axis,
    Curve,
    Dots,
    charts,
    counted,
    curves,
    details,
    dots,
    facts,
    figure,
    legend,
    page,
    section,
    table,
)

_Score = Callable[[Measure], float]
_PSNR: tuple[str, _Score] = ("PSNR, dB", lambda measure: measure.psnr)
_SSIM: tuple[str, _Score] = ("SSIM", lambda measure: measure.ssim)


def robustness_page(result: Robustness) -> str:
    """Return the whole page."""
    names = [one.label for one in result.tested if one.changes] or ["the damaged input"]
    pictures = counted(len(result.pictures), "picture")
    small = f", made {result.scale} times smaller first" if result.scale > 1 else ""
    lead = (
        f"Means over {pictures} of {result.images}{small}. "
        "Shaded: levels that were drawn in training, as the weights' cards say."
    )
    styles = _styles(result.tested)
    sweeps = dict.fromkeys(m.sweep for m in result.tested[0].measures)
    body = [_section(result, name, styles) for name in sweeps]
    body.append(section("What these numbers depend on", [_circumstances(result)]))
    return page(f"Robustness of {', '.join(names)}", lead, body)


def _styles(tested: Sequence[Tested]) -> list[int]:
    """Return the style of every candidate: colors are for restorers."""
    restorers = [place for place, one in enumerate(tested) if one.changes]
    return [restorers.index(p) if p in restorers else INPUT for p in range(len(tested))]


def _section(result: Robustness, name: str, styles: Sequence[int]) -> str:
    draw = _curves if SWEEPS[name].ordered else _dots
    figures = [draw(result, name, styles, *score) for score in (_PSNR, _SSIM)]
    never = [
        one.label
        for one in result.tested
        if all(ranges == () for (sweep, _), ranges in one.trained.items() if sweep == name)
    ]
    lead = f"No part of the training of {', '.join(never)}." if never else ""
    body = [charts(figures), details("All levels", _table(result, name))]
    return section(SWEEPS[name].title, body, lead)


def _curves(
    result: Robustness,
    name: str,
    styles: Sequence[int],
    label: str,
    of: _Score,
) -> str:
    lines = [
        Curve(
            _name(one),
            tuple((m.value, of(m)) for m in one.measures if m.sweep == name),
            style,
            _ranges(one, name),
        )
        for one, style in zip(result.tested, styles, strict=True)
    ]
    axis = Axis.exactly(SWEEPS[name].axis, (x for line in lines for x, _ in line.points))
    shown = legend(
        ((line.name, line.style) for line in lines),
        SHADED if any(line.shaded for line in lines) else "",
    )
    return figure(
        f"{SWEEPS[name].title}: {label.partition(',')[0]}", curves(lines, axis, label), legend=shown
    )


def _dots(
    result: Robustness,
    name: str,
    styles: Sequence[int],
    label: str,
    of: _Score,
) -> str:
    kinds = [m.level for m in result.tested[0].measures if m.sweep == name]
    rows = []
    for place, kind in enumerate(kinds):
        found = [
            (one, style, [m for m in one.measures if m.sweep == name][place])
            for one, style in zip(result.tested, styles, strict=True)
        ]
        seen = [one.label for one, _, m in found if one.saw(m)]
        note = f"trained: {', '.join(seen)}" if seen else ""
        values = tuple((style, of(measure)) for _, style, measure in found)
        rows.append(Dots(kind, values, shaded=bool(seen), note=note))
    named = zip((_name(one) for one in result.tested), styles, strict=True)
    return figure(
        f"{SWEEPS[name].axis.capitalize()}: {label.partition(',')[0]}",
        dots(rows, label),
        legend=legend(named),
    )


def _ranges(one: Tested, name: str) -> tuple[Levels, ...]:
    """Return what training drew from on the axis of a sweep."""
    return next((r or () for (sweep, _), r in one.trained.items() if sweep == name), ())


def _name(one: Tested) -> str:
    return one.label if one.changes else "damaged"


def _table(result: Robustness, name: str) -> str:
    columns = [[m for m in one.measures if m.sweep == name] for one in result.tested]
    rows = [
        (
            measures[0].level,
            measures[0].damage,
            *(decibels(m.psnr) for m in measures),
            *(f"{m.ssim:.4f}" for m in measures),
        )
        for measures in zip(*columns, strict=True)
    ]
    names = [_name(one) for one in result.tested]
    heads = [f"{label} of {name}" for label in ("PSNR", "SSIM") for name in names]
    return table(("level", "damage", *heads), rows, numbers=range(2, 2 + len(heads)))


def _circumstances(result: Robustness) -> str:
    known = [
        ("pictures", f"{', '.join(result.pictures)} of {result.images}"),
        ("data hash", result.data_hash),
        ("seed", "0 for every picture"),
        ("compared", "all channels; results are clipped and rounded to 8 bits, noisy inputs not"),
    ]
    known += [(one.label, one.weights_hash or "no weights") for one in result.tested if one.changes]
    known.append(("versions", ", ".join(f"{key} {v}" for key, v in result.versions.items())))
    return facts(known)
