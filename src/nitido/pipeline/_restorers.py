"""What is opened for the steps of plans: few, kept for the next picture of a run."""

import json
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from nitido.engines import Precision
from nitido.errors import SettingError
from nitido.pipeline._resizing import TASK, Resizing
from nitido.plans import Step
from nitido.restorer import (
    PREFIX,
    Classical,
    Restorer,
    Solver,
    check_precision,
    check_tile,
    is_solver,
)

Worker = Restorer | Classical | Solver | Resizing

_KEPT = 12  # as many as the steps of a few different plans


@dataclass(frozen=True)
class Running:
    """How steps are computed, whatever they do.

    Parameters
    ----------
    engine : str
        A runtime of the room `engines`.
    precision : {"auto", "fp32", "bf16"}
        Arithmetic; ``auto`` takes the fastest that is safe.
    tile : int, optional
        Side of the part that is kept of each tile, LQ pixels of its step; 0 is the whole picture
        at once. Without it tiles are as large as memory and speed allow.

    Raises
    ------
    SettingError
        If a value is out of its range.
    """

    engine: str = "openvino"
    precision: Precision = "auto"
    tile: int | None = None

    def __post_init__(self) -> None:
        check_precision(self.precision)
        check_tile(self.tile)


class Restorers:
    """Opens what does a step and keeps those used last, for any number of threads."""

    def __init__(self) -> None:
        self._opened: OrderedDict[str, Worker] = OrderedDict()
        self._lock = Lock()

    def at(self, step: Step, running: Running) -> Worker:
        """Return what does a step.

        Raises
        ------
        UnknownNameError
            If there are no such weights, methods or engines.
        SettingError
            If a setting is unknown or out of its range, or cannot be followed.
        NitidoError
            Whatever else is wrong with the weights or the engine.
        """
        settings = dict(step.settings)
        facts = (step.task == TASK, step.weights, step.strength, settings, vars(running))
        try:
            key = json.dumps((facts, _files(step)), sort_keys=True)
        except TypeError:  # an array among the settings: nobody can tell whether it stays the same
            return open_step(step, running)
        with self._lock:
            if key not in self._opened:
                self._opened[key] = open_step(step, running)
            self._opened.move_to_end(key)
            while len(self._opened) > _KEPT:
                self._opened.popitem(last=False)
            return self._opened[key]


def _files(step: Step) -> list[tuple[int, int]]:
    """Return time and size of the files that a step names: weights trained anew are others."""
    found = []
    for named in (step.weights, *step.settings.values()):
        if isinstance(named, str) and Path(named).is_file():
            status = Path(named).stat()
            found.append((status.st_mtime_ns, status.st_size))
    return found


def open_step(step: Step, running: Running) -> Worker:
    """Open what does a step; `Restorers.at` has the rest."""
    if step.task == TASK:
        return Resizing(step)
    settings = dict(step.settings)
    shown = settings.pop("range", "auto")
    if is_solver(step.weights) or step.weights.startswith(PREFIX):
        if (running.engine, running.precision) != ("openvino", "auto"):
            raise SettingError(
                f"{step.weights} has no engines: leave --engine and --precision out."
            )
        kind = Solver if is_solver(step.weights) else Classical
        return kind(step.weights, settings, tile=running.tile, strength=step.strength, range=shown)
    sigma = settings.pop("sigma", None)
    strange = sorted(settings)
    if strange:
        raise SettingError(
            f"{step.weights}: unknown setting '{strange[0]}'; only a solver and "
            "--model classical:NAME have settings."
        )
    return Restorer(
        step.weights,
        engine=running.engine,
        precision=running.precision,
        tile=running.tile,
        strength=step.strength,
        sigma=sigma,
        range=shown,
    )
