"""A report on a run as one HTML file that opens offline: scores, charts, crops, error maps.

The file holds everything it shows and says all that the numbers depend on.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from nitido.bench._candidate import Candidate, labels
from nitido.bench._gallery import Shown, gallery
from nitido.bench._interval import interval
from nitido.bench._result import Result
from nitido.bench._suite import Suite
from nitido.pages import (
    INPUT,
    Axis,
    Curve,
    Dots,
    Group,
    boxes,
    charts,
    check_target,
    counted,
    curves,
    details,
    dots,
    facts,
    figure,
    legend,
    page,
    save,
    section,
    table,
)

_FAMILY = re.compile(
    r"(.+/(?:gaussian_noise|jpeg|jpeg_color|bicubic|bicubic_y)_x?)([\d.]+)(_8bit)?"
)
_LEVELS = {"gaussian_noise": "sigma, 8-bit units", "jpeg": "JPEG quality", "bicubic": "scale"}
_MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Scored:
    """A suite, what was scored on it, and the scores.

    Attributes
    ----------
    suite : Suite
        From `find_suite`.
    candidate : Candidate
        What restored its pictures.
    result : Result
        From `run`.
    restored : mapping of str to np.ndarray
        Results by the names of pictures, where they were kept; others are restored once more.
    """

    suite: Suite
    candidate: Candidate
    result: Result
    restored: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class _Entry:
    """One result under the name and in the color that it has in the whole report."""

    label: str
    style: int
    scored: Scored

    @property
    def result(self) -> Result:
        return self.scored.result

    @property
    def shown(self) -> Shown:
        return Shown(self.label, self.scored.candidate, self.result, self.scored.restored)


def check_report(file: Path) -> None:
    """Say before the work begins that a report cannot be written after it.

    Raises
    ------
    UnwritableError
        If the folder is missing, or something else than a report of ours has the name.
    """
    check_target(file)


def write_report(
    file: Path,
    scored: Sequence[Scored],
    data: Path | None = None,
    *,
    title: str | None = None,
    before: Sequence[str] = (),
) -> None:
    """Write a report on results of one candidate or several on one suite or several.

    Up to three pictures of every suite are restored once more, so kept scores do as well as new
    ones. The file is written under a temporary name and renamed; a report that is there is
    replaced.

    Parameters
    ----------
    file : Path
        Where to.
    scored : sequence of Scored
        At least one; the first candidate is the one that others are compared with.
    data : Path, optional
        Root of the image sets.
    title : str, optional
        Of the page; None: the names of the candidates.
    before : sequence of str
        Sections of HTML that come first.

    Raises
    ------
    DataError
        If the pictures are no longer there.
    ResultError
        If a picture that is shown fails its checks.
    UnwritableError
        If the file cannot be written.
    """
    entries = _entries(scored)
    suites: dict[str, list[_Entry]] = {}
    for entry in entries:
        suites.setdefault(entry.result.suite, []).append(entry)
    names = ", ".join(dict.fromkeys(entry.label for entry in entries))
    pictures = sum(len(group[0].result.rows) for group in suites.values())
    body = [*before, _scores(entries)]
    if families := _families(suites):
        body.append(charts(families))
    body += [_suite(group, data) for group in suites.values()]
    lead = f"{counted(len(suites), 'suite')}, {counted(pictures, 'picture')}."
    save(file, page(title or f"Scores of {names}", lead, body))


def _entries(scored: Sequence[Scored]) -> list[_Entry]:
    named = list(dict.fromkeys((s.result.weights, s.result.weights_hash) for s in scored))
    shown = dict(zip(named, labels(named), strict=True))
    restorers = [key for key in named if key[0] != "input"]
    style = {key: restorers.index(key) if key in restorers else INPUT for key in named}
    keys = [(s.result.weights, s.result.weights_hash) for s in scored]
    return [_Entry(shown[key], style[key], one) for key, one in zip(keys, scored, strict=True)]


# --- all suites


def _scores(entries: Sequence[_Entry]) -> str:
    compares = any(entry.result.own for entry in entries)
    head = ("suite", "restorer", "pictures", "PSNR, dB", "95 % within", "gain", "SSIM")
    further = ("published", "difference") if compares else ()
    rows = []
    for entry in entries:
        result, own = entry.result, entry.result.own
        score = (
            result.suite,
            entry.label,
            str(len(result.rows)),
            _db(result.psnr),
            _within(result.interval),
            _db(result.psnr - result.input_psnr, signed=True),
            f"{result.ssim:.4f}",
        )
        theirs = ("",) * len(further)
        if own:
            doubt = "" if own.verified else ", unverified"
            difference = _db(result.psnr - own.psnr, signed=True)
            theirs = (f"{own.method} {own.psnr:.2f}{doubt}", difference)
        rows.append((*score, *theirs))
    return table((*head, *further), rows, numbers={2, 3, 4, 5, 6, 8})


def _families(suites: dict[str, list[_Entry]]) -> list[str]:
    """Return curves over the level for damages that were scored at several."""
    families: dict[str, list[tuple[float, list[_Entry]]]] = {}
    for name, group in suites.items():
        if match := _FAMILY.fullmatch(name):
            before, level, after = match.groups("")
            families.setdefault(f"{before}*{after}", []).append((float(level), group))
    return [
        _family(name, sorted(levels, key=lambda pair: pair[0]))
        for name, levels in families.items()
        if len(levels) > 1
    ]


def _family(name: str, levels: list[tuple[float, list[_Entry]]]) -> str:
    lines: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for level, group in levels:
        lines.setdefault(("damaged", INPUT), []).append((level, group[0].result.input_psnr))
        for entry in group:
            if entry.style != INPUT:
                key = (entry.label, entry.style)
                lines.setdefault(key, []).append((level, entry.result.psnr))
    damage = name.rpartition("/")[2]
    unit = next(unit for kind, unit in _LEVELS.items() if damage.startswith(kind))
    drawn = curves(
        [Curve(label, tuple(points), style) for (label, style), points in lines.items()],
        Axis.exactly(unit, (level for level, _ in levels)),
        "PSNR, dB",
    )
    return figure(name, drawn, legend=legend(lines))


# --- one suite


def _suite(group: Sequence[_Entry], data: Path | None) -> str:
    suite = group[0].scored.suite
    restorers_first = sorted(group, key=lambda entry: entry.style == INPUT)
    figures = [_spread(group)]
    if gains := _gains(group):
        figures.append(gains)
    if group[0].result.published:
        figures.append(_ranking(group))
    body = [
        charts(figures),
        _against_first(group),
        gallery(suite, [entry.shown for entry in restorers_first], data),
        details("Every picture", _every_picture(group)),
        details("Published scores and their sources", _published(group))
        if group[0].result.published
        else "",
        details("What these numbers depend on", _circumstances(group)),
    ]
    return section(suite.name, body, _protocol(suite))


def _protocol(suite: Suite) -> str:
    """Return in words what the suite fixes."""
    said = [f"Protocol {suite.protocol} on the pictures of {suite.images}"]
    if suite.sigma is not None:
        kind = (
            "clipped and rounded to 8 bits" if suite.rounds_input else "neither clipped nor rounded"
        )
        said.append(f"noise of sigma {suite.sigma:g} (8-bit units), {kind}")
    if suite.scale > 1:
        said.append(f"enlarged {suite.scale} times, {suite.border} pixels of border cut")
    if suite.on_luma or suite.color == "luma":
        said.append("compared on luma")
    return "; ".join([*said, "results are clipped and rounded to 8 bits"]) + "."


def _spread(group: Sequence[_Entry]) -> str:
    first = group[0].result
    groups = [Group("damaged", tuple(row.input_psnr for row in first.rows), INPUT)]
    groups += [
        Group(entry.label, tuple(row.psnr for row in entry.result.rows), entry.style)
        for entry in group
        if entry.style != INPUT
    ]
    note = (
        "Box: the middle half of the pictures; line: median; diamond: mean; "
        "dots: pictures beyond 1.5 boxes."
    )
    return figure("PSNR of the pictures", boxes(groups, "PSNR, dB"), note=note)


def _gains(group: Sequence[_Entry]) -> str:
    """Return the gain of every picture, in the order of the first restorer's gain."""
    restorers = [entry for entry in group if entry.style != INPUT]
    if not restorers or len(restorers[0].result.rows) < 2:
        return ""
    gains = [
        {row.image: row.psnr - row.input_psnr for row in entry.result.rows} for entry in restorers
    ]
    order = sorted(gains[0], key=lambda image: gains[0][image])
    lines = [
        Curve(
            entry.label,
            tuple((float(place), gain[image]) for place, image in enumerate(order, 1)),
            entry.style,
        )
        for entry, gain in zip(restorers, gains, strict=True)
    ]
    places = range(1, len(order) + 1)
    axis = Axis.exactly(f"pictures by the gain of {restorers[0].label}", places)
    return figure(
        "Gain over the damaged picture",
        curves(lines, axis, "gain, dB"),
        legend=legend((entry.label, entry.style) for entry in restorers)
        if len(restorers) > 1
        else "",
    )


def _ranking(group: Sequence[_Entry]) -> str:
    """Return published scores and ours, the best first."""
    published = group[0].result.published
    rows = [
        (
            row.psnr,
            Dots(row.method, ((INPUT if row.input else None, row.psnr),), hollow=not row.verified),
        )
        for row in published
    ]
    rows += [
        (e.result.psnr, Dots(e.label, ((e.style, e.result.psnr),), shaded=True)) for e in group
    ]
    rows = [row for row in rows if math.isfinite(row[0])]
    ranked = [row for _, row in sorted(rows, key=lambda pair: -pair[0])]
    note = "Shaded: this run."
    if not all(row.verified for row in published):
        note += " Hollow: unverified, quoted from memory."
    drawn = dots(ranked, "PSNR, dB", beside=True)
    return figure("Beside what papers report", drawn, note=note)


def _against_first(group: Sequence[_Entry]) -> str:
    """Return how far candidates differ, picture by picture, which says more than their means."""
    if len(group) < 2:
        return ""
    first = {row.image: row.psnr for row in group[0].result.rows}
    rows = []
    for entry in group[1:]:
        differences = [row.psnr - first[row.image] for row in entry.result.rows]
        mean = sum(differences) / len(differences)
        better = sum(difference > 0 for difference in differences)
        apart = (_db(mean, signed=True), _within(interval(differences), signed=True))
        rows.append((entry.label, *apart, f"{better} of {len(differences)}"))
    head = (f"against {group[0].label}", "PSNR, dB", "95 % within", "better on pictures")
    return table(head, rows, numbers={1, 2, 3})


def _every_picture(group: Sequence[_Entry]) -> str:
    results = [entry.result for entry in group]
    rows = [
        (
            row.image,
            _db(row.input_psnr),
            *(_db(result.rows[place].psnr) for result in results),
            *(f"{result.rows[place].ssim:.4f}" for result in results),
            row.sha256[:12],
        )
        for place, row in enumerate(results[0].rows)
    ]
    names = [entry.label for entry in group]
    head = ("picture", "damaged, dB", *(f"{name}, dB" for name in names))
    head += (*(f"SSIM of {name}" for name in names), "pixels")
    return table(head, rows, numbers=range(1, 2 + 2 * len(names)))


def _published(group: Sequence[_Entry]) -> str:
    rows = [
        (
            row.method,
            " or ".join(f"{psnr:.2f}" for psnr in (row.psnr, *row.also)),
            "" if row.ssim is None else f"{row.ssim:.4f}",
            row.source,
            "" if row.verified else "unverified: quoted from memory, not found in print",
        )
        for row in group[0].result.published
    ]
    return table(("method", "PSNR, dB", "SSIM", "source", ""), rows, numbers={1, 2})


def _circumstances(group: Sequence[_Entry]) -> str:
    first = group[0].result
    same = {
        True: "the published set",
        False: "not the published set, so published scores do not compare",
        None: "not a set whose hash is known",
    }
    known = [
        ("suite", f"{first.suite}, protocol {first.protocol}"),
        ("pictures", f"{len(first.rows)}, {same[first.published_set]}"),
        ("data hash", first.data_hash),
        ("interval", "95 % bootstrap interval of the mean over pictures, 10,000 draws, seed 0"),
    ]
    for entry in group:
        result = entry.result
        told = ", ".join(f"{key} {value:g}" for key, value in result.told.items()) or "nothing"
        known += [
            (entry.label, f"told {told}; restored in {result.seconds:.1f} s"),
            ("weights hash", result.weights_hash or "no weights"),
            ("engine", f"{result.engine}, fp32" if result.engine else "none"),
            ("versions", ", ".join(f"{name} {v}" for name, v in result.versions.items())),
        ]
    return facts(known)


# --- numbers as text


def _db(value: float, *, signed: bool = False) -> str:
    if not math.isfinite(value):
        return "\N{INFINITY}" if value == math.inf else "\N{EN DASH}"
    return f"{value:{'+' if signed else ''}.2f}".replace("-", _MINUS)


def _within(low_high: tuple[float, float] | None, *, signed: bool = False) -> str:
    return " .. ".join(_db(value, signed=signed) for value in low_high) if low_high else ""
