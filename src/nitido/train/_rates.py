"""How the learning rate moves."""

import math
from typing import NamedTuple

from torch.optim import Optimizer

from nitido.recipes import Phase, Plateau, Schedule


class Patience(NamedTuple):
    """What a plateau remembers."""

    share: float = 1.0  # of the scheduled rate
    best: float = math.inf  # loss
    since: int = 0  # step of the best loss, or of the last cut

    def after(self, plateau: Plateau | None, step: int, loss: float) -> "Patience":
        """Return what to remember once the mean loss of the last steps is known."""
        if plateau is None:
            return self
        if loss < self.best:
            return self._replace(best=loss, since=step)
        if step - self.since < plateau.patience:
            return self
        return self._replace(share=self.share * plateau.factor, since=step)


def rate_at(schedule: Schedule, step: int, fraction: float) -> float:
    """Return the learning rate: linear warm-up, and half a cosine in each phase.

    Parameters
    ----------
    schedule : Schedule
        Says the phases.
    step : int
        Steps done.
    fraction : float
        Share of the budget that is spent, 0..1.
    """
    phases = schedule.phases or (Phase(until=1, lr=schedule.lr, lr_end=schedule.lr_end),)
    begin = 0.0
    for phase in phases:
        if fraction < phase.until or phase is phases[-1]:
            break
        begin = phase.until
    end = phase.lr if phase.lr_end is None else phase.lr_end
    cosine = 0.5 + 0.5 * math.cos(math.pi * (fraction - begin) / (phase.until - begin))
    warm = min(1.0, (step + 1) / (schedule.warmup + 1))
    return warm * (end + (phase.lr - end) * cosine)


def set_rate(optimizer: Optimizer, rate: float) -> None:
    """Give every group of parameters this rate."""
    for group in optimizer.param_groups:
        group["lr"] = rate
