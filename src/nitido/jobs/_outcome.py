"""What became of one file."""

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from nitido.errors import NitidoError
from nitido.jobs._reason import reason_of
from nitido.plans import Step
from nitido.restorer import Report

_log = logging.getLogger(__name__)

SCHEMA = 2

Status = Literal["ok", "unchanged", "skipped", "failed", "planned"]


@dataclass(frozen=True)
class StepDone:
    """One step that was taken with a file, or is to be.

    Parameters
    ----------
    task : str or None
        Of the room `tasks`, or ``resize``; None where weights or a method were named.
    weights : str
        What did it.
    strength : float
        0..2: how much of the effect.
    engine, precision : str
        The runtime and its arithmetic.
    tile : (int, int)
        Height and width of the tiles in pixels of this step's input, overlap included.
    seconds, engine_seconds : float
        Wall time of this step alone, and the part of it inside the engine.
    reason : str
        Why it was taken, in one sentence.
    settings : mapping
        What else it was told, such as ``sigma`` in 8-bit units; a level that was judged as well.
    """

    task: str | None
    weights: str
    strength: float
    engine: str
    precision: str
    tile: tuple[int, int]
    seconds: float
    engine_seconds: float
    reason: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What became of one file.

    Parameters
    ----------
    input, output : str
        The file that was read and the one that was written, or would be; None without a result.
    status : str
        ``"ok"``; ``"unchanged"``: nothing to repair was found, so nothing was written;
        ``"skipped"``; ``"failed"``; ``"planned"``: what would be done.
    reason : str, optional
        Why it failed, was skipped or is unchanged, in one line.
    notes : tuple of str
        What reading, restoring and writing changed besides, in human words.
    steps : tuple of StepDone
        In the order in which they were taken.
    width, height : int, optional
        Of the result, pixels.
    megapixels : float, optional
        Size of the input, in millions of pixels.
    seconds, engine_seconds : float, optional
        Wall time for the file from opening to the end, and the part of it inside engines.
    """

    input: str
    output: str | None = None
    status: Status = "ok"
    reason: str | None = None
    notes: tuple[str, ...] = ()
    steps: tuple[StepDone, ...] = ()
    width: int | None = None
    height: int | None = None
    megapixels: float | None = None
    seconds: float | None = None
    engine_seconds: float | None = None

    def to_json(self) -> str:
        """Return the outcome as a JSON object in one line of ASCII."""
        return json.dumps({"schema": SCHEMA, **asdict(self)})


def step_done(step: Step, report: Report) -> StepDone:
    """Say of a step what its report says."""
    judged = {} if report.sigma is None else {"sigma": round(report.sigma, 3)}
    return StepDone(
        task=step.task,
        weights=step.weights,
        strength=step.strength,
        engine=report.engine,
        precision=report.precision,
        tile=report.tile,
        seconds=round(report.seconds, 3),
        engine_seconds=round(report.engine_seconds, 3),
        reason=step.reason,
        settings={**step.settings, **judged},
    )


def failed(input: str, reason: str | Exception, began: float) -> Outcome:
    """Return the outcome of a file that failed.

    The traceback of an error that nitido did not foresee goes to the log at level DEBUG.

    Parameters
    ----------
    input : str
        The file.
    reason : str or Exception
        Why, in one line, or the error that stopped it.
    began : float
        When the work on it began, by `time.perf_counter`.
    """
    if isinstance(reason, Exception) and not isinstance(reason, NitidoError):
        _log.debug("%s failed unexpectedly", input, exc_info=reason)
    words = reason if isinstance(reason, str) else reason_of(reason)
    seconds = round(time.perf_counter() - began, 3)
    return Outcome(input, status="failed", reason=words, seconds=seconds)
