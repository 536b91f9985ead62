"""``nitido models``: which weights and networks there are, and what they say of themselves."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from nitido.weights import Card

models = typer.Typer(
    help="List tasks, weights and networks; show a card.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@models.command("list")
def list_models() -> int:
    """List the tasks, their weights and the networks that can be trained."""
    from nitido import catalog, networks, tasks, weights

    for known in catalog.names(tasks):
        task = catalog.find(tasks, known)
        sys.stdout.write(f"task     {task.name:12} {task.title}: {task.undoes}\n")
    for known in weights.names():
        card = weights.open_weights(known).card
        sys.stdout.write(f"weights  {known:12} {card.title}\n")
    for known in catalog.names(networks):
        sys.stdout.write(f"network  {known}\n")
    return 0


@models.command("show")
def show_model(
    name: Annotated[str, typer.Argument(help="Weights by name, or a .safetensors file.")],
    json: Annotated[bool, typer.Option("--json", help="The card as JSON.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="The card as a page.")] = False,
) -> int:
    """Show what weights say of themselves: network, training, data, terms, scores."""
    from nitido import weights

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


def _facts(card: "Card") -> dict[str, str]:
    settings = ", ".join(f"{key} {value}" for key, value in card.settings.items())
    reach = "the whole picture" if card.radius is None else f"{card.radius} pixels"
    return {
        "title": card.title,
        "task": card.task,
        "network": f"{card.network} ({settings})",
        "weights": f"{card.parameters:,}",
        "multiply-adds": f"{card.macs_per_pixel:,} per pixel",
        "sees": f"{reach} in theory; tiles overlap by {card.overlap}",
        "memory": f"{card.bytes_per_pixel} bytes per pixel of a tile",
        "precisions": ", ".join(card.precisions),
        "trained": card.trained,
        "data": card.data_terms,
        "licence": card.licence,
    }


def _page(card: "Card") -> str:
    """Return the model card as Markdown; the pages in docs/models are made by this."""
    import yaml

    facts = _facts(card)
    lines = [f"# {card.name}", "", f"{facts.pop('title').capitalize()}.", ""]
    about = str(card.recipe.get("about", "")).strip()
    lines += [about, ""] if about else []
    lines += ["| | |", "| --- | --- |"]
    lines += [f"| {key} | {value} |" for key, value in facts.items()]
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
