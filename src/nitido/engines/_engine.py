"""What every engine is."""

from typing import Literal, Protocol, get_args

import numpy as np

from nitido.errors import EngineError
from nitido.weights import Weights

Precision = Literal["auto", "fp32", "bf16"]


class Engine(Protocol):
    """What every file of this room offers: built from weights, a tile size and a precision."""

    precision: Literal["fp32", "bf16"]
    """The arithmetic in use."""

    def __call__(self, lq: np.ndarray, sigma: np.ndarray | None = None) -> np.ndarray:
        """Run the network on one batch of tiles."""
        ...


def check_precision(weights: Weights, asked: Precision) -> None:
    """Refuse a word that is no precision, and bf16 where the card does not call it safe."""
    if asked not in get_args(Precision):
        known = ", ".join(get_args(Precision))
        raise EngineError(f"No precision '{asked}'; there are {known}.")
    if asked == "bf16" and asked not in weights.card.precisions:
        raise EngineError(f"{weights.card.name} is not safe in bf16, its card says; use fp32.")
