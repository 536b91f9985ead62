"""How the learning rate moves."""

import math

from torch.optim import Optimizer

from nitido.recipes import Phase, Schedule


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


def largest_norm(schedule: Schedule, rate: float) -> float:
    """Return the norm that a gradient is cut to at this rate; infinite where it is not cut."""
    if schedule.clip is None:
        return float("inf")
    return schedule.clip / rate if schedule.clip_by_rate else schedule.clip
