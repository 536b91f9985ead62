"""``nitido bench``: scores on protocols, stress tests, restorers side by side, the diagnosis."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from nitido.cli._arena import arena
from nitido.cli._diagnosis import diagnosis
from nitido.cli._options import Engine, JsonLines, Root, Sigma
from nitido.cli._robustness import robustness

if TYPE_CHECKING:
    from nitido.bench import Progress


class _Bench(TyperGroup):
    """``nitido bench SET/DAMAGE`` is short for ``nitido bench suites SET/DAMAGE``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        """Put in the word that was left out."""
        given = args and (args[0] in self.commands or args[0] == "--help")
        return super().parse_args(ctx, args if given else ["suites", *args])


bench = typer.Typer(
    cls=_Bench,
    help="Score weights on published protocols; `nitido bench SUITE...` needs no further word.",
    rich_markup_mode=None,
)
bench.command("robustness")(robustness)
bench.command("arena")(arena)
bench.command("diagnosis")(diagnosis)


@bench.command("suites")
def score_suites(
    suites: Annotated[
        list[str] | None,
        typer.Argument(help="SET/DAMAGE, such as set12/gaussian_noise_25.", show_default=False),
    ] = None,
    weights: Annotated[
        list[str] | None,
        typer.Option(
            help="Weights by name or file, a solver or classical:NAME ('classical:median radius=2' "
            "with settings), or input: what is damaged. Several times: all of them.",
            show_default=False,
        ),
    ] = None,
    data: Root = None,
    sigma: Sigma = None,
    engine: Engine = "openvino",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Folder of the CSV files; the cache without it."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(help="Also an HTML file with charts, crops and error maps.", dir_okay=False),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Score again what was scored already.")
    ] = False,
    json: JsonLines = False,
    show: Annotated[bool, typer.Option("--list", help="List the suites and stop.")] = False,
) -> int:
    """Score weights on published protocols and compare with what papers report.

    A run that was interrupted goes on where it was. Exit code: 0 all done, 2 wrong usage,
    3 some suites failed, 4 all failed, 130 interrupted.
    """
    from nitido import bench as room
    from nitido.cache import cache_folder
    from nitido.cli._bench import BenchDisplay, Kept, table
    from nitido.errors import NitidoError, SettingError

    if show:
        return _list_suites()
    if not suites or not weights:
        raise SettingError("bench needs suites and --weights NAME; --list shows suites.")
    # What cannot work is a usage error, found before anything is scored.
    work = []
    for name in suites:
        suite = room.find_suite(name)
        for one in dict.fromkeys(weights):
            work.append((suite, room.find_candidate(one, suite, engine=engine, sigma=sigma)))
        suite.files(data)
    if report:
        room.check_report(report)
    folder = output or cache_folder() / "bench"
    failed = 0
    scored = []
    kept = Kept(limit=512 << 20 if report else 0)
    with BenchDisplay() as display:

        def on_image(progress: "Progress") -> None:
            display.show(progress)
            kept.add(progress)

        for suite, candidate in work:
            display.begin(suite.name)
            restored = kept.begin()
            try:
                result = room.run(
                    candidate, suite, data, folder=folder, fresh=fresh, on_image=on_image
                )
            except NitidoError as error:
                failed += 1
                display.say(f"failed: {suite.name}: {error}")
                continue
            display.end(result)
            sys.stdout.write(result.to_json() + "\n" if json else table(result))
            sys.stdout.flush()
            scored.append(room.Scored(suite, candidate, result, restored))
        if report and scored:
            room.write_report(report, scored, data)
            display.say(f"report: {report}")
    return 0 if not failed else 4 if failed == len(work) else 3


def _list_suites() -> int:
    from nitido import bench as room

    for kind, meaning in room.KINDS.items():
        sys.stdout.write(f"{'SET/' + kind:44} {meaning}\n")
    for name in room.published_suites():
        sys.stdout.write(f"{name:44} {len(room.published(name))} published scores\n")
    return 0


PUBLIC = bench
