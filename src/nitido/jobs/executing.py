"""All of the work on one file: look at it, plan, restore it, write it, and say what was done."""

import time
from collections.abc import Callable
from pathlib import Path

from nitido.diagnosis import TASKS, jpeg_quality
from nitido.jobs._entry import Entry
from nitido.jobs._job import Job
from nitido.jobs._naming import destination
from nitido.jobs._outcome import Outcome, failed, step_done
from nitido.jobs._sheet import check_sheet, draw_sheet
from nitido.picture import PictureFile, Policy, open_picture, write_rows
from nitido.pipeline import Pipeline, PlannedRows, Restorers, make_plan
from nitido.plans import Plan, Step
from nitido.solvers import OnProgress, silent

_SIDE = 64  # pixels, of the picture that a job is tried on

Check = Callable[[], None]


def _nothing() -> None:
    """Find no reason to stop."""


def execute(
    job: Job,
    *,
    restorers: Restorers | None = None,
    policy: Policy | None = None,
    on_progress: OnProgress = silent,
    check: Check = _nothing,
) -> Outcome:
    """Do a job; a file that fails is an outcome like any other.

    Parameters
    ----------
    job : Job
        What to do.
    restorers : Restorers, optional
        Shared by the jobs of a run, so that networks are opened once.
    policy : Policy, optional
        Limits on what is opened.
    on_progress : callable
        Called after every tile with the part of the work on the file that is done, 0..1.
    check : callable
        Called before the file is opened and after every tile; it may raise KeyboardInterrupt to
        stop there, which passes through and leaves nothing half done.

    Returns
    -------
    Outcome
        What became of the file.
    """
    began = time.perf_counter()
    check()

    def tell(done: float) -> None:
        on_progress(done)
        check()

    try:
        return _done(job, restorers or Restorers(), policy or Policy(), tell, began)
    except Exception as error:
        return failed(job.input, error, began)


def trial(job: Job, restorers: Restorers) -> None:
    """Open what a job may need, so that wrong names and settings are found before any file is.

    Raises
    ------
    NitidoError
        Whatever is wrong with a name, a setting, the weights or the engine.
    """
    wish = job.wish
    if wish.looks:
        steps = (wish.gentler(Step(name, name)) for name in TASKS)
        Pipeline(Plan(tuple(steps)), job.running, restorers)
    else:
        Pipeline(wish.plan(_SIDE, _SIDE), job.running, restorers)


def _done(
    job: Job,
    restorers: Restorers,
    policy: Policy,
    on_progress: OnProgress,
    began: float,
) -> Outcome:
    path = Path(job.input)
    output = destination(Entry(path)) if job.output is None else Path(job.output)
    with open_picture(path, policy) as picture:
        plan, seen = make_plan(job.wish, picture, jpeg_quality(path))
        if not plan.steps:
            return _unchanged(job, picture, began)
        pipeline = Pipeline(plan, job.running, restorers)
        with pipeline.rows(picture, seen=seen, on_progress=on_progress) as rows:
            if job.dry_run:
                return _outcome(job, picture, rows, output, began)
            output.parent.mkdir(parents=True, exist_ok=True)
            if job.compare:
                check_sheet(path, output, job.overwrite)
            notes = write_rows(
                rows,
                output,
                picture.metadata,
                overwrite=job.overwrite,
                metadata=job.metadata,
                quality=job.quality,
            )
            if job.compare:
                draw_sheet(path, output)
            return _outcome(job, picture, rows, output, began, notes)


def _unchanged(job: Job, picture: PictureFile, began: float) -> Outcome:
    if job.plan is not None:
        reason = "its plan has no steps"
    elif job.wish.looks:
        reason = "nothing to repair was found; --task denoise --sigma 5 denoises it all the same"
    else:
        reason = "nothing is to be done: it has this size already"
    return Outcome(
        job.input,
        status="unchanged",
        reason=reason,
        notes=picture.notes,
        width=picture.width,
        height=picture.height,
        megapixels=_megapixels(picture),
        seconds=round(time.perf_counter() - began, 3),
        engine_seconds=0.0,
    )


def _outcome(
    job: Job,
    picture: PictureFile,
    rows: PlannedRows,
    output: Path,
    began: float,
    written: tuple[str, ...] = (),
) -> Outcome:
    reports = rows.reports
    restoring = (note for _, report in reports for note in report.notes)
    notes = tuple(dict.fromkeys((*picture.notes, *restoring, *written)))  # each is said once
    return Outcome(
        job.input,
        str(output),
        "planned" if job.dry_run else "ok",
        notes=notes,
        steps=tuple(step_done(step, report) for step, report in reports),
        width=rows.width,
        height=rows.height,
        megapixels=_megapixels(picture),
        seconds=round(time.perf_counter() - began, 3),
        engine_seconds=round(sum(report.engine_seconds for _, report in reports), 3),
    )


def _megapixels(picture: PictureFile) -> float:
    return round(picture.height * picture.width / 1e6, 6)
