"""Batch after batch, from the first sample that was not served yet."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import torch
from lightning.fabric import Fabric
from torch import Tensor
from torch.utils.data import DataLoader

from nitido.data import Sample
from nitido.recipes import Data, Recipe, Stage
from nitido.train._difficulty import degradation_of
from nitido.train._patches import patches_of
from nitido.train._workers import leave_signals_alone


class Batches:
    """Samples in the order of their index, in batches of the size that the stage has.

    Several devices take turns: two with batches of 8 see in a step what one with 16 sees.

    Parameters
    ----------
    recipe : Recipe
        Says the stages and all that samples depend on.
    channels : int
        Bands that the network takes.
    data : Path, optional
        Root of the image sets.
    fabric : Fabric
        Puts batches where the network is.
    served : int
        Number of the first sample; counts those of all devices.
    """

    def __init__(
        self, recipe: Recipe, channels: int, data: Path | None, fabric: Fabric, served: int
    ) -> None:
        self.served = served
        self._recipe, self._channels, self._data, self._fabric = recipe, channels, data, fabric
        self._kind: tuple[Stage, tuple[float, ...]] | None = None
        self._batches: Iterator[list[Tensor]] = iter(())

    def next(self, fraction: float, shares: tuple[float, ...]) -> tuple[Tensor, Tensor, Tensor]:
        """Return LQ, GT and told levels of the next batch.

        Parameters
        ----------
        fraction : float
            Share of the budget that is spent, 0..1.
        shares : tuple of float
            How often each part of the difficulty is drawn, if there is one.
        """
        kind = (stage_at(self._recipe.data, fraction), shares)
        if kind != self._kind:
            self._kind = kind
            loader: Any = self._fabric.setup_dataloaders(
                self._loader(*kind), use_distributed_sampler=False
            )
            self._batches = iter(loader)
        lq, gt, sigma = next(self._batches)
        self.served += len(lq) * self._fabric.world_size
        return lq, gt, sigma

    def _loader(self, stage: Stage, shares: tuple[float, ...]) -> DataLoader[Sample]:
        workers = self._recipe.data.workers
        patches = patches_of(
            self._recipe,
            self._channels,
            self._data,
            degradation=degradation_of(self._recipe, shares),
            patch=stage.patch,
        )
        return DataLoader(
            patches,  # type: ignore[arg-type]
            batch_sampler=_Turns(self.served, stage.batch, self._fabric),
            num_workers=workers,
            worker_init_fn=leave_signals_alone,
            multiprocessing_context="spawn" if workers else None,
            prefetch_factor=4 if workers else None,
        )


class _Turns:
    """The numbers of samples, batch after batch, that one of several devices takes; no end."""

    def __init__(self, start: int, batch: int, fabric: Fabric) -> None:
        self._first = start + batch * fabric.global_rank
        self._step = batch * fabric.world_size
        self._batch = batch

    def __iter__(self) -> Iterator[list[int]]:
        for first in count(self._first, self._step):
            yield list(range(first, first + self._batch))


def stage_at(data: Data, fraction: float) -> Stage:
    """Return the sizes of patches and batches when `fraction` of the budget is spent."""
    for stage in data.stages:
        if fraction < stage.until:
            return stage
    return data.stages[-1] if data.stages else Stage(until=1, patch=data.patch, batch=data.batch)


def mixed(lq: Tensor, gt: Tensor, data: Data, fraction: float) -> tuple[Tensor, Tensor]:
    """Blend the samples of a batch, LQ and GT alike, where the recipe says so.

    PyTorch's generator decides, which the loop seeds at every step.
    """
    mixup = data.mixup
    if mixup is None or fraction < mixup.begin or float(torch.rand(())) >= mixup.share:
        return lq, gt
    weight = float(torch.distributions.Beta(mixup.beta, mixup.beta).sample())
    order = torch.randperm(len(lq)).to(lq.device)
    return lq.lerp(lq[order], weight), gt.lerp(gt[order], weight)
