"""Going over a picture once more, from its first row, before it is restored."""

from contextlib import AbstractContextManager

from nitido.diagnosis import Look, look
from nitido.picture import Replayable, Source


def again(source: Source) -> AbstractContextManager[Source]:
    """Return the same picture at its first row; the source stays where it stands."""
    assert isinstance(source, Replayable), "whoever calls has asked looks_first"
    return source.again()


def look_again(source: Source) -> Look:
    """Look at the whole picture; the source stays where it stands."""
    with again(source) as rows:
        return look(rows)
