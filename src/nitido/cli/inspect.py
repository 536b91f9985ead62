"""``nitido inspect``: what a picture is and carries, what is wrong with it, what it costs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nitido.cli._options import JsonLines

if TYPE_CHECKING:
    from nitido.diagnosis import Finding
    from nitido.jobs import Entry
    from nitido.picture import PictureFile
    from nitido.pipeline import Restorers
    from nitido.plans import Step


def inspect(
    inputs: Annotated[list[str], typer.Argument(help="Pictures, folders or patterns.")],
    task: Annotated[
        str | None,
        typer.Option(help="Tell the cost of this task; without it, of what restore would do."),
    ] = None,
    scale: Annotated[
        int | None, typer.Option(help="How many times larger, with --task upscale.")
    ] = None,
    recursive: Annotated[bool, typer.Option("--recursive", help="Go down into folders.")] = False,
    json: JsonLines = False,
) -> int:
    """Say what pictures are, what is wrong with them and what restoring them would take."""
    import json as encoder
    import sys
    import time

    from nitido import catalog, jobs, tasks
    from nitido.errors import SettingError
    from nitido.pipeline import Restorers

    weights = catalog.find(tasks, task).weights_for(scale) if task else None
    if scale is not None and weights is None:
        raise SettingError("--scale goes with --task upscale.")
    entries = jobs.expand(inputs, recursive)
    if not entries:
        raise SettingError(f"There is no picture in {', '.join(inputs)}.")
    restorers, statuses = Restorers(), []
    for entry in entries:
        began = time.perf_counter()
        try:
            facts = _facts(entry, weights, restorers)
        except Exception as error:
            reason = jobs.failed(str(entry.path), entry.problem or error, began).reason
            facts = {"schema": jobs.SCHEMA, "input": str(entry.path)}
            facts |= {"status": "failed", "reason": reason}
        statuses.append(facts["status"])
        if json:
            sys.stdout.write(encoder.dumps(facts) + "\n")
        else:
            _show(facts)
    return jobs.exit_code(jobs.Outcome("", status=status) for status in statuses)


def _facts(entry: "Entry", weights: str | None, restorers: "Restorers") -> dict[str, Any]:
    from nitido import jobs
    from nitido.diagnosis import jpeg_quality
    from nitido.errors import NitidoError
    from nitido.picture import open_picture
    from nitido.pipeline import examine

    if entry.problem:
        raise NitidoError(entry.problem)
    with open_picture(entry.path) as picture:
        _, diagnosis = examine(picture, jpeg_quality(entry.path))
        plan = diagnosis.plan()
        return {
            "schema": jobs.SCHEMA,
            "input": str(entry.path),
            "status": "ok",
            "reason": None,
            **_about(picture),
            "findings": [_finding(finding) for finding in diagnosis.findings],
            "plan": [_step(step) for step in plan.steps],
            "cost": _cost(picture, plan.steps, weights, restorers),
        }


def _about(picture: "PictureFile") -> dict[str, Any]:
    metadata = picture.metadata
    carries = {
        "icc": len(metadata.icc or b""),
        "exif": len(metadata.exif or b""),
        "xmp": len(metadata.xmp or b""),
        "dpi": metadata.dpi,
    }
    kind = {1: "gray", 3: "RGB"}.get(picture.channels, f"{picture.channels} bands")
    return {
        "format": picture.format,
        "width": picture.width,
        "height": picture.height,
        "colors": kind + (" with alpha" if picture.has_alpha else ""),
        "depth": picture.depth,
        "carries": {name: value for name, value in carries.items() if value},
        "notes": list(picture.notes),
    }


def _finding(finding: "Finding") -> dict[str, Any]:
    return {
        "name": finding.name,
        "value": round(float(finding.value), 3),
        "unit": finding.unit,
        "confidence": round(float(finding.confidence), 3),
        "reason": finding.reason,
    }


def _step(step: "Step") -> dict[str, Any]:
    return {
        "task": step.task,
        "weights": step.weights,
        "strength": step.strength,
        "reason": step.reason,
    }


def _cost(
    picture: "PictureFile", steps: "tuple[Step, ...]", weights: str | None, restorers: "Restorers"
) -> dict[str, Any] | None:
    """Guess what the steps cost together, or what other weights would; None where nothing is done.

    Steps of a diagnosis keep the size. Their tiles are those of the first one.
    """
    from nitido.pipeline import Running
    from nitido.plans import Step
    from nitido.restorer import Restorer

    wanted = steps if weights is None else (Step(None, weights),)
    workers = [restorers.at(step, Running()) for step in wanted]
    costs = [
        worker.estimate(picture.height, picture.width)
        for worker in workers
        if isinstance(worker, Restorer)
    ]
    if not costs:
        return None
    return {
        **costs[0],
        "seconds": round(sum(cost["seconds"] for cost in costs), 2),
        "memory_mb": max(cost["memory_mb"] for cost in costs),
    }


def _show(facts: Mapping[str, Any]) -> None:
    """Print as lines that a person reads."""
    import sys

    from nitido.cli._bar import printable
    from nitido.cli._display import figure, words_of_step

    def say(line: str) -> None:
        sys.stdout.write(printable(line, sys.stdout) + "\n")

    say(f"{facts['input']}")
    if facts["status"] == "failed":
        say(f"  cannot be used: {facts['reason']}")
        return
    say(
        f"  {facts['width']} x {facts['height']}, {facts['colors']}, "
        f"{facts['depth']} bits, {facts['format']}"
    )
    carries = facts["carries"]
    if carries:
        words = [f"{k.upper()} {v}" + (" bytes" if k != "dpi" else "") for k, v in carries.items()]
        say("  carries " + ", ".join(words))
    for note in facts["notes"]:
        say(f"  {note}")
    for finding in facts["findings"]:
        sure = f"{finding['confidence']:.0%} sure"
        say(
            f"  {finding['name']}: {finding['value']:g} ({finding['unit']}; {sure}): "
            f"{finding['reason']}"
        )
    steps = [words_of_step(**step) for step in facts["plan"]]
    say("  restore would " + (", then ".join(steps) if steps else "leave it as it is"))
    cost = facts["cost"]
    if cost:
        tiles = "1 tile" if cost["tiles"] == 1 else f"{cost['tiles']} tiles"
        say(
            f"  {tiles} of {cost['tile']}, about {figure(cost['seconds'])} s and "
            f"{cost['memory_mb']:.0f} MB on this machine"
        )


PUBLIC = inspect
