"""Weights that explain themselves: one file of tensors with its card, one graph beside it.

``NAME.safetensors`` holds the tensors and, in its metadata, the `Card`. ``NAME.onnx`` holds only
the graph and points into the same tensors. PyTorch reads the first, other runtimes the second.
A list of credits, such as ``free.csv``, names who took the pictures that weights learned from.
"""

from typing import TYPE_CHECKING, Any

from nitido.weights._card import Card, Score
from nitido.weights._credits import Credit, read_credits
from nitido.weights._file import Weights
from nitido.weights.store import card_space, names, open_weights, save

if TYPE_CHECKING:
    from nitido.weights.importing import import_network

__all__ = [
    "Card",
    "Credit",
    "Score",
    "Weights",
    "card_space",
    "import_network",
    "names",
    "open_weights",
    "read_credits",
    "save",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name == "import_network":  # needs PyTorch, so only on first use
        from nitido.weights.importing import import_network

        return import_network
    raise AttributeError(f"module {__name__} has no attribute {name}")
