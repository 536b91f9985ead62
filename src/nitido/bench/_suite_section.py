"""One suite in a report: charts, pictures, and what its numbers depend on."""

import math
from collections.abc import Sequence
from pathlib import Path

from nitido.bench._entries import Entry
from nitido.bench._gallery import gallery
from nitido.bench._interval import interval
from nitido.bench._numbers import decibels, span
from nitido.bench._suite import Suite
from nitido.pages import (
    INPUT,
    Axis,
    Curve,
    Dots,
    Group,
    boxes,
    charts,
    curves,
    details,
    dots,
    facts,
    figure,
    legend,
    section,
    table,
)


def suite_section(group: Sequence[Entry], data: Path | None) -> str:
    """Return the section of one suite, with all that was scored on it; `data` is for crops."""
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


def _spread(group: Sequence[Entry]) -> str:
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


def _gains(group: Sequence[Entry]) -> str:
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


def _ranking(group: Sequence[Entry]) -> str:
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


def _against_first(group: Sequence[Entry]) -> str:
    """Return how far candidates differ, picture by picture, which says more than their means."""
    if len(group) < 2:
        return ""
    first = {row.image: row.psnr for row in group[0].result.rows}
    rows = []
    for entry in group[1:]:
        differences = [row.psnr - first[row.image] for row in entry.result.rows]
        mean = sum(differences) / len(differences)
        better = sum(difference > 0 for difference in differences)
        apart = (decibels(mean, signed=True), span(interval(differences), signed=True))
        rows.append((entry.label, *apart, f"{better} of {len(differences)}"))
    head = (f"against {group[0].label}", "PSNR, dB", "95 % within", "better on pictures")
    return table(head, rows, numbers={1, 2, 3})


def _every_picture(group: Sequence[Entry]) -> str:
    results = [entry.result for entry in group]
    rows = [
        (
            row.image,
            decibels(row.input_psnr),
            *(decibels(result.rows[place].psnr) for result in results),
            *(f"{result.rows[place].ssim:.4f}" for result in results),
            row.sha256[:12],
        )
        for place, row in enumerate(results[0].rows)
    ]
    names = [entry.label for entry in group]
    head = ("picture", "damaged, dB", *(f"{name}, dB" for name in names))
    head += (*(f"SSIM of {name}" for name in names), "pixels")
    return table(head, rows, numbers=range(1, 2 + 2 * len(names)))


def _published(group: Sequence[Entry]) -> str:
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


def _circumstances(group: Sequence[Entry]) -> str:
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
