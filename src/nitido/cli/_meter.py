"""How far something is, on a terminal; nothing elsewhere."""

import sys
from types import TracebackType
from typing import Any, Self


class Meter:
    """A bar on stderr that counts pictures, or bytes with their speed.

    Parameters
    ----------
    what : str
        What is counted.
    total : int, optional
        How many there are.
    of_bytes : bool
        Whether bytes are counted.
    """

    def __init__(self, what: str, total: int | None = None, *, of_bytes: bool = False) -> None:
        self._what, self._total, self._of_bytes = what, total, of_bytes
        self._bar: Any = None
        self._row: Any = None

    def __enter__(self) -> Self:
        if not sys.stderr.isatty():
            return self
        from rich.console import Console
        from rich.markup import escape
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        counts = [DownloadColumn(), TransferSpeedColumn()] if self._of_bytes else []
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            *(counts or [MofNCompleteColumn()]),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._bar.start()
        self._row = self._bar.add_task(escape(self._what), total=self._total)
        return self

    def one_more(self, thing: object) -> None:
        """Count one."""
        if self._bar:
            self._bar.advance(self._row)

    def show(self, done: int, total: int | None) -> None:
        """Say how many there are and how many there will be."""
        if self._bar:
            self._bar.update(self._row, completed=done, total=total)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar:
            self._bar.stop()
