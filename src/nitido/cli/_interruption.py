"""Ctrl-C that waits for a place where nothing is half done, and cannot get lost in a library."""

import signal
import sys
from types import FrameType
from typing import Any, Self


class Interruption:
    """While it is entered, the first Ctrl-C waits for the next `check`; a second stops at once.

    Python raises KeyboardInterrupt wherever it is, also inside callbacks of C libraries, which
    print it and go on.
    """

    def __init__(self) -> None:
        self._asked = False
        self._before: Any = None

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def check(self) -> None:
        """Raise KeyboardInterrupt if it was asked for."""
        if self._asked:
            raise KeyboardInterrupt

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.check()
        self._asked = True
        sys.stderr.write("\nstopping after this tile; once more stops at once\n")

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)
