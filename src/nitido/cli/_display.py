"""What a person sees while files are worked on; all of it on stderr."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self, TextIO

if TYPE_CHECKING:
    from nitido.jobs import Entry, Outcome


def printable(text: str, stream: TextIO) -> str:
    """Write out what would move a cursor or cannot be shown: a file's name may hold anything."""
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    encoding = stream.encoding or "utf-8"
    return shown.encode(encoding, "backslashreplace").decode(encoding)


class Display:
    """A progress bar on a terminal, a line per file elsewhere, a summary at the end.

    Parameters
    ----------
    entries : sequence of Entry
        All files of the run.
    quiet : bool
        Say only what failed.
    """

    def __init__(self, entries: Sequence["Entry"], quiet: bool = False) -> None:
        self._total = len(entries)
        self._quiet = quiet
        self._count = {"ok": 0, "failed": 0, "skipped": 0}
        self._bar: Any = None
        self._row: Any = None

    def __enter__(self) -> Self:
        if not self._quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                TextColumn,
                TimeRemainingColumn,
            )

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
            self._row = self._bar.add_task("files", total=self._total)
        return self

    def tile(self, done: int, total: int) -> None:
        """Show how far the current file is."""
        if self._bar:
            self._bar.update(self._row, completed=sum(self._count.values()) + done / total)

    def file(self, outcome: "Outcome") -> None:
        """Say what became of a file."""
        self._count[outcome.status] += 1
        if self._bar:
            self._bar.update(self._row, completed=sum(self._count.values()))
        if outcome.status == "failed":
            self._say(f"failed: {outcome.input}: {outcome.reason}")
        elif self._quiet:
            return
        elif outcome.status == "skipped":
            self._say(f"skipped: {outcome.input}: {outcome.reason}")
        else:
            note = f" ({outcome.reason})" if outcome.reason else ""
            size = f"{outcome.megapixels:.1f} megapixels in {outcome.seconds:.1f} s"
            self._say(f"{outcome.input} -> {outcome.output}, {size}{note}")

    def _say(self, text: str) -> None:
        shown = printable(text, sys.stderr)
        if self._bar:
            self._bar.console.print(shown, markup=False, highlight=False, soft_wrap=True)
        else:
            sys.stderr.write(shown + "\n")

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()
        if not self._quiet and self._total > 1:
            parts = [f"{count} {status}" for status, count in self._count.items() if count]
            self._say(", ".join(parts))
