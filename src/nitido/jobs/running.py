"""Working on one file after the other, and what became of each."""

import time
from collections.abc import Callable, Iterable, Iterator

from nitido.jobs._entry import Entry
from nitido.jobs._outcome import Outcome, failed


def run(entries: Iterable[Entry], work: Callable[[Entry], Outcome]) -> Iterator[Outcome]:
    """Work on one entry after the other; a file that fails never stops the rest.

    Parameters
    ----------
    entries : iterable of Entry
        From `assign`.
    work : callable
        Works on one entry and tells its outcome, as `execute` does with a job. What it raises
        becomes a failed outcome with a reason in one line; only an interruption (Ctrl-C) and an
        exit pass through.

    Yields
    ------
    Outcome
        One per entry, as soon as it is known.
    """
    for entry in entries:
        began = time.perf_counter()
        if entry.problem is not None:
            yield failed(str(entry.path), entry.problem, began)
            continue
        try:
            outcome = work(entry)
        except Exception as error:
            outcome = failed(str(entry.path), error, began)
        yield outcome


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """Return 0 if nothing failed, 3 if some files failed, 4 if all of them did."""
    bad = [outcome.status == "failed" for outcome in outcomes]
    if not any(bad):
        return 0
    return 4 if all(bad) else 3
