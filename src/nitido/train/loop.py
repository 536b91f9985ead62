"""The training loop, to be read from top to bottom.

Sample i is a pure function of (seed, i) and step k seeds PyTorch with (seed, k), so a run that was
killed and resumed gives, bit for bit on CPU, the weights of one that was not.
"""

import time
from collections.abc import Callable
from pathlib import Path

import torch
from lightning.fabric import Fabric
from torch import Tensor, nn
from torch.utils.data import DataLoader

from nitido import catalog, degradations, losses, networks
from nitido.data import Patches, Sample, pairs, pictures
from nitido.errors import RecipeError
from nitido.recipes import Recipe
from nitido.train._log import Log
from nitido.train._optimizers import build_optimizer, set_rate
from nitido.train._precision import pick_precision
from nitido.train._progress import Progress
from nitido.train._state import Average, Mark, load_checkpoint, save_checkpoint, start_from
from nitido.train._trained import Trained
from nitido.train._workers import leave_signals_alone

_LOG_EVERY = 20  # steps
_FOREVER = 1 << 40  # samples, for budgets in minutes


def train(
    recipe: Recipe,
    folder: Path,
    *,
    data: Path | None = None,
    resume: bool = False,
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
    fabric = Fabric(devices=1, precision=pick_precision(recipe.precision))
    torch.manual_seed(recipe.seed)
    network = catalog.from_spec(networks, recipe.network)
    if not getattr(network, "judges_sigma", True) and recipe.data.told < 1:
        raise RecipeError(
            f"{recipe.network['name']} must be told the noise level, but data.told is "
            f"{recipe.data.told:g}; set data.told to 1."
        )
    if recipe.start:
        start_from(network, recipe.start, recipe.renewed)
    loss_of = catalog.from_spec(losses, recipe.loss)
    channels = int(network.channels)
    network, optimizer = fabric.setup(network, build_optimizer(network, recipe.schedule))
    average = Average(network.module, recipe.ema)
    checkpoint = folder / "checkpoint.pt"
    mark = Mark()
    if resume and checkpoint.exists():
        mark = load_checkpoint(checkpoint, recipe, network, optimizer, average, fabric.device)

    step, elapsed, waiting, total_loss, total_error, gathered = mark
    batches = iter(fabric.setup_dataloaders(_loader(recipe, channels, step, data)))
    schedule = recipe.schedule
    started = time.perf_counter() - elapsed
    done, interrupted = _fraction(recipe, step, elapsed) >= 1, False
    with Log(folder, step) as log:
        while not (done or interrupted):
            fraction = _fraction(recipe, step, elapsed)
            rate = set_rate(optimizer, schedule, step, fraction)
            asked = time.perf_counter()
            lq, gt, sigma = next(batches)
            waiting += time.perf_counter() - asked

            torch.manual_seed(recipe.seed * 1_000_003 + step)
            restored = _outputs(network, lq, sigma)
            loss = torch.stack([loss_of(output, gt) for output in restored]).sum()
            optimizer.zero_grad()
            fabric.backward(loss)
            norm = fabric.clip_gradients(
                network, optimizer, max_norm=schedule.clip, error_if_nonfinite=False
            )
            assert norm is not None, "Fabric returns the norm that it clips by"
            if not torch.isfinite(norm + loss):
                raise RecipeError(
                    f"The training diverged at step {step + 1}: the loss is {loss.item()}, its "
                    f"gradient {norm.item()}. Lower schedule.lr; the last checkpoint is sound."
                )
            optimizer.step()
            average.update(network.module)

            step += 1
            elapsed = time.perf_counter() - started
            fraction = _fraction(recipe, step, elapsed)
            done, interrupted = fraction >= 1, stop()
            gathered += 1
            total_loss += float(loss.detach())
            total_error += float(nn.functional.mse_loss(restored[-1].detach().float(), gt))
            if step % _LOG_EVERY == 0 or done:
                progress = Progress(
                    step,
                    fraction,
                    total_loss / gathered,
                    -10 * float(torch.log10(torch.tensor(total_error / gathered + 1e-12))),
                    rate,
                    elapsed,
                    waiting / elapsed,
                )
                total_loss = total_error = 0.0
                gathered = 0
                log.write(progress)
                report(progress)
            if step % recipe.checkpoint_every == 0 or done or interrupted:
                mark = Mark(step, elapsed, waiting, total_loss, total_error, gathered)
                save_checkpoint(checkpoint, recipe, network, optimizer, average, mark)
    trained: nn.Module = network.module
    average.copy_into(trained)
    return Trained(trained.cpu().eval(), step, elapsed, waiting / max(elapsed, 1e-9), done)


def _outputs(network: nn.Module, lq: Tensor, sigma: Tensor) -> tuple[Tensor, ...]:
    """Return every output that the loss is summed over; the last one is the result."""
    lq = lq.contiguous(memory_format=torch.channels_last)
    if getattr(network, "takes_sigma", False):
        return (network(lq, sigma),)
    if hasattr(network, "supervised"):
        return tuple(network.supervised(lq))  # type: ignore[operator]
    return (network(lq),)


def _loader(recipe: Recipe, channels: int, step: int, data: Path | None) -> DataLoader[Sample]:
    """Serve batch after batch from `step` on, whatever was served before."""
    spec = recipe.data
    patches = Patches(
        pictures(spec.source, data, spec.exclude),
        catalog.from_spec(degradations, recipe.degradation),
        patch=spec.patch,
        channels=channels,
        pairs=pairs(spec.pairs, data, spec.exclude) if spec.pairs else (),
        paired=spec.paired,
        amplified=spec.amplified,
        shrunk=spec.shrunk,
        soft=spec.soft,
        tinted=spec.tinted,
        gray=spec.gray,
        told=spec.told,
        seed=recipe.seed,
    )
    steps = recipe.schedule.steps
    end = steps * spec.batch if steps else _FOREVER
    return DataLoader(
        patches,  # type: ignore[arg-type]
        batch_size=spec.batch,
        sampler=range(step * spec.batch, end),
        num_workers=spec.workers,
        worker_init_fn=leave_signals_alone,
        multiprocessing_context="spawn" if spec.workers else None,
        prefetch_factor=4 if spec.workers else None,
    )


def _fraction(recipe: Recipe, step: int, elapsed: float) -> float:
    """Return how much of the budget is spent, 0..1."""
    schedule = recipe.schedule
    spent = step / schedule.steps if schedule.steps else elapsed / 60 / (schedule.minutes or 1)
    return min(spent, 1.0)
