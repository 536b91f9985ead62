"""``nitido bench diagnosis``: what is planned for clean pictures, and for every kind of damage."""

import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nitido.cli._bar import printable
from nitido.cli._options import OneJson, Root

if TYPE_CHECKING:
    from nitido.bench import Confusion


def diagnosis(
    images: Annotated[str, typer.Option(help="The image set that is damaged.")] = "cbsd68",
    every: Annotated[int, typer.Option(min=1, help="Every how many-th picture is used.")] = 1,
    damages: Annotated[
        list[str] | None,
        typer.Option(
            "--damage",
            help="clean, white, camera, jpeg, png, cut, again, impulses, dithering, halftone, "
            "blur, enlarged or dark; several times; all of them without it.",
            show_default=False,
        ),
    ] = None,
    data: Root = None,
    report: Annotated[
        Path | None, typer.Option(help="Also an HTML file with tables and charts.", dir_okay=False)
    ] = None,
    json: OneJson = False,
) -> int:
    """Diagnose clean and damaged pictures and count which tasks are planned for them.

    Exit code: 0 all done, 2 wrong usage, 3 some sets are not here.
    """
    from nitido import bench as room
    from nitido.cli._bench import BenchDisplay

    if report:
        room.check_report(report)
    with BenchDisplay() as display:
        display.begin("diagnosis")
        result = room.confuse(
            images, data, wards=tuple(damages or room.WARDS), every=every, on_picture=display.step
        )
        for name, why in result.missing.items():
            display.say(f"left out, {name}: {why}")
        if report:
            room.write_confusion(report, result)
            display.say(f"written: {report}")
    sys.stdout.write(result.to_json() + "\n" if json else _table(result))
    return 3 if result.missing else 0


def _table(result: "Confusion") -> str:
    """Return the confusion tables as text: a row per damage, a column per task."""
    from nitido.bench import WARDS

    widest = max(len(one.name) for one in result.tallies)
    widths = [max(len(word), 6) for word in result.head]

    def line(name: str, cells: tuple[str, ...]) -> str:
        padded = (f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
        return f"  {name:{widest}}  {'  '.join(padded)}".rstrip()

    lines = [f"tasks that are planned, share of pictures; damaged: {result.images}"]
    for ward, tallies in groupby(result.tallies, lambda one: one.ward):
        lines += ["", WARDS[ward].title, line("", result.head)]
        lines += [line(one.name, result.cells(one)) for one in tallies]
    return "".join(f"{printable(text, sys.stdout)}\n" for text in lines)
