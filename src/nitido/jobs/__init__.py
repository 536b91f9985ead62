"""Many pictures in one run: which files go in, where each result goes, and what became of each.

`gather` finds the entries (`expand`) and names their outputs (`assign`); `run` works on them one
by one.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from nitido.errors import SettingError
from nitido.jobs._entry import Entry
from nitido.jobs.finding import JUNK_FOLDERS, SUFFIXES, expand
from nitido.jobs.naming import MAX_NAME, assign, comparison, destination, is_folder
from nitido.jobs.running import Outcome, exit_code, run

__all__ = [
    "JUNK_FOLDERS",
    "MAX_NAME",
    "SUFFIXES",
    "Entry",
    "Outcome",
    "assign",
    "comparison",
    "destination",
    "exit_code",
    "expand",
    "gather",
    "is_folder",
    "run",
]


def gather(
    inputs: Iterable[str | Path],
    output: str | Path | None = None,
    *,
    recursive: bool = False,
    overwrite: bool = False,
    rename: Callable[[Path], Path] = lambda path: path,
) -> list[Entry]:
    """Find all entries of a command and give each its output: `expand`, then `assign`.

    Parameters
    ----------
    inputs, output, recursive, overwrite, rename
        As `expand` and `assign` take them.

    Raises
    ------
    SettingError
        If no picture is found, or a name is unfit.
    """
    given = list(inputs)
    entries = expand(given, recursive, output=output)
    if not entries:
        raise SettingError(f"There is no picture in {', '.join(map(str, given))}.")
    return assign(entries, output, overwrite=overwrite, rename=rename)
