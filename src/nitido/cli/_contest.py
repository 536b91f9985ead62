"""A contest as a person follows it: training on stderr, the table on stdout."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nitido.contest import Contestant


def hold(
    name: str, output: Path | None, data: Path | None, report: Path | None, *, json: bool
) -> int:
    """Train and score every entry; return the exit code."""
    from nitido import bench
    from nitido.cli._stopping import stopping
    from nitido.cli._training import TrainingDisplay
    from nitido.errors import MissingExtraError

    try:
        from nitido import contest as room
    except ModuleNotFoundError as error:
        raise MissingExtraError("A contest", "train") from error
    name, checked = room.load(name)
    folder = output or Path("runs") / name
    page = report or folder / "contest.html"
    folder.mkdir(parents=True, exist_ok=True)
    bench.check_report(page)
    with stopping() as stop, TrainingDisplay(name) as display:
        contestants = room.run(
            checked,
            folder,
            data,
            begin=display.begin,
            report=display.show,
            say=display.say,
            stop=stop,
        )
        if contestants is None:
            display.say("saved; the same command goes on")
            return 130
        room.write_page(page, checked, contestants, data)
        display.say(f"written: {page}")
    sys.stdout.write(_json(contestants) if json else _table(contestants))
    return 0


def _json(contestants: "Sequence[Contestant]") -> str:
    import json

    from nitido.contest.page import records

    return "".join(f"{json.dumps(record)}\n" for record in records(contestants))


def _table(contestants: "Sequence[Contestant]") -> str:
    from nitido.contest.page import HEAD, rows

    lines = [HEAD, *rows(contestants)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "".join(
        "  ".join(
            text.ljust(width) if not column else text.rjust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        + "\n"
        for line in lines
    )
