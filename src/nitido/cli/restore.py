"""``nitido restore``: damaged pictures in, restored pictures out."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nitido.cli._options import JsonLines

if TYPE_CHECKING:
    from nitido.jobs import Entry, Outcome
    from nitido.restorer import Classical, Restorer, Solver


class Precision(StrEnum):
    """Arithmetic of the network."""

    auto = "auto"
    fp32 = "fp32"
    bf16 = "bf16"


class MetadataPolicy(StrEnum):
    """What of EXIF, XMP and the like goes into the result."""

    keep = "keep"
    private = "private"
    strip_ = "strip"


def restore(
    inputs: Annotated[
        list[str], typer.Argument(help="Pictures, folders or patterns.", show_default=False)
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            help="A file, or a folder in which the tree of the input is mirrored. "
            "Without it: NAME.restored.EXT beside the input.",
        ),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option(help="What to repair; without it, each picture is looked at first."),
    ] = None,
    scale: Annotated[
        int | None,
        typer.Option(help="How many times larger, with --task upscale: 2, 3 or 4."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="Weights by name, a .safetensors file, a solver, or classical:NAME."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="key=value, for solvers and classical:NAME; nitido models list has them."
        ),
    ] = None,
    strength: Annotated[
        float, typer.Option(min=0, max=2, help="0..2: less or more than the network judges.")
    ] = 1.0,
    sigma: Annotated[
        float | None,
        typer.Option(min=0, max=255, help="Tell the noise level (0..255) instead of judging it."),
    ] = None,
    tile: Annotated[
        int | None,
        typer.Option(min=0, help="Side of the tiles in pixels; 0 is the whole picture."),
    ] = None,
    engine: Annotated[str, typer.Option(help="openvino or torch.")] = "openvino",
    precision: Annotated[Precision, typer.Option(help="Arithmetic.")] = Precision.auto,
    quality: Annotated[int, typer.Option(min=1, max=100, help="Of lossy results.")] = 95,
    metadata: Annotated[
        MetadataPolicy, typer.Option(help="private drops GPS and names; strip all but the ICC.")
    ] = MetadataPolicy.keep,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace existing results.")
    ] = False,
    recursive: Annotated[bool, typer.Option("--recursive", help="Go down into folders.")] = False,
    compare: Annotated[
        bool, typer.Option("--compare", help="Draw a before/after sheet, NAME.compare.png.")
    ] = False,
    json: JsonLines = False,
) -> int:
    """Restore damaged pictures.

    Depth, alpha, ICC, EXIF and orientation are kept. Exit code: 0 all done, 2 wrong usage,
    3 some failed, 4 all failed, 130 interrupted.
    """
    import sys

    from nitido import jobs
    from nitido.cli._display import Display
    from nitido.cli._interruption import Interruption
    from nitido.cli._sheet import check_sheet, draw_sheet

    restorers: dict[str, Restorer | Classical | Solver] = {}

    def restorer_for(weights: str) -> "Restorer | Classical | Solver":
        if weights not in restorers:
            restorers[weights] = _restorer(
                weights,
                settings or [],
                engine=engine,
                precision=precision.value,
                tile=tile,
                sigma=sigma,
                strength=strength,
            )
        return restorers[weights]

    # A wrong name is a usage error, found before any file is touched.
    for weights in _candidates(task, model, scale):
        restorer_for(weights)
    entries = jobs.gather(inputs, output, recursive=recursive, overwrite=overwrite)
    outcomes = []
    with Display(entries, quiet=json) as display, Interruption() as interruption:

        def work(entry: "Entry") -> "Outcome":
            interruption.check()
            assert entry.output is not None, "assign gives every entry an output"
            chosen = _choose(entry.path, task, model, scale)
            if chosen is None:
                return jobs.Outcome(
                    str(entry.path),
                    status="skipped",
                    reason="nothing to repair was found; --task denoise restores it all the same",
                )
            name, weights = chosen
            restorer = restorer_for(weights)
            entry.output.parent.mkdir(parents=True, exist_ok=True)
            if compare:
                check_sheet(entry.path, entry.output, overwrite)
            report = restorer.file(
                entry.path,
                entry.output,
                overwrite=overwrite,
                metadata=metadata.value,
                quality=quality,
                on_tile=interruption.after(display.tile),
            )
            if compare:
                draw_sheet(entry.path, entry.output)
            return jobs.Outcome(
                str(entry.path),
                str(entry.output),
                reason="; ".join(report.notes) or None,
                task=name,
                weights=report.weights,
                engine=report.engine,
                precision=report.precision,
                tile=report.tile,
                megapixels=round(report.megapixels, 6),
                seconds=round(report.seconds, 3),
                engine_seconds=round(report.engine_seconds, 3),
            )

        for outcome in jobs.run(entries, work):
            outcomes.append(outcome)
            display.file(outcome)
            if json:
                sys.stdout.write(outcome.to_json() + "\n")
                sys.stdout.flush()
    return jobs.exit_code(outcomes)


def _restorer(
    weights: str,
    settings: list[str],
    *,
    engine: str,
    precision: Literal["auto", "fp32", "bf16"],
    tile: int | None,
    sigma: float | None,
    strength: float,
) -> "Restorer | Classical | Solver":
    """Build what restores: a network, a solver or a classical method with its settings."""
    from nitido.errors import SettingError
    from nitido.recipes import parse_settings
    from nitido.restorer import PREFIX, Classical, Restorer, Solver, is_solver

    by_solver = is_solver(weights)
    if not by_solver and not weights.startswith(PREFIX):
        if settings:
            raise SettingError(
                f"--set {settings[0]}: only a solver and --model classical:NAME have settings."
            )
        return Restorer(
            weights, engine=engine, precision=precision, tile=tile, sigma=sigma, strength=strength
        )
    if engine != "openvino" or precision != "auto":
        raise SettingError(f"{weights} has no engines: leave --engine and --precision out.")
    values = parse_settings(settings, "sigma=25")
    if sigma is not None:
        values.setdefault("sigma", sigma)
    kind = Solver if by_solver else Classical
    return kind(weights, values, tile=tile, strength=strength)


def _weights(task: str | None, model: str | None, scale: int | None) -> str:
    """Return the weights that the user asked for, by name or by task."""
    from nitido import catalog, tasks
    from nitido.errors import SettingError

    named = catalog.find(tasks, task) if task else None
    if model or named is None:
        if scale is not None:
            raise SettingError("--scale goes with --task upscale; a model has a scale of its own.")
        assert model is not None, "the caller has one of the two"
        return model
    return str(named.weights_for(scale))


def _candidates(task: str | None, model: str | None, scale: int | None) -> list[str]:
    """Return all weights that a run may need."""
    from nitido.diagnosis import STEPS

    if task or model:
        return [_weights(task, model, scale)]
    if scale is not None:
        return [_weights(None, None, scale)]
    return [_weights(name, None, None) for name in STEPS]


def _choose(
    path: Path, task: str | None, model: str | None, scale: int | None
) -> tuple[str | None, str] | None:
    """Return the task and the weights for a picture; None where nothing is to be done."""
    if task or model:
        return task, _weights(task, model, scale)
    from nitido.diagnosis import diagnose_file

    steps = diagnose_file(path).steps
    return (steps[0], _weights(steps[0], None, None)) if steps else None


PUBLIC = restore
