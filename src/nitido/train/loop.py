"""The training loop, to be read from top to bottom.

Sample i is a pure function of (seed, i) and step k seeds PyTorch with (seed, k), so a run that was
killed and resumed gives, bit for bit on CPU, the weights of one that was not.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from lightning.fabric import Fabric
from torch import Tensor, nn

from nitido import catalog, networks, objectives
from nitido.errors import RecipeError
from nitido.networks import SIGMA, inputs_of
from nitido.recipes import Recipe
from nitido.train._batches import Batches, mixed
from nitido.train._difficulty import (
    demanded_shares,
    needs_look,
    planned_shares,
    psnr_of_parts,
)
from nitido.train._judge import Judge
from nitido.train._log import Log
from nitido.train._optimizers import build_optimizer
from nitido.train._precision import pick_precision
from nitido.train._progress import Progress
from nitido.train._rates import largest_norm, rate_at, set_rate
from nitido.train._state import (
    Average,
    Mark,
    Parts,
    freeze,
    load_checkpoint,
    save_checkpoint,
    start_from,
)
from nitido.train._told import told
from nitido.train._trained import Trained

_LOG_EVERY = 20  # steps


def train(
    recipe: Recipe,
    folder: Path,
    *,
    data: Path | None = None,
    resume: bool = False,
    devices: int = 1,
    report: Callable[[Progress], None] = lambda progress: None,
    stop: Callable[[], bool] = lambda: False,
) -> Trained:
    """Train the network of a recipe; write checkpoints and logs into `folder`.

    Parameters
    ----------
    recipe : Recipe
        Everything that decides the weights.
    folder : Path
        Receives ``checkpoint.pt``, ``log.csv`` and TensorBoard's files.
    data : Path, optional
        Root of the image sets.
    resume : bool
        Go on from the checkpoint in `folder`, if there is one.
    devices : int
        Processes, each with a device (or, without accelerators, a share of the CPU) and batches of
        its own. More than one are started by running the present command again; only the first,
        ``Trained.first``, writes files.
    report : callable
        Called with the `Progress` every few steps.
    stop : callable
        Asked after every step; True saves a checkpoint and returns early.

    Raises
    ------
    RecipeError
        If the recipe is not the one that the checkpoint was made with, the network must be told
        levels that the recipe keeps from it, or a loss or its gradient is not finite.
    DataError
        If the pictures are missing or too small.
    """
    folder.mkdir(parents=True, exist_ok=True)
    strategy = "ddp" if devices > 1 else "auto"
    fabric = Fabric(devices=devices, strategy=strategy, precision=pick_precision(recipe.precision))
    fabric.launch()
    torch.manual_seed(recipe.seed)
    network = _network(recipe)
    objective = catalog.from_spec(objectives, recipe.objective)
    channels = int(network.channels)
    network, optimizer = fabric.setup(network, build_optimizer(network, recipe.schedule))
    if hasattr(network, "supervised"):
        network.mark_forward_method("supervised")
    average = Average(network.module, recipe.ema)
    judge = Judge(recipe, fabric, network)
    parts = Parts(network, optimizer, average, judge)
    checkpoint = folder / "checkpoint.pt"
    mark = Mark()
    if resume and checkpoint.exists():
        mark = load_checkpoint(checkpoint, recipe, parts, fabric.device)

    batches = Batches(recipe, channels, data, fabric, mark.served)
    schedule = recipe.schedule
    started = time.perf_counter() - mark.elapsed
    done, interrupted = mark.fraction(schedule) >= 1, False
    with Log(folder, mark.step, writes=fabric.is_global_zero) as log:
        while not (done or interrupted):
            fraction = mark.fraction(schedule)
            rate = mark.share * rate_at(schedule, mark.step, fraction)
            set_rate(optimizer, rate)
            if needs_look(recipe.difficulty, mark.step):
                psnrs = psnr_of_parts(network, recipe, channels, data)
                log.write_parts(mark.step, psnrs.tolist())
                mark.demand = demanded_shares(psnrs)
            shares = mark.demand or planned_shares(recipe.difficulty, fraction)
            asked = time.perf_counter()
            lq, gt, sigma = batches.next(fraction, shares)
            mark.waiting += time.perf_counter() - asked

            torch.manual_seed(recipe.seed * 1_000_003 + mark.step + (fabric.global_rank << 40))
            lq, gt = mixed(lq, gt, recipe.data, fraction)
            loss, restored = objective(
                partial(_outputs, network, sigma), partial(judge, lq), lq, gt, fraction
            )
            loss = loss + judge.others(lq, gt)
            optimizer.zero_grad()
            fabric.backward(loss)
            norm = fabric.clip_gradients(
                network,
                optimizer,
                max_norm=largest_norm(schedule, rate),
                error_if_nonfinite=False,
            )
            assert norm is not None, "Fabric returns the norm that it clips by"
            if not torch.isfinite(norm + loss):
                raise RecipeError(
                    f"The training diverged at step {mark.step + 1}: the loss is {loss.item()}, "
                    f"its gradient {norm.item()}. Lower schedule.lr; the last checkpoint is sound."
                )
            optimizer.step()
            judge.learn(restored, gt, rate * schedule.rival)
            average.update(network.module)

            mark.step += 1
            mark.served = batches.served
            # All devices must come to the same conclusions, so the first one's count.
            mark.elapsed, interrupted = fabric.broadcast((time.perf_counter() - started, stop()))
            mark.gathered += 1
            mark.loss += float(loss.detach())
            # Facts that nobody knows are NaN.
            mark.error += float((restored.detach().float() - gt).square().nanmean())
            done = mark.fraction(schedule) >= 1
            if mark.step % _LOG_EVERY == 0 or done:
                sums = torch.tensor([mark.loss, mark.error], dtype=torch.float64)
                means: Any = fabric.all_reduce(sums, reduce_op="mean")
                mark.loss, mark.error = means.tolist()
                progress = mark.report(schedule, rate)
                log.write(progress)
                if fabric.is_global_zero:
                    report(progress)
            saves = mark.step % recipe.checkpoint_every == 0 or done or interrupted
            if saves and fabric.is_global_zero:
                save_checkpoint(checkpoint, recipe, parts, mark)
    trained: nn.Module = network.module
    average.copy_into(trained)
    waited = mark.waiting / max(mark.elapsed, 1e-9)
    return Trained(
        trained.cpu().eval(), mark.step, mark.elapsed, waited, done, fabric.is_global_zero
    )


def _network(recipe: Recipe) -> Any:  # noqa: ANN401
    """Build the network of a recipe, from chance or from other weights."""
    network = catalog.from_spec(networks, recipe.network)
    if SIGMA in inputs_of(network) and recipe.data.told < 1:
        raise RecipeError(
            f"{recipe.network['name']} must be told the noise level, but data.told is "
            f"{recipe.data.told:g}; set data.told to 1."
        )
    if recipe.start:
        start_from(network, recipe.start, recipe.renewed)
    freeze(network, recipe.frozen)
    return network


def _outputs(network: nn.Module, sigma: Tensor, lq: Tensor) -> tuple[Tensor, ...]:
    """Return every output that the loss is summed over; the last one is the result."""
    lq = lq.contiguous(memory_format=torch.channels_last)
    if hasattr(network, "supervised"):
        return tuple(network.supervised(lq))  # type: ignore[operator]
    return (told(network, lq, sigma),)
