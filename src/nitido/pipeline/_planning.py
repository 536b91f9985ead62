"""From a picture and a wish to the plan, the same way behind every front end."""

from nitido.diagnosis import Diagnosis, Look, judge, look
from nitido.picture import Replayable
from nitido.pipeline._wish import Wish
from nitido.plans import Plan


def examine(source: Replayable, header: int | None) -> tuple[Look, Diagnosis]:
    """Look at a picture, going once over all of it, and judge what was seen.

    Parameters
    ----------
    source : Replayable
        The picture; it stays where it stands.
    header : int or None
        Quality by the tables of a JPEG file, 1..100.
    """
    with source.again() as again:
        seen = look(again)
    return seen, judge(seen, header)


def make_plan(wish: Wish, source: Replayable, header: int | None) -> tuple[Plan, Look | None]:
    """Return what is to be done to a picture, and what was seen of it where it was looked at.

    Parameters
    ----------
    wish : Wish
        What is asked for.
    source, header
        As `examine` takes them.

    Raises
    ------
    SettingError
        If the wish cannot be fulfilled on this picture.
    """
    if not wish.looks:
        return wish.plan(source.height, source.width), None
    seen, diagnosis = examine(source, header)
    return wish.plan(source.height, source.width, diagnosis), seen
