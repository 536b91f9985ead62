"""``nitido models``: which weights and networks there are, and what they say of themselves."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nitido.cli._options import JsonLines

if TYPE_CHECKING:
    from nitido.weights import Card

_JUDGED = {
    "network": "judged by the network where it is not told",
    "diagnosis": "found by the diagnosis where it is not told",
    "coarse": "judged from the whole picture",
    "caller": "must be told",
}

models = typer.Typer(
    help="List tasks, weights and networks; show a card and credits; import weights of others.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@models.command("list")
def list_models() -> int:
    """List tasks, their weights, the networks that can be trained, solvers, classical methods."""
    from nitido import catalog, classical, networks, solvers, tasks, weights
    from nitido.errors import MissingExtraError

    for known in catalog.names(tasks):
        task = catalog.find(tasks, known)
        sys.stdout.write(f"task     {task.name:12} {task.title}: {task.undoes}\n")
    for known in weights.names():
        card = weights.open_weights(known).card
        sys.stdout.write(f"weights  {known:12} {card.title}\n")
    for known in catalog.names(networks):
        sys.stdout.write(f"network  {known}\n")
    for known in catalog.names(solvers):
        try:
            about = _title(catalog.find(solvers, known))
        except MissingExtraError as error:
            about = str(error)
        sys.stdout.write(f"solver   {known:24} {about}\n")
    for known in catalog.names(classical):
        sys.stdout.write(f"classical:{known:24} {_title(catalog.find(classical, known))}\n")
    return 0


@models.command("show")
def show_model(
    name: Annotated[
        str,
        typer.Argument(
            help="Weights by name, a .safetensors file, a network or one of its variants.",
            show_default=False,
        ),
    ],
    json: Annotated[bool, typer.Option("--json", help="The card as JSON.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="The card as a page.")] = False,
) -> int:
    """Show what weights say of themselves, or what a network is.

    Weights: network, training, data, terms, scores. A network: paper, settings and variants,
    weights, multiply-adds, how far it looks.
    """
    from nitido import weights
    from nitido.cli._network import is_network, network_facts

    if name not in weights.names() and is_network(name):
        for key, value in network_facts(name):
            sys.stdout.write(f"{key:14} {value}\n")
        return 0
    card = weights.open_weights(name).card
    if json:
        sys.stdout.write(card.model_dump_json(indent=2) + "\n")
    elif markdown:
        sys.stdout.write(_page(card))
    else:
        for key, value in _facts(card).items():
            sys.stdout.write(f"{key:14} {value}\n")
        for score in card.scores:
            sys.stdout.write(
                f"{'score':14} {score.suite}: {score.psnr:.2f} dB, SSIM {score.ssim:.4f} "
                f"(input {score.input_psnr:.2f} dB, {score.images} images)\n"
            )
    return 0


@models.command("credits")
def show_credits(
    name: Annotated[
        str, typer.Argument(help="Weights by name, or a .safetensors file.", show_default=False)
    ],
    json: JsonLines = False,
) -> int:
    """List who took the pictures that weights were trained on, where from, and their terms.

    Only weights trained on free pictures alone have such a list; of others the card says the data.
    """
    import json as encoder
    from dataclasses import asdict

    from nitido import weights
    from nitido.cli._bar import printable
    from nitido.errors import WeightsError

    card = weights.open_weights(name).card
    if not card.credits:
        data = card.data_terms or "not said"
        raise WeightsError(f"{card.name} has no list of credits; its data: {data}.")
    for one in weights.read_credits(card.credits):
        text = f"{one.file}  {one.author}, {one.licence}: {one.source}, {one.path}"
        line = encoder.dumps(asdict(one)) if json else printable(text, sys.stdout)
        sys.stdout.write(f"{line}\n")
    return 0


@models.command("import")
def import_model(
    file: Annotated[Path, typer.Argument(help="The authors' weights.", show_default=False)],
    network: Annotated[str, typer.Option("--as", help="Their network; see nitido models list.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="A .safetensors file.")],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="key=value, where the weights do not say it themselves."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an existing file.")
    ] = False,
) -> int:
    """Import weights that a paper's authors published, as a file with card and graph.

    They stay as they are. What tiles, memory and bf16 need is measured, and the graph compared
    with PyTorch; this takes some seconds.
    """
    import hashlib

    from nitido.errors import MissingExtraError, SettingError, UnwritableError
    from nitido.recipes import parse_settings
    from nitido.weights import import_network

    if output.suffix != ".safetensors":
        raise SettingError(f"-o {output}: give a name that ends in .safetensors.")
    if output.exists() and not overwrite:
        raise UnwritableError(f"{output} exists; give --overwrite or another name.")
    built = import_network(file, network, **parse_settings(settings or [], "depth=17"))
    try:
        from nitido.export import export_imported
    except ModuleNotFoundError as error:
        raise MissingExtraError("Importing weights", "train") from error
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    origin = f"by its authors; imported from {file.name}, SHA-256 {digest}"
    weights = export_imported(built, network, output, origin=origin)
    sys.stderr.write(f"{weights.file} with {weights.graph.name}\n")
    return 0


def _title(method: Callable[..., object]) -> str:
    """Say what a method does, and which settings it has."""
    import inspect

    title = (method.__doc__ or "").strip().splitlines()[0]
    has = ", ".join(inspect.signature(method).parameters) or "no settings"
    return f"{title} [{has}]"


def _facts(card: "Card") -> dict[str, str]:
    settings = ", ".join(f"{key} {value}" for key, value in card.settings.items())
    reach = "the whole picture" if card.radius is None else f"{card.radius} pixels"
    credit = {"credits": f"nitido models credits {card.name}"} if card.credits else {}
    inputs = "; ".join(f"{one.name}, {_JUDGED[one.judged]}" for one in card.inputs)
    return {
        "title": card.title,
        "task": card.task or "not said",
        **({"takes": inputs} if inputs else {}),
        "network": f"{card.network} ({settings})",
        "weights": f"{card.parameters:,}",
        "multiply-adds": f"{card.macs_per_pixel:,} per pixel",
        "sees": f"{reach} in theory; tiles overlap by {card.overlap}",
        "memory": f"{card.bytes_per_pixel} bytes per pixel of a tile",
        "precisions": ", ".join(card.precisions),
        "trained": card.trained,
        "data": card.data_terms,
        **credit,
        "licence": card.licence,
    }


def _page(card: "Card") -> str:
    """Return the model card as Markdown; the pages in docs/models are made by this."""
    import yaml

    facts = _facts(card)
    title = facts.pop("title")
    lines = [f"# {card.name}", "", f"{title[:1].upper()}{title[1:]}.", ""]
    about = str(card.recipe.get("about", "")).strip()
    lines += [about, ""] if about else []
    lines += ["| | |", "| --- | --- |"]
    lines += [f"| {key} | {value} |" for key, value in facts.items()]
    if card.scores:
        lines += ["", "## Scores", ""]
        lines += ["| suite | images | input | restored | SSIM |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| {score.suite} | {score.images} | {score.input_psnr:.2f} dB | {score.psnr:.2f} dB | "
        f"{score.ssim:.4f} |"
        for score in card.scores
    ]
    recipe = {key: value for key, value in card.recipe.items() if key not in ("about", "title")}
    lines += ["", "## Recipe", "", "```yaml", yaml.safe_dump(recipe, sort_keys=False).strip()]
    return "\n".join([*lines, "```", ""])


PUBLIC = models
