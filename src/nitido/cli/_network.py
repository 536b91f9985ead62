"""What there is to say of a network that can be built by name."""

import inspect
from collections.abc import Iterator
from typing import Any

from nitido import catalog, networks, recipes
from nitido.errors import MissingExtraError, UnknownNameError


def is_network(name: str) -> bool:
    """Say whether the room of networks has a file for this name; nothing is imported."""
    try:
        catalog.home(networks, name)
    except UnknownNameError:
        return False
    return True


def network_facts(name: str) -> Iterator[tuple[str, str]]:
    """Yield names and values of what a network or a variant is, as it is built without settings.

    Raises
    ------
    UnknownNameError
        If the network has no such variant.
    MissingExtraError
        If PyTorch is not installed.
    """
    maker, implied = catalog.variant(networks, name)
    try:
        import torch

        from nitido.export import macs_per_pixel
    except ModuleNotFoundError as error:
        raise MissingExtraError(f"The network {name}", "train") from error
    with torch.device("meta"):
        network = catalog.build(networks, name).eval()
        macs = macs_per_pixel(network)
    title, paper = _said(maker)
    yield "network", f"{name}: {title}"
    yield "paper", paper
    parameters = inspect.signature(maker).parameters.values()
    settings = [f"{p.name} {implied.get(p.name, p.default)}" for p in parameters]
    yield "settings", ", ".join(settings)
    if variants := getattr(maker, "VARIANTS", {}):
        yield "variants", ", ".join(variants)
    yield "weights", f"{sum(p.numel() for p in network.parameters()):,}"
    yield "multiply-adds", f"{macs:,.0f} per LQ pixel"
    reach = network.radius
    yield "sees", "the whole picture" if reach is None else f"{reach} pixels around each"
    yield "scale", str(network.scale)
    yield "sides", f"multiples of {network.multiple_of}; pictures are padded to that"
    if told := networks.find_input(networks.inputs_of(network), "sigma"):
        yield "noise level", "may be told" if told.judged == "network" else "must be told"
    imports = hasattr(maker, "from_authors")
    yield "imports", "its authors' weights" if imports else "nothing, as none fit or are published"
    home = catalog.home(networks, name)
    trained = [
        known
        for known in recipes.names()
        if catalog.home(networks, recipes.load(known)[1].network["name"]) == home
    ]
    yield "recipes", ", ".join(trained) or "none; any contest or recipe can name it"


def _said(maker: Any) -> tuple[str, str]:  # noqa: ANN401
    """Return the title and the first paragraph of the file's docstring, each as one line."""
    paragraphs = (inspect.getdoc(inspect.getmodule(maker)) or "").split("\n\n")
    title, paper = (" ".join(text.split()) for text in [*paragraphs, "", ""][:2])
    return title.partition(": ")[2] or title, paper
