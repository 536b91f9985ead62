"""``nitido train``: from a recipe to weights with their card, graph and scores."""

from pathlib import Path
from typing import Annotated

import typer

from nitido.cli._options import Root


def train(
    recipe: Annotated[str, typer.Argument(help="A recipe by name, or a YAML file.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder; runs/RECIPE without it.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="key=value over the recipe: --set schedule.minutes=10"),
    ] = None,
    trial: Annotated[
        bool, typer.Option("--trial", help="The recipe's run of minutes: smaller in everything.")
    ] = False,
    data: Root = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the checkpoint in the folder.")
    ] = False,
    devices: Annotated[
        int, typer.Option(min=1, help="Processes, each with a device and batches of its own.")
    ] = 1,
) -> int:
    """Train a network by a recipe, export it and score it.

    The folder receives checkpoint.pt, log.csv, TensorBoard's files and, at the end,
    RECIPE.safetensors with RECIPE.onnx. Ctrl-C saves and leaves; --resume goes on.
    """
    import sys

    from nitido.cli._stopping import stopping
    from nitido.cli._training import TrainingDisplay
    from nitido.errors import MissingExtraError, RecipeError
    from nitido.recipes import load

    name, checked = load(recipe, settings or (), trial=trial)
    try:
        from nitido import train as room
    except ModuleNotFoundError as error:
        raise MissingExtraError("Training", "train") from error
    folder = output or Path("runs") / name
    if (folder / "checkpoint.pt").exists() and not resume:
        raise RecipeError(
            f"{folder} holds a run already; go on with --resume, or choose another -o."
        )
    with stopping() as stop:
        with TrainingDisplay(name) as display:
            trained = room.train(
                checked,
                folder,
                data=data,
                resume=resume,
                devices=devices,
                report=display.show,
                stop=stop,
            )
        if not trained.first:
            return 0
        if not trained.done:
            sys.stderr.write(f"saved at step {trained.steps}; go on with --resume\n")
            return 130
        weights = room.finish(
            trained,
            checked,
            name,
            folder,
            data=data,
            say=lambda text: void(sys.stderr.write(f"{text}\n")),
        )
    sys.stderr.write(f"{weights.file} with {weights.graph.name}\n")
    return 0


def void(value: object) -> None:
    """Take a value and give none."""


PUBLIC = train
