"""What a person sees while files are worked on; all of it on stderr."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from nitido.cli._bar import Bar

if TYPE_CHECKING:
    from nitido.jobs import Entry, Outcome


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
        self._bar = Bar(hidden=quiet)

    def __enter__(self) -> Self:
        self._bar.__enter__().begin("files", self._total)
        return self

    def tile(self, done: float, total: float) -> None:
        """Show how far the current file is."""
        self._bar.show(sum(self._count.values()) + done / total)

    def file(self, outcome: "Outcome") -> None:
        """Say what became of a file."""
        self._count[outcome.status] += 1
        self._bar.show(sum(self._count.values()))
        if outcome.status == "failed":
            self._bar.say(f"failed: {outcome.input}: {outcome.reason}")
        elif self._quiet:
            return
        elif outcome.status == "skipped":
            self._bar.say(f"skipped: {outcome.input}: {outcome.reason}")
        else:
            note = f" ({outcome.reason})" if outcome.reason else ""
            size = f"{outcome.megapixels:.1f} megapixels in {outcome.seconds:.1f} s"
            self._bar.say(f"{outcome.input} -> {outcome.output}, {size}{note}")

    def __exit__(self, *_: object) -> None:
        self._bar.__exit__()
        if not self._quiet and self._total > 1:
            parts = [f"{count} {status}" for status, count in self._count.items() if count]
            self._bar.say(", ".join(parts))
