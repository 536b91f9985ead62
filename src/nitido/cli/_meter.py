"""How far one thing is, on a terminal; nothing elsewhere."""

from typing import Self

from nitido.cli._bar import Bar


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
        self._what, self._total = what, total
        self._bar = Bar(of_bytes=of_bytes)

    def __enter__(self) -> Self:
        self._bar.__enter__().begin(self._what, self._total)
        return self

    def one_more(self, thing: object) -> None:
        """Count one."""
        self._bar.one_more()

    def show(self, done: int, total: int | None) -> None:
        """Say how many there are and how many there will be."""
        self._bar.show(done, total)

    def __exit__(self, *_: object) -> None:
        self._bar.__exit__()
