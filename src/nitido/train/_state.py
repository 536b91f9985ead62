"""What a run must remember: averaged weights and checkpoints."""

import fnmatch
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from nitido.errors import RecipeError, WeightsError
from nitido.recipes import Recipe
from nitido.weights import open_weights
from nitido.weights.loading import load_network

_UNREADABLE = (  # what torch.load makes of a file that it did not write
    *(OSError, RuntimeError, EOFError, pickle.UnpicklingError),
    *(ValueError, LookupError, TypeError, AttributeError),
)
# What may differ between a run and its resumption:
_FREE = {"about", "title", "data_terms", "checkpoint_every", "suites"}


class Mark(NamedTuple):
    """How far a run has come, and what it has gathered for its next report."""

    step: int = 0
    elapsed: float = 0.0  # seconds
    waiting: float = 0.0  # seconds
    loss: float = 0.0  # sum over the steps since the last report
    error: float = 0.0  # likewise, squared
    gathered: int = 0  # those steps


class Average:
    """Exponential moving average of a network's whole state, buffers included.

    The decay rises with the steps, (1 + k) / (10 + k), until it reaches `decay`.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.updates = 0
        self.state = {key: value.detach().clone() for key, value in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Move towards the network's present state."""
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        for key, value in network.state_dict().items():
            if value.dtype.is_floating_point:
                self.state[key].lerp_(value, 1 - decay)
            else:
                self.state[key].copy_(value)

    def copy_into(self, network: nn.Module) -> None:
        """Give the network the averaged state."""
        network.load_state_dict(self.state)


def start_from(network: nn.Module, name: str, renewed: Sequence[str] = ()) -> None:
    """Load the tensors of a weights file into a network of the same kind.

    Parameters
    ----------
    network : nn.Module
        Initialized.
    name : str
        Shipped weights, or a file.
    renewed : sequence of str
        Patterns of tensors that the network keeps, because the two differ there.

    Raises
    ------
    RecipeError
        If a pattern matches no tensor on either side.
    WeightsError
        If the other tensors do not fit the network.
    """
    weights = open_weights(name)
    given, own = load_network(weights).state_dict(), network.state_dict()
    for pattern in renewed:
        if not fnmatch.filter([*given, *own], pattern):
            raise RecipeError(f"renewed: no tensor is called {pattern}; there is {', '.join(own)}.")

    def keeps(key: str) -> bool:
        return any(fnmatch.fnmatchcase(key, pattern) for pattern in renewed)

    taken = {key: tensor for key, tensor in given.items() if not keeps(key)}
    kept = {key: tensor for key, tensor in own.items() if keeps(key)}
    try:
        network.load_state_dict({**taken, **kept})
    except RuntimeError as error:
        raise WeightsError(f"{weights.file} does not fit the network: {error}.") from error


def save_checkpoint(
    file: Path,
    recipe: Recipe,
    network: nn.Module,
    optimizer: Optimizer,
    average: Average,
    mark: Mark,
) -> None:
    """Write a checkpoint to a temporary name and rename it, so that there is always a whole one."""
    half = file.with_suffix(".part")
    torch.save(
        {
            "recipe": recipe.model_dump(mode="json"),
            "network": network.state_dict(),
            "optimizer": optimizer.state_dict(),
            "average": average.state,
            "updates": average.updates,
            "progress": tuple(mark),
        },
        half,
    )
    half.replace(file)


def load_checkpoint(
    file: Path,
    recipe: Recipe,
    network: nn.Module,
    optimizer: Optimizer,
    average: Average,
    device: torch.device,
) -> Mark:
    """Restore everything from a checkpoint; return how far it had come.

    Raises
    ------
    RecipeError
        If the checkpoint belongs to another recipe or is damaged.
    """
    try:
        saved = torch.load(file, map_location=device, weights_only=True)
        made = dict(saved["recipe"])
    except _UNREADABLE as error:
        raise RecipeError(
            f"The checkpoint {file} is damaged; delete it, or train into another folder."
        ) from error
    now = recipe.model_dump(mode="json")
    differ = sorted(key for key in now if key not in _FREE and now[key] != made.get(key))
    if differ:
        raise RecipeError(
            f"{file} was made with another recipe: {', '.join(differ)} differ. "
            "Resume with the same settings, or train into another folder."
        )
    network.load_state_dict(saved["network"])
    optimizer.load_state_dict(saved["optimizer"])
    average.state = _on(saved["average"], device)
    average.updates = saved["updates"]
    return Mark(*saved["progress"])


def _on(state: dict[str, Tensor], device: torch.device) -> dict[str, Tensor]:
    return {key: value.to(device) for key, value in state.items()}
