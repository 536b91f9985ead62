"""How well a trained network does on what it was trained on, and by the loss it was trained by."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from nitido import catalog, losses
from nitido.recipes import Recipe
from nitido.train._patches import patches_of
from nitido.train._told import told


def picture_loss(recipe: Recipe) -> Callable[[Tensor, Tensor], float]:
    """Return the part of a recipe's loss that compares a restored picture with GT.

    Losses that are learned, or judge something else, are left out: they say nothing of a single
    picture.
    """
    terms = []
    for spec in (recipe.loss, *recipe.added_losses):
        loss = catalog.from_spec(losses, {k: v for k, v in spec.items() if k != "weight"})
        told = getattr(loss, "learned", False), getattr(loss, "against", "gt") == "gt"
        if told == (False, True) and getattr(loss, "judges", "restored") == "restored":
            terms.append((float(spec.get("weight", 1.0)), loss))

    @torch.inference_mode()
    def total(restored: Tensor, gt: Tensor) -> float:
        return sum(weight * float(loss(restored, gt)) for weight, loss in terms)

    return total


@torch.inference_mode()
def measure(
    network: nn.Module, recipe: Recipe, data: Path | None = None, samples: int = 64
) -> tuple[float, float]:
    """Return the mean loss and the mean PSNR in dB on the first samples of a run.

    Parameters
    ----------
    network : nn.Module
        In eval mode, on the CPU.
    recipe : Recipe
        Of the run; its GT is clean even where training saw damaged targets.
    data : Path, optional
        Root of the image sets.
    samples : int
        How many patches.
    """
    clean = recipe.model_copy(update={"data": recipe.data.model_copy(update={"targets": "gt"})})
    patches = patches_of(clean, int(network.channels), data)  # type: ignore[arg-type]
    judge = picture_loss(recipe)
    losses_of, psnrs = [], []
    for index in range(samples):
        lq, gt, sigma = (torch.from_numpy(plane)[None] for plane in patches[index])
        restored = told(network, lq, sigma)
        losses_of.append(judge(restored, gt))
        psnrs.append(-10 * np.log10(float((restored.clamp(0, 1) - gt).square().mean()) + 1e-10))
    return float(np.mean(losses_of)), float(np.mean(psnrs))
