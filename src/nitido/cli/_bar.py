"""A progress bar on a terminal, nothing elsewhere, and lines beside it; all on stderr."""

import sys
from typing import Any, Self, TextIO


def printable(text: str, stream: TextIO) -> str:
    """Write out what would move a cursor or cannot be shown: a file's name may hold anything."""
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    encoding = stream.encoding or "utf-8"
    return shown.encode(encoding, "backslashreplace").decode(encoding)


class Bar:
    """One bar at a time, of something that is counted.

    Parameters
    ----------
    hidden : bool
        Show no bar on a terminal either.
    of_bytes : bool
        Whether bytes are counted, with their speed, instead of whole things.
    """

    def __init__(self, *, hidden: bool = False, of_bytes: bool = False) -> None:
        self._hidden, self._of_bytes = hidden, of_bytes
        self._bars: Any = None
        self._row: Any = None

    def __enter__(self) -> Self:
        if self._hidden or not sys.stderr.isatty():
            return self
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        bytes_and_speed = [DownloadColumn(), TransferSpeedColumn()]
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            *(bytes_and_speed if self._of_bytes else [MofNCompleteColumn()]),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._bars.start()
        return self

    def begin(self, what: str, total: float | None = None) -> None:
        """Count something new, from nothing; what was counted before leaves."""
        self.leave()
        if self._bars:
            self._row = self._bars.add_task(printable(what, sys.stderr), total=total)

    def show(self, done: float, total: float | None = None) -> None:
        """Show how many there are, and how many there will be if that has changed."""
        if self._bars and self._row is not None:
            self._bars.update(self._row, completed=done, total=total)

    def one_more(self) -> None:
        """Count one."""
        if self._bars and self._row is not None:
            self._bars.advance(self._row)

    def leave(self) -> None:
        """Take the bar away."""
        if self._bars and self._row is not None:
            self._bars.remove_task(self._row)
            self._row = None

    def say(self, text: str) -> None:
        """Write a line above the bar."""
        shown = printable(text, sys.stderr)
        if self._bars:
            self._bars.console.print(shown, markup=False, highlight=False, soft_wrap=True)
        else:
            sys.stderr.write(shown + "\n")

    def __exit__(self, *_: object) -> None:
        if self._bars:
            self._bars.stop()
