"""Which levels of a damage are trained on, and how often."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nitido.recipes import Difficulty, Recipe
from nitido.train._patches import patches_of
from nitido.train._told import told


def degradation_of(recipe: Recipe, shares: tuple[float, ...]) -> dict[str, Any]:
    """Return the damage of a recipe, each part of its difficulty drawn as often as `shares` say."""
    if recipe.difficulty is None:
        return recipe.degradation
    choices = [_part(recipe, recipe.difficulty, i) for i in range(recipe.difficulty.parts)]
    return {"name": "one_of", "choices": choices, "shares": list(shares)}


def planned_shares(difficulty: Difficulty | None, fraction: float) -> tuple[float, ...]:
    """Return how often each part is drawn where no demand decides.

    Parameters
    ----------
    difficulty : Difficulty, optional
        What the recipe says; without it there are no parts.
    fraction : float
        Share of the budget that is spent, 0..1.
    """
    if difficulty is None:
        return ()
    parts = difficulty.parts
    begun = min(int(fraction * parts) + 1, parts)
    drawn = {
        "fixed": [i == difficulty.part for i in range(parts)],
        "curriculum": [i < begun for i in range(parts)],
        "anti_curriculum": [i >= parts - begun for i in range(parts)],
    }.get(difficulty.order, [True] * parts)
    return tuple(np.divide(drawn, sum(drawn)).tolist())


def needs_look(difficulty: Difficulty | None, step: int) -> bool:
    """Say whether it is time to see how well each part is restored."""
    return (
        difficulty is not None and difficulty.order == "on_demand" and step % difficulty.every == 0
    )


def demanded_shares(psnrs: Tensor) -> tuple[float, ...]:
    """Return shares in proportion to 1 / PSNR: what is restored worst is drawn most."""
    demand = 1 / psnrs.double().clamp(min=1)
    return tuple((demand / demand.sum()).tolist())


@torch.no_grad()
def psnr_of_parts(
    network: torch.nn.Module, recipe: Recipe, channels: int, data: Path | None
) -> Tensor:
    """Return the mean PSNR in dB of each part, on patches that training does not see.

    The patches are always the same ones, cut elsewhere and damaged by another seed.
    """
    difficulty = recipe.difficulty
    assert difficulty is not None, "only asked where there is one"
    was_training = network.training
    network.eval()
    psnrs = []
    for index in range(difficulty.parts):
        patches = patches_of(
            recipe,
            channels,
            data,
            degradation=_part(recipe, difficulty, index),
            seed=recipe.seed + 7919,
        )
        samples = [patches[i] for i in range(difficulty.patches)]
        device = next(network.parameters()).device
        lq, gt, sigma = (
            torch.from_numpy(np.stack(planes)).to(device) for planes in zip(*samples, strict=True)
        )
        restored = told(network, lq, sigma)
        errors = (restored.float() - gt).square().flatten(1).mean(1)
        psnrs.append((-10 * (errors + 1e-10).log10()).mean())
    network.train(was_training)
    return torch.stack(psnrs)


def _part(recipe: Recipe, difficulty: Difficulty, index: int) -> dict[str, Any]:
    edges = np.linspace(*difficulty.range, difficulty.parts + 1).tolist()
    between = sorted(edges[index : index + 2])
    return {**recipe.degradation, difficulty.setting: tuple(between)}
