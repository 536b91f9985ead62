"""``nitido degrade``: damage clean pictures on purpose, the same on every machine."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pathlib import Path

    from nitido.degradations import Degradation


def degrade(
    inputs: Annotated[
        list[str] | None, typer.Argument(help="Pictures, folders or patterns.", show_default=False)
    ] = None,
    output: Annotated[str | None, typer.Option("-o", "--output", help="File or folder.")] = None,
    name: Annotated[str | None, typer.Option("--as", help="The damage; see --list.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="key=value, for example sigma=25.")
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, help="Of the first picture; the next has one more.")
    ] = 0,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace existing results.")
    ] = False,
    recursive: Annotated[bool, typer.Option("--recursive", help="Go down into folders.")] = False,
    show: Annotated[bool, typer.Option("--list", help="List the damages and stop.")] = False,
) -> int:
    """Damage clean pictures; the same seed gives the same result."""
    import sys
    import time
    from dataclasses import replace

    import numpy as np

    from nitido import catalog, degradations, jobs
    from nitido.cli._display import Display
    from nitido.cli._interruption import Interruption
    from nitido.errors import SettingError
    from nitido.picture import read, write

    if show:
        for known in catalog.names(degradations):
            first = (catalog.find(degradations, known).__doc__ or "").strip().splitlines()[0]
            sys.stdout.write(f"{known:24} {first}\n")
        return 0
    if not inputs or not name or not output:
        raise SettingError("degrade needs pictures, --as NAME and -o OUTPUT; --list shows names.")
    damage = _build(name, settings or [])
    entries = jobs.gather(
        inputs, output, recursive=recursive, overwrite=overwrite, rename=_lossless
    )
    numbers = {entry.path: seed + index for index, entry in enumerate(entries)}
    outcomes = []
    with Display(entries) as display, Interruption() as interruption:

        def work(entry: jobs.Entry) -> jobs.Outcome:
            interruption.check()
            assert entry.output is not None, "assign gives every entry an output"
            began = time.perf_counter()
            picture = read(entry.path)
            pixels = damage(picture.pixels, np.random.default_rng(numbers[entry.path]))
            alpha = picture.alpha if damage.scale == 1 else None
            entry.output.parent.mkdir(parents=True, exist_ok=True)
            write(replace(picture, pixels=pixels, alpha=alpha), entry.output, overwrite=overwrite)
            size = picture.height * picture.width / 1e6
            seconds = time.perf_counter() - began
            return jobs.Outcome(
                str(entry.path), str(entry.output), megapixels=size, seconds=seconds
            )

        for outcome in jobs.run(entries, work):
            outcomes.append(outcome)
            display.file(outcome)
    return jobs.exit_code(outcomes)


def _build(name: str, settings: list[str]) -> "Degradation":
    from nitido import catalog, degradations
    from nitido.recipes import parse_settings

    built: Degradation = catalog.build(degradations, name, **parse_settings(settings, "sigma=25"))
    return built


def _lossless(path: "Path") -> "Path":
    """Return a name whose format does not damage the picture a second time."""
    lossy = path.suffix.lower() not in (".png", ".tif", ".tiff", ".bmp")
    return path.with_suffix(".png") if lossy else path


PUBLIC = degrade
