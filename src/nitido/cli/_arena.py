"""``nitido bench arena``: restorers side by side, or networks trained under one budget."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nitido.cli._bar import printable
from nitido.cli._options import Engine, OneJson, Root, Sigma

if TYPE_CHECKING:
    from nitido.bench import Arena


def arena(
    suite: Annotated[
        str,
        typer.Argument(
            metavar="SUITE|CONTEST",
            help="SET/DAMAGE, such as cbsd68/gaussian_noise_25; or a contest by name or YAML file.",
            show_default=False,
        ),
    ],
    weights: Annotated[
        list[str] | None,
        typer.Option(
            help="Weights by name or file, or classical:NAME; several times.", show_default=False
        ),
    ] = None,
    every: Annotated[int, typer.Option(min=1, help="Every how many-th picture is used.")] = 1,
    data: Root = None,
    sigma: Sigma = None,
    engine: Engine = "openvino",
    report: Annotated[
        Path | None, typer.Option(help="Also an HTML file with charts.", dir_okay=False)
    ] = None,
    json: OneJson = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Of a contest: its folder; runs/CONTEST without it."),
    ] = None,
) -> int:
    """Compare restorers on the same pictures, timed in turns in one run.

    With a contest, networks are trained first, under one budget, on the same data and damage. What
    its folder holds already is not done again: Ctrl-C saves and leaves, the same command goes on.
    """
    if "/" not in suite or suite.endswith((".yaml", ".yml")):
        from nitido.cli._contest import hold

        return hold(suite, output, data, report, json=json)
    from nitido import bench as room
    from nitido.cli._bench import BenchDisplay
    from nitido.errors import SettingError

    if not weights:
        raise SettingError("bench arena needs --weights NAME, once per restorer.")
    found = room.find_suite(suite)
    candidates = [
        room.find_candidate(name, found, engine=engine, sigma=sigma)
        for name in dict.fromkeys(weights)
    ]
    if report:
        room.check_report(report)
    with BenchDisplay() as display:
        display.begin(suite)
        result = room.compete(candidates, found, data, every=every, on_image=display.step)
        if report:
            room.write_arena(report, result)
            display.say(f"written: {report}")
    sys.stdout.write(result.to_json() + "\n" if json else _table(result))
    return 0


def _table(arena: "Arena") -> str:
    """Return the standings as text, the best PSNR first."""
    width = max(len(one.label) for one in arena.standings)
    head = f"{'PSNR':>6}  {'SSIM':>6}  {'MP/s':>8}  {'weights':>12}  {'MACs/pixel':>12}"
    lines = [
        f"{arena.suite}, {len(arena.pictures)} pictures, damaged {arena.input_psnr:.2f} dB",
        arena.machine,
        f"  {'':{width}}  {head}",
    ]
    for one in sorted(arena.standings, key=lambda standing: -standing.mean_psnr):
        parameters = f"{one.parameters:,}" if one.parameters else ""
        macs = f"{one.macs:,.0f}" if one.macs else ""
        scores = f"{one.mean_psnr:6.2f}  {one.mean_ssim:6.4f}  {one.speed:8.3g}"
        line = f"  {one.label:{width}}  {scores}  {parameters:>12}  {macs:>12}"
        lines.append(line.rstrip())
    return "".join(f"{printable(line, sys.stdout)}\n" for line in lines)
