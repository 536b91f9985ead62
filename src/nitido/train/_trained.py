"""What a run gives."""

from dataclasses import dataclass

from torch import nn


@dataclass(frozen=True)
class Trained:
    """A finished run: the network with its averaged weights, on the CPU, and what it took."""

    network: nn.Module
    steps: int
    seconds: float
    waiting: float  # share of the time spent waiting for data
    done: bool  # False: interrupted, the checkpoint holds where to go on
    first: bool = True  # of several processes the one that writes files
