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
    overwrite: Annotated[bool, typer.Option(help="Replace existing results.")] = False,
    recursive: Annotated[bool, typer.Option(help="Go down into folders.")] = False,
    show: Annotated[bool, typer.Option("--list", help="List the damages and stop.")] = False,
) -> int:
    """Damage clean pictures; the same seed gives the same result."""
    import sys
    from dataclasses import replace

    import numpy as np

    from nitido import catalog, degradations, jobs
    from nitido.cli._display import Display
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
    entries = jobs.assign(
        jobs.expand(inputs, recursive, output=output), output, overwrite=overwrite
    )
    numbers = {entry.path: seed + index for index, entry in enumerate(entries)}
    outcomes = []
    with Display(entries) as display:

        def work(entry: jobs.Entry) -> jobs.Outcome:
            assert entry.output is not None, "assign gives every entry an output"
            picture = read(entry.path)
            pixels = damage(picture.pixels, np.random.default_rng(numbers[entry.path]))
            alpha = picture.alpha if damage.scale == 1 else None
            target = _lossless(entry.output)
            target.parent.mkdir(parents=True, exist_ok=True)
            write(replace(picture, pixels=pixels, alpha=alpha), target, overwrite=overwrite)
            size = pixels.shape[0] * pixels.shape[1] / 1e6
            return jobs.Outcome(str(entry.path), str(target), megapixels=size, seconds=0.0)

        for outcome in jobs.run(entries, work):
            outcomes.append(outcome)
            display.file(outcome)
    return jobs.exit_code(outcomes)


def _build(name: str, settings: list[str]) -> "Degradation":
    import yaml

    from nitido import catalog, degradations
    from nitido.errors import SettingError

    values = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals:
            raise SettingError(f"--set {setting}: write key=value, for example sigma=25.")
        values[key] = yaml.safe_load(text)
    built: Degradation = catalog.build(degradations, name, **values)
    return built


def _lossless(path: "Path") -> "Path":
    """Return a name whose format does not damage the picture a second time."""
    lossy = path.suffix.lower() not in (".png", ".tif", ".tiff", ".bmp")
    return path.with_suffix(".png") if lossy else path


PUBLIC = degrade
