"""``nitido inspect``: what a picture is and carries, what is wrong with it, what it costs."""

from pathlib import Path
from typing import Annotated

import typer

from nitido.cli._options import JsonLines


def inspect(
    inputs: Annotated[list[str], typer.Argument(help="Pictures, folders or patterns.")],
    task: Annotated[str, typer.Option(help="The task whose cost is told.")] = "denoise",
    scale: Annotated[
        int | None, typer.Option(help="How many times larger, with --task upscale.")
    ] = None,
    recursive: Annotated[bool, typer.Option("--recursive", help="Go down into folders.")] = False,
    json: JsonLines = False,
) -> int:
    """Say what pictures are, what is wrong with them and what restoring them would take."""
    import json as encoder
    import sys

    from nitido import catalog, jobs, tasks
    from nitido.errors import NitidoError, SettingError

    weights = catalog.find(tasks, task).weights_for(scale)
    entries = jobs.expand(inputs, recursive)
    if not entries:
        raise SettingError(f"There is no picture in {', '.join(inputs)}.")
    codes = []
    for entry in entries:
        try:
            if entry.problem:
                raise NitidoError(entry.problem)
            facts = _facts(entry.path, weights)
        except NitidoError as error:
            facts = {"input": str(entry.path), "status": "failed", "reason": str(error)}
        codes.append(jobs.Outcome(str(entry.path), status=facts["status"]))  # type: ignore[arg-type]
        if json:
            sys.stdout.write(encoder.dumps(facts) + "\n")
        else:
            _show(facts)
    return jobs.exit_code(codes)


def _facts(path: Path, weights: str) -> dict[str, object]:
    from nitido.diagnosis import diagnose_file
    from nitido.picture import open_picture
    from nitido.restorer import Restorer

    with open_picture(path) as picture:
        metadata = picture.metadata
        carries = {
            "icc": len(metadata.icc or b""),
            "exif": len(metadata.exif or b""),
            "xmp": len(metadata.xmp or b""),
            "dpi": metadata.dpi,
        }
        kind = {1: "gray", 3: "RGB"}.get(picture.channels, f"{picture.channels} bands")
        facts = {
            "input": str(path),
            "status": "ok",
            "format": picture.format,
            "width": picture.width,
            "height": picture.height,
            "colors": kind + (" with alpha" if picture.has_alpha else ""),
            "depth": picture.depth,
            "carries": {name: value for name, value in carries.items() if value},
            "notes": list(picture.notes),
        }
        height, width = picture.height, picture.width
    diagnosis = diagnose_file(path)
    facts["findings"] = [
        {"name": f.name, "value": round(float(f.value), 2), "unit": f.unit, "reason": f.reason}
        for f in diagnosis.findings
    ]
    facts["would_do"] = list(diagnosis.steps)
    restorer = Restorer(weights)
    facts["cost"] = restorer.estimate(height, width)
    return facts


def _show(facts: dict[str, object]) -> None:
    """Print as lines that a person reads."""
    import sys

    from nitido.cli._bar import printable

    def say(line: str) -> None:
        sys.stdout.write(printable(line, sys.stdout) + "\n")

    if facts["status"] == "failed":
        say(f"{facts['input']}")
        say(f"  cannot be used: {facts['reason']}")
        return
    say(f"{facts['input']}")
    say(
        f"  {facts['width']} x {facts['height']}, {facts['colors']}, "
        f"{facts['depth']} bits, {facts['format']}"
    )
    carries: dict[str, object] = facts["carries"]  # type: ignore[assignment]
    if carries:
        words = [f"{k.upper()} {v}" + (" bytes" if k != "dpi" else "") for k, v in carries.items()]
        say("  carries " + ", ".join(words))
    for note in facts["notes"]:  # type: ignore[attr-defined]
        say(f"  {note}")
    for finding in facts["findings"]:  # type: ignore[attr-defined]
        say(f"  {finding['name']}: {finding['value']:g} ({finding['unit']}): {finding['reason']}")
    steps: list[str] = facts["would_do"]  # type: ignore[assignment]
    say("  restore would " + (", then ".join(steps) if steps else "leave it as it is"))
    cost: dict[str, object] = facts["cost"]  # type: ignore[assignment]
    say(
        f"  {cost['tiles']} tiles of {cost['tile']}, about {cost['seconds']:.1f} s and "
        f"{cost['memory_mb']:.0f} MB on this machine"
    )


PUBLIC = inspect
