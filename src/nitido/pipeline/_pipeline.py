"""Runs a plan: rows stream from step to step, in memory that does not grow with the picture."""

from dataclasses import replace
from itertools import groupby
from typing import Any, Self

from nitido.diagnosis import Look
from nitido.picture import Policy, Replayable, Source, Taken
from nitido.pipeline._between import Rounded, Waiting
from nitido.pipeline._kinds import take
from nitido.pipeline._restorers import Restorers, Running, Worker
from nitido.plans import Plan, Step
from nitido.restorer import OnTile, Report, RestoredRows
from nitido.solvers import OnProgress, silent


class Pipeline:
    """Does the steps of a plan to pictures, each to what the step before it left.

    A step that has to look at the whole picture before its first tile gets it from a file in the
    folder for temporaries; every other step takes the rows as they are made.

    Parameters
    ----------
    plan : Plan
        The steps; without any a picture comes out as it went in.
    running : Running
        Engine, precision and tiles of all steps.
    restorers : Restorers, optional
        Shared with other pipelines, so that networks are opened once.

    Raises
    ------
    NitidoError
        If what a step names does not exist or cannot do it.
    """

    def __init__(
        self,
        plan: Plan,
        running: Running = Running(),  # noqa: B008
        restorers: Restorers | None = None,
    ) -> None:
        self.plan = plan
        opened = restorers or Restorers()
        self._workers = [(step, opened.at(step, running)) for step in plan.steps]

    def rows(
        self,
        source: Replayable,
        *,
        seen: Look | None = None,
        on_progress: OnProgress = silent,
    ) -> "PlannedRows":
        """Run the plan while rows are asked for; use the result in a ``with`` statement.

        Parameters
        ----------
        source : Replayable
            The picture, standing at its first row.
        seen : Look, optional
            What somebody saw who has already looked at it.
        on_progress : callable
            Called after every tile with the part of all steps that is done; what it raises stops
            the run.
        """
        return PlannedRows(self._workers, source, seen, on_progress)

    def __call__(self, picture: Any, policy: Policy | None = None) -> Any:  # noqa: ANN401
        """Run the plan on a picture of any kind, as `restore` takes it."""
        given = take(picture, policy or Policy())
        with self.rows(given.source) as rows:
            return given.back(*rows.rows(rows.height))


class PlannedRows:
    """The rows of a picture behind all steps of a plan, a `Source`.

    Parameters
    ----------
    workers : list of (Step, Worker)
        The steps and what does them.
    source : Replayable
        The picture.
    seen : Look, optional
        What was already seen of it.
    on_progress : callable
        Told the part that is done.
    """

    def __init__(
        self,
        workers: list[tuple[Step, Worker]],
        source: Replayable,
        seen: Look | None,
        on_progress: OnProgress,
    ) -> None:
        progress = _Progress(len(workers), on_progress)
        waits = [
            index > 0 and worker.looks_first(source.depth)
            for index, (_, worker) in enumerate(workers)
        ]
        shares = _shares(waits)
        current: Source = source
        self._waiting: list[Waiting] = []
        self._stages: list[tuple[Step, RestoredRows]] = []
        for index, (step, worker) in enumerate(workers):
            if index:
                current = Rounded(current)
                if waits[index]:
                    current = Waiting(current)
                    self._waiting.append(current)
            current = worker.rows(
                current,
                seen=None if index else seen,
                share=shares[index],
                on_tile=progress.of(index),
            )
            self._stages.append((step, current))
        self._last = current
        self.height, self.width, self.channels = current.height, current.width, current.channels
        self.has_alpha, self.depth = current.has_alpha, current.depth

    def rows(self, count: int) -> Taken:
        """Return the next rows, fewer at the end.

        Raises
        ------
        NitidoError
            If reading, a step, or waiting between two steps fails.
        """
        return self._last.rows(count)

    @property
    def reports(self) -> list[tuple[Step, Report]]:
        """The steps and what each did, complete once the last row has been given.

        The seconds of a step are its own; those of the first one hold the reading of the picture.
        """
        before, reports = 0.0, []
        for step, rows in self._stages:
            whole = rows.report.seconds
            own = replace(rows.report, seconds=max(0.0, whole - before))
            reports.append((step, own))
            before = whole
        return reports

    def close(self) -> None:
        """Forget what waits between steps; further calls do nothing."""
        for waiting in self._waiting:
            waiting.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _shares(waits: list[bool]) -> list[int]:
    """Return for every step how many work at the same time as it does, itself included."""
    group, groups = 0, []
    for wait in waits:
        group += wait
        groups.append(group)
    sizes = {number: len(list(members)) for number, members in groupby(groups)}
    return [sizes[number] for number in groups]


class _Progress:
    """Joins how far the single steps are."""

    def __init__(self, steps: int, on_progress: OnProgress) -> None:
        self._parts = [0.0] * steps
        self._tell = on_progress

    def of(self, index: int) -> OnTile:
        """Return what one step tells its tiles to."""

        def on_tile(done: float, total: float) -> None:
            self._parts[index] = done / total
            self._tell(sum(self._parts) / len(self._parts))

        return on_tile
