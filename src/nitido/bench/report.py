"""A report on a run as one HTML file that opens offline: scores, charts, crops, error maps.

The file holds everything it shows and says all that the numbers depend on.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from nitido.bench._entries import Entry, Scored, entries_of
from nitido.bench._numbers import decibels, span
from nitido.bench._suite_section import suite_section
from nitido.pages import (
    INPUT,
    Axis,
    Curve,
    charts,
    check_target,
    counted,
    curves,
    figure,
    legend,
    page,
    save,
    table,
)

_FAMILY = re.compile(
    r"(.+/(?:gaussian_noise|jpeg|jpeg_color|bicubic|bicubic_y)_x?)([\d.]+)(_8bit)?"
)
_LEVELS = {"gaussian_noise": "sigma, 8-bit units", "jpeg": "JPEG quality", "bicubic": "scale"}


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
    entries = entries_of(scored)
    suites: dict[str, list[Entry]] = {}
    for entry in entries:
        suites.setdefault(entry.result.suite, []).append(entry)
    names = ", ".join(dict.fromkeys(entry.label for entry in entries))
    pictures = sum(len(group[0].result.rows) for group in suites.values())
    body = [*before, _scores(entries)]
    if families := _families(suites):
        body.append(charts(families))
    body += [suite_section(group, data) for group in suites.values()]
    lead = f"{counted(len(suites), 'suite')}, {counted(pictures, 'picture')}."
    save(file, page(title or f"Scores of {names}", lead, body))


def _scores(entries: Sequence[Entry]) -> str:
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
            decibels(result.psnr),
            span(result.interval),
            decibels(result.psnr - result.input_psnr, signed=True),
            f"{result.ssim:.4f}",
        )
        theirs = ("",) * len(further)
        if own:
            doubt = "" if own.verified else ", unverified"
            difference = decibels(result.psnr - own.psnr, signed=True)
            theirs = (f"{own.method} {own.psnr:.2f}{doubt}", difference)
        rows.append((*score, *theirs))
    return table((*head, *further), rows, numbers={2, 3, 4, 5, 6, 8})


def _families(suites: dict[str, list[Entry]]) -> list[str]:
    """Return curves over the level for damages that were scored at several."""
    families: dict[str, list[tuple[float, list[Entry]]]] = {}
    for name, group in suites.items():
        if match := _FAMILY.fullmatch(name):
            before, level, after = match.groups("")
            families.setdefault(f"{before}*{after}", []).append((float(level), group))
    return [
        _family(name, sorted(levels, key=lambda pair: pair[0]))
        for name, levels in families.items()
        if len(levels) > 1
    ]


def _family(name: str, levels: list[tuple[float, list[Entry]]]) -> str:
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
