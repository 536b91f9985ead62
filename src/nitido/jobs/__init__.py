"""Many pictures in one run: which files go in, where each result goes, and what became of each.

`gather` finds the entries (`expand`) and names their outputs (`assign`); a `Job` says what is to be
done with one of them, as plain data, and `execute` does it; `run` works on entries one by one.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from nitido.errors import SettingError
from nitido.jobs._entry import Entry
from nitido.jobs._job import Job
from nitido.jobs._naming import MAX_NAME, assign, comparison, destination, is_folder
from nitido.jobs._outcome import SCHEMA, Outcome, StepDone, failed
from nitido.jobs.executing import execute, trial
from nitido.jobs.finding import JUNK_FOLDERS, SUFFIXES, expand
from nitido.jobs.running import exit_code, run

__all__ = [
    "JUNK_FOLDERS",
    "MAX_NAME",
    "SCHEMA",
    "SUFFIXES",
    "Entry",
    "Job",
    "Outcome",
    "StepDone",
    "assign",
    "comparison",
    "destination",
    "execute",
    "exit_code",
    "expand",
    "failed",
    "gather",
    "is_folder",
    "run",
    "trial",
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
