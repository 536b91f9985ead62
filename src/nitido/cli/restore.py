"""``nitido restore``: damaged pictures in, restored pictures out."""

from enum import StrEnum
from typing import Annotated

import typer

from nitido.cli._options import JsonLines


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
        typer.Option(
            help="What to repair, several with commas between them, in this order: "
            "dejpeg,denoise. Without it, each picture is looked at first."
        ),
    ] = None,
    scale: Annotated[
        float | None,
        typer.Option(help="How many times larger, any number above 0; alone it means upscale."),
    ] = None,
    width: Annotated[
        int | None, typer.Option(help="Of the result, pixels; the proportions stay.")
    ] = None,
    height: Annotated[
        int | None,
        typer.Option(help="Of the result, pixels; with --width, it fits into both."),
    ] = None,
    megapixels: Annotated[
        float | None, typer.Option(help="Size of the result, millions of pixels.")
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
        float,
        typer.Option(
            min=0, max=2, help="0 nothing, 0.5 half of the effect, 1 what is judged right, to 2."
        ),
    ] = 1.0,
    sigma: Annotated[
        float | None,
        typer.Option(min=0, max=255, help="Tell the noise level (0..255) instead of judging it."),
    ] = None,
    range: Annotated[
        str,
        typer.Option(
            help="What of a 16-bit or float picture's scale networks are shown: auto, full or "
            "LOW,HIGH."
        ),
    ] = "auto",
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
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done and write nothing.")
    ] = False,
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
    from dataclasses import replace

    from nitido import jobs
    from nitido.cli._display import Display
    from nitido.cli._interruption import Interruption
    from nitido.pipeline import AUTO, Restorers
    from nitido.recipes import parse_settings

    wanted = jobs.Job(
        input="",
        task=task or AUTO,
        model=model,
        settings=parse_settings(settings or [], "sigma=25"),
        strength=strength,
        sigma=sigma,
        range=range,
        scale=scale,
        width=width,
        height=height,
        megapixels=megapixels,
        engine=engine,
        precision=precision.value,
        tile=tile,
        metadata=metadata.value,
        quality=quality,
        overwrite=overwrite,
        compare=compare,
        dry_run=dry_run,
    )
    restorers = Restorers()
    jobs.trial(wanted, restorers)
    entries = jobs.gather(inputs, output, recursive=recursive, overwrite=overwrite)
    outcomes = []
    with Display(entries, quiet=json) as display, Interruption() as interruption:

        def work(entry: jobs.Entry) -> jobs.Outcome:
            return jobs.execute(
                replace(wanted, input=str(entry.path), output=str(entry.output)),
                restorers=restorers,
                on_progress=display.progress,
                check=interruption.check,
            )

        for outcome in jobs.run(entries, work):
            outcomes.append(outcome)
            display.file(outcome)
            if json:
                sys.stdout.write(outcome.to_json() + "\n")
                sys.stdout.flush()
    return jobs.exit_code(outcomes)


PUBLIC = restore
