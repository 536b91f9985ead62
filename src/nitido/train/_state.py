"""What a run must remember: averaged weights and checkpoints."""

import fnmatch
import math
import pickle
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from nitido.errors import RecipeError, WeightsError
from nitido.recipes import Recipe, Schedule
from nitido.train._judge import Judge
from nitido.train._progress import Progress
from nitido.weights import open_weights
from nitido.weights.loading import load_network

_UNREADABLE = (  # what torch.load makes of a file that it did not write
    *(OSError, RuntimeError, EOFError, pickle.UnpicklingError),
    *(ValueError, LookupError, TypeError, AttributeError),
)
# What may differ between a run and its resumption:
_FREE = {"about", "title", "data_terms", "checkpoint_every", "suites"}


@dataclass
class Mark:
    """How far a run has come, and what it has gathered since its last report."""

    step: int = 0
    elapsed: float = 0.0  # seconds
    waiting: float = 0.0  # seconds
    served: int = 0  # samples
    loss: float = 0.0  # sum over the steps since the last report
    error: float = 0.0  # likewise, squared
    gathered: int = 0  # those steps
    demand: tuple[float, ...] = ()  # shares of the parts of the difficulty, once looked at
    share: float = 1.0  # of the scheduled rate, cut at plateaus
    best: float = math.inf  # loss of a report
    since: int = 0  # step of the best loss, or of the last cut

    def fraction(self, schedule: Schedule) -> float:
        """Return how much of the budget is spent, 0..1."""
        if schedule.steps:
            return min(self.step / schedule.steps, 1.0)
        return min(self.elapsed / 60 / (schedule.minutes or 1), 1.0)

    def report(self, schedule: Schedule, rate: float) -> Progress:
        """Return where the run stands, cut the rate if it stands still, and gather afresh."""
        loss, error = self.loss / self.gathered, self.error / self.gathered
        self.loss = self.error = 0.0
        self.gathered = 0
        if loss < self.best:
            self.best, self.since = loss, self.step
        elif schedule.plateau and self.step - self.since >= schedule.plateau.patience:
            self.share *= schedule.plateau.factor
            self.since = self.step
        return Progress(
            self.step,
            self.fraction(schedule),
            loss,
            -10 * math.log10(error + 1e-12),
            rate,
            self.elapsed,
            self.waiting / self.elapsed,
        )


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


class Parts(NamedTuple):
    """What a run changes as it goes on."""

    network: nn.Module
    optimizer: Optimizer
    average: Average
    judge: Judge


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


def freeze(network: nn.Module, patterns: Sequence[str]) -> None:
    """Let the parameters whose names match one of the patterns stay as they are.

    Raises
    ------
    RecipeError
        If a pattern matches no parameter, or nothing is left to train.
    """
    names = [name for name, _ in network.named_parameters()]
    for pattern in patterns:
        if not fnmatch.filter(names, pattern):
            raise RecipeError(
                f"frozen: no parameter is called {pattern}; there are {', '.join(names[:8])} ..."
            )
    for name, parameter in network.named_parameters():
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
            parameter.requires_grad_(False)
    if not any(parameter.requires_grad for parameter in network.parameters()):
        raise RecipeError("frozen: every parameter is frozen, so there is nothing to train.")


def save_checkpoint(file: Path, recipe: Recipe, parts: Parts, mark: Mark) -> None:
    """Write a checkpoint to a temporary name and rename it, so that there is always a whole one."""
    half = file.with_suffix(".part")
    torch.save(
        {
            "recipe": recipe.model_dump(mode="json"),
            "network": parts.network.state_dict(),
            "optimizer": parts.optimizer.state_dict(),
            "average": parts.average.state,
            "updates": parts.average.updates,
            "judge": parts.judge.state(),
            "mark": asdict(mark),
        },
        half,
    )
    half.replace(file)


def load_checkpoint(file: Path, recipe: Recipe, parts: Parts, device: torch.device) -> Mark:
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
    parts.network.load_state_dict(saved["network"])
    parts.optimizer.load_state_dict(saved["optimizer"])
    parts.average.state = _on(saved["average"], device)
    parts.average.updates = saved["updates"]
    parts.judge.restore(saved["judge"])
    return Mark(**{**saved["mark"], "demand": tuple(saved["mark"]["demand"])})


def _on(state: dict[str, Tensor], device: torch.device) -> dict[str, Tensor]:
    return {key: value.to(device) for key, value in state.items()}
