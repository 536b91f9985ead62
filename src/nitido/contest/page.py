"""A contest as one HTML file: the table, loss curves, quality against work, pictures."""

import math
from collections.abc import Sequence
from pathlib import Path

from nitido.bench import write_report
from nitido.contest._contestant import Contestant
from nitido.contest._schema import Contest
from nitido.pages import (
    Axis,
    Curve,
    Point,
    charts,
    curves,
    facts,
    figure,
    legend,
    section,
    table,
    trade_off,
)

HEAD = (
    *("entry", "train loss", "validation loss", "train PSNR", "PSNR", "SSIM"),
    *("weights", "multiply-adds", "MP/s", "steps"),
)
"""The columns of `rows`."""
_KEYS = (
    *("entry", "train_loss", "loss", "train_psnr", "psnr", "ssim"),
    *("parameters", "macs_per_pixel", "megapixels_per_second", "steps"),
)


def records(contestants: Sequence[Contestant]) -> list[dict[str, str | float | None]]:
    """Return the table of a contest as plain values, what is unknown as None."""
    known = (
        (
            *(one.name, one.train_loss, one.loss, one.train_psnr, one.psnr, one.ssim),
            *(one.parameters, one.macs, one.speed, one.steps),
        )
        for one in contestants
    )
    return [dict(zip(_KEYS, values, strict=True)) for values in known]


def rows(contestants: Sequence[Contestant]) -> list[tuple[str, ...]]:
    """Return the table of a contest as text, in the order of the contestants."""
    return [
        (
            one.name,
            _number(one.train_loss, ".5f"),
            _number(one.loss, ".5f"),
            _number(one.train_psnr, ".2f"),
            _number(one.psnr, ".2f"),
            _number(one.ssim, ".4f"),
            _number(one.parameters, ",.0f"),
            _number(one.macs, ",.0f"),
            _number(one.speed, ".3g"),
            f"{one.steps:,}" if one.steps else "",
        )
        for one in contestants
    ]


def write_page(
    file: Path, contest: Contest, contestants: Sequence[Contestant], data: Path | None = None
) -> None:
    """Write what came out of a contest.

    Parameters
    ----------
    file : Path
        Where to; a page of ours that is there is replaced.
    contest : Contest
        What was run.
    contestants : sequence of Contestant
        From `run`.
    data : Path, optional
        Root of the image sets, for the pictures.

    Raises
    ------
    UnwritableError
        If it cannot be written.
    """
    first = contest.suites[0]
    before = [
        section(
            "What came out",
            [
                table(HEAD, rows(contestants), range(1, len(HEAD))),
                charts(_figures(contestants, first)),
            ],
            f"PSNR and SSIM on {first}. {contest.about}".strip(),
        ),
        section("What all entries share", [facts(_shared(contest))]),
    ]
    scored = [s for one in contestants for s in one.scored]
    write_report(file, scored, data, title=contest.title, before=before)


def _figures(contestants: Sequence[Contestant], suite: str) -> list[str]:
    styles = {one.name: place for place, one in enumerate(contestants)}
    lines = [
        Curve(one.name, tuple(curve), styles[one.name])
        for one in contestants
        if len(curve := one.curve()) > 1
    ]
    figures = []
    if lines:
        minutes = Axis.over("minutes of training", (x for line in lines for x, _ in line.points))
        named = legend((line.name, line.style) for line in lines)
        drawn = curves(lines, minutes, "loss", log=True)
        figures.append(figure("Training loss", drawn, legend=named))
    for title, label, better, values in (
        ("Quality and work", "multiply-adds per pixel", False, [one.macs for one in contestants]),
        ("Quality and speed", "megapixels per second", True, [one.speed for one in contestants]),
    ):
        points = [
            Point(one.name, value, one.psnr, styles[one.name])
            for one, value in zip(contestants, values, strict=True)
            if value and math.isfinite(value)
        ]
        if points:
            drawn = trade_off(
                title,
                points,
                label,
                f"PSNR on {suite}, dB",
                more_is_better=better,
                crowded=True,
            )
            figures.append(drawn)
    return figures


def _shared(contest: Contest) -> list[tuple[str, str]]:
    shared = [(key, str(value)) for key, value in contest.recipe.items()]
    budget = contest.multiply_adds
    spent = [("budget", f"{budget:g} multiply-adds of training per entry")] if budget else []
    return [*shared, *spent, ("seeds", ", ".join(map(str, contest.seeds)))]


def _number(value: float | None, form: str) -> str:
    return "" if value is None or math.isnan(value) else format(value, form)
