"""``nitido bench robustness``: scores where the damage leaves what weights were trained on."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nitido.cli._bar import printable
from nitido.cli._options import Engine, OneJson, Root

if TYPE_CHECKING:
    from nitido.bench import Candidate, Maker, Robustness, Suite


def robustness(
    weights: Annotated[
        list[str] | None,
        typer.Option(
            help="Weights by name or file, or classical:NAME. Several times: all of them.",
            show_default=False,
        ),
    ] = None,
    images: Annotated[str, typer.Option(help="An image set.")] = "cbsd68",
    every: Annotated[int, typer.Option(min=1, help="Every how many-th picture is used.")] = 17,
    sweeps: Annotated[
        list[str] | None,
        typer.Option(
            "--sweep",
            help="noise, types, jpeg, scale or blur; all of them without it.",
            show_default=False,
        ),
    ] = None,
    data: Root = None,
    sigma: Annotated[
        float | None,
        typer.Option(min=0, max=255, help="Tell this level where the damage is no noise."),
    ] = None,
    engine: Engine = "openvino",
    report: Annotated[
        Path | None, typer.Option(help="Also an HTML file with curves.", dir_okay=False)
    ] = None,
    rows: Annotated[
        Path | None,
        typer.Option("--csv", help="Also a CSV file, a row per picture.", dir_okay=False),
    ] = None,
    json: OneJson = False,
) -> int:
    """Score weights against noise level, kind of noise, JPEG quality, scale and blur width.

    Weights that enlarge get pictures that were made smaller first, then damaged.
    """
    from nitido import bench as room
    from nitido.cli._bench import BenchDisplay
    from nitido.errors import SettingError
    from nitido.restorer import PREFIX
    from nitido.weights import open_weights

    if not weights:
        raise SettingError("bench robustness needs --weights NAME.")
    for file, check in ((report, room.check_report), (rows, room.check_csv)):
        if file:
            check(file)
    names = list(dict.fromkeys(["input", *weights]))
    networks = [name for name in weights if name != "input" and not name.startswith(PREFIX)]
    scale = max((open_weights(name).card.scale for name in networks), default=1)

    def maker(name: str) -> "Maker":
        def make(suite: "Suite") -> "Candidate":
            told = sigma if suite.sigma is None else None
            return room.find_candidate(name, suite, engine=engine, sigma=told)

        return make

    with BenchDisplay() as display:
        display.begin(f"robustness on {images}")
        result = room.stress(
            [maker(name) for name in names],
            images,
            data,
            sweeps=tuple(dict.fromkeys(sweeps or room.SWEEPS)),
            every=every,
            scale=scale,
            on_level=display.step,
        )
        for file, write in ((report, room.write_robustness), (rows, room.write_csv)):
            if file:
                write(file, result)
                display.say(f"written: {file}")
    sys.stdout.write(result.to_json() + "\n" if json else _table(result))
    return 0


def _table(result: "Robustness") -> str:
    """Return PSNR by level as text, the trained levels with a star."""
    lines = [f"PSNR, dB, on {result.images}: {', '.join(result.pictures)}"]
    width = max(len(one.label) for one in result.tested)
    for place, first in enumerate(result.tested[0].measures):
        if place == 0 or first.sweep != result.tested[0].measures[place - 1].sweep:
            names = "  ".join(f"{one.label:>{max(width, 8)}}" for one in result.tested)
            lines += ["", f"{first.sweep:16}{names}"]
        cells = [
            f"{one.measures[place].psnr:.2f}{'*' if one.saw(first) else ' '}"
            for one in result.tested
        ]
        lines.append(f"{first.level:16}" + "  ".join(f"{c:>{max(width, 8)}}" for c in cells))
    starred = any(one.saw(measure) for one in result.tested for measure in one.measures)
    lines += ["", "* within the range it was trained on"] if starred else []
    return "".join(f"{printable(line, sys.stdout)}\n" for line in lines)
