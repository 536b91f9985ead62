"""``nitido models``: which weights and networks there are, and what they say of themselves."""

from typing import Annotated

import typer


def models(
    name: Annotated[
        str | None, typer.Argument(help="Weights by name, or a .safetensors file.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The card as JSON on stdout.")] = False,
) -> int:
    """List the tasks, their weights and the networks that can be trained, or show one card."""
    import sys

    from nitido import catalog, networks, tasks, weights

    if name:
        card = weights.open_weights(name).card
        if json:
            sys.stdout.write(card.model_dump_json(indent=2) + "\n")
            return 0
        facts = {
            "title": card.title,
            "task": card.task,
            "network": f"{card.network} {card.settings}",
            "size": f"{card.parameters:,} weights, {card.macs_per_pixel:,} multiply-adds a pixel",
            "tiles": f"overlap {card.overlap}, theoretical radius {card.radius}",
            "precisions": ", ".join(card.precisions),
            "trained": card.trained,
            "data": card.data_terms,
            "licence": card.licence,
        }
        for key, value in facts.items():
            sys.stdout.write(f"{key:11} {value}\n")
        for score in card.scores:
            sys.stdout.write(
                f"{'score':11} {score.suite}: {score.psnr:.2f} dB, SSIM {score.ssim:.4f} "
                f"(input {score.input_psnr:.2f} dB, {score.images} images)\n"
            )
        return 0
    for known in catalog.names(tasks):
        task = catalog.find(tasks, known)
        sys.stdout.write(f"task     {task.name:12} {task.title}: {task.undoes}\n")
    for known in weights.names():
        card = weights.open_weights(known).card
        sys.stdout.write(f"weights  {known:12} {card.title}\n")
    for known in catalog.names(networks):
        sys.stdout.write(f"network  {known}\n")
    return 0


PUBLIC = models
