"""Working on one file after the other, and what became of each."""

import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Literal

from nitido.errors import NitidoError
from nitido.jobs._entry import Entry
from nitido.jobs._reason import reason_of

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What became of one file.

    Parameters
    ----------
    input, output : str
        The file that was read and the one that was written; the output of a failure is None.
    status : str
        ``"ok"``, ``"failed"`` or ``"skipped"``.
    reason : str, optional
        Why it failed or was skipped, in one line.
    task, weights, engine, precision : str, optional
        What restored it.
    tile : (int, int), optional
        Height and width of the tiles in LQ pixels, overlap included.
    megapixels : float, optional
        Size of the input, in millions of pixels.
    seconds, engine_seconds : float, optional
        Wall time for the file from opening to the end, and the part of it inside the engine.
    """

    input: str
    output: str | None = None
    status: Literal["ok", "failed", "skipped"] = "ok"
    reason: str | None = None
    task: str | None = None
    weights: str | None = None
    engine: str | None = None
    precision: str | None = None
    tile: tuple[int, int] | None = None
    megapixels: float | None = None
    seconds: float | None = None
    engine_seconds: float | None = None

    def to_json(self) -> str:
        """Return the outcome as a JSON object in one line of ASCII."""
        return json.dumps(asdict(self))


def run(entries: Iterable[Entry], work: Callable[[Entry], Outcome]) -> Iterator[Outcome]:
    """Work on one entry after the other; a file that fails never stops the rest.

    Parameters
    ----------
    entries : iterable of Entry
        From `assign`.
    work : callable
        Restores one entry and tells its outcome. What it raises becomes a failed outcome with
        a reason in one line; only an interruption (Ctrl-C) and an exit pass through. The traceback
        of an error that nitido did not foresee goes to the log at level DEBUG.

    Yields
    ------
    Outcome
        One per entry, as soon as it is known.
    """
    for entry in entries:
        start = time.perf_counter()
        reason = entry.problem
        if reason is None:
            try:
                yield work(entry)
                continue
            except Exception as error:
                if not isinstance(error, NitidoError):
                    _log.debug("%s failed unexpectedly", entry.path, exc_info=True)
                reason = reason_of(error)
        seconds = round(time.perf_counter() - start, 3)
        yield Outcome(str(entry.path), status="failed", reason=reason, seconds=seconds)


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """Return 0 if nothing failed, 3 if some files failed, 4 if all of them did."""
    failed = [outcome.status == "failed" for outcome in outcomes]
    if not any(failed):
        return 0
    return 4 if all(failed) else 3
