"""Run a contest: train every entry, score it, and time all of them side by side."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from nitido import bench, catalog, networks
from nitido.contest._contestant import Contestant
from nitido.contest._network import TrainedNetwork
from nitido.contest._schema import Contest
from nitido.errors import SettingError
from nitido.export import macs_per_pixel
from nitido.recipes import Recipe
from nitido.train import Progress, Trained, measure, picture_loss, train

_TIMED = 5  # pictures, about, on which all are timed in turns
_JUDGED = 8  # pictures, about, of the validation loss
_BACKWARD = 3  # a training step costs about three times what a result does


def run(
    contest: Contest,
    folder: Path,
    data: Path | None = None,
    *,
    begin: Callable[[str], None] = lambda name: None,
    report: Callable[[Progress], None] = lambda progress: None,
    say: Callable[[str], None] = lambda text: None,
    stop: Callable[[], bool] = lambda: False,
) -> list[Contestant] | None:
    """Run a contest, or go on with one: what `folder` holds of it is not done again.

    Parameters
    ----------
    contest : Contest
        From `load`.
    folder : Path
        Gets a folder for every entry and seed, and the rows of scores.
    data : Path, optional
        Root of the image sets.
    begin : callable
        Told the name of every entry whose training begins.
    report : callable
        Called with the `Progress` of training every few steps.
    say : callable
        Told in words what else happens.
    stop : callable
        Asked after every step of training; True saves a checkpoint and returns early.

    Returns
    -------
    list of Contestant or None
        The best first by PSNR on the first suite, baselines included; None if it was stopped.

    Raises
    ------
    RecipeError
        If a run was made by another recipe, or an entry diverged.
    DataError
        If pictures are missing.
    SettingError
        If a suite or a baseline does not exist.
    """
    suites = [bench.find_suite(name) for name in contest.suites]
    for suite in suites:
        suite.files(data)
    baselines = [
        [bench.find_candidate(name, suite) for suite in suites] for name in contest.baselines
    ]
    trained: list[tuple[str, Path, Recipe, Trained]] = []
    for entry in contest.entries:
        for seed in contest.seeds:
            name = entry if len(contest.seeds) == 1 else f"{entry} (seed {seed})"
            recipe = _budgeted(contest, contest.recipe_of(entry, seed))
            begin(name)
            place = folder / f"{entry}-{seed}"
            made = train(recipe, place, data=data, resume=True, report=report, stop=stop)
            if not made.done:
                return None
            trained.append((name, place, recipe, made))
    contestants = []
    for name, place, recipe, made in trained:
        say(f"scoring {name}")
        contestants.append(_contestant(name, place, recipe, made, suites, folder, data))
    for name, ready in zip(contest.baselines, baselines, strict=True):
        say(f"scoring {name}")
        scored = tuple(_scored(c, s, folder, data) for c, s in zip(ready, suites, strict=True))
        contestants.append(Contestant(name, None, 0, 0.0, None, None, None, None, None, scored))
    say("timing all of them in turns")
    every = max(1, len(suites[0].files(data)) // _TIMED)
    standings = bench.compete(
        [one.scored[0].candidate for one in contestants], suites[0], data, every=every
    ).standings
    contestants = [
        one.timed(standing.speed) for one, standing in zip(contestants, standings, strict=True)
    ]
    return sorted(contestants, key=lambda one: -one.psnr)


def _budgeted(contest: Contest, recipe: Recipe) -> Recipe:
    """Return the recipe with as many steps as the multiply-adds pay for, if they are the budget."""
    if contest.multiply_adds is None:
        return recipe
    network = catalog.from_spec(networks, recipe.network)
    pixels = (recipe.data.patch / int(network.scale)) ** 2 * recipe.data.batch
    steps = int(contest.multiply_adds / (_BACKWARD * macs_per_pixel(network.eval()) * pixels))
    if steps < 1:
        raise SettingError(
            f"multiply_adds: {contest.multiply_adds:g} do not pay for one step of "
            f"{recipe.title}; give more."
        )
    schedule = recipe.schedule.model_copy(update={"steps": steps, "minutes": None})
    return recipe.model_copy(update={"schedule": schedule})


def _contestant(
    name: str,
    place: Path,
    recipe: Recipe,
    made: Trained,
    suites: list[bench.Suite],
    folder: Path,
    data: Path | None,
) -> Contestant:
    network = made.network
    train_loss, train_psnr = measure(network, recipe, data)
    candidates = [TrainedNetwork(name, network, suite) for suite in suites]
    scale = int(network.scale)  # type: ignore[arg-type]
    return Contestant(
        name,
        place,
        made.steps,
        made.seconds,
        train_loss,
        _validation_loss(candidates[0], suites[0], recipe, data),
        train_psnr,
        sum(p.numel() for p in network.parameters()),
        macs_per_pixel(network) / scale**2,
        tuple(_scored(c, s, folder, data) for c, s in zip(candidates, suites, strict=True)),
    )


def _scored(
    candidate: bench.Candidate, suite: bench.Suite, folder: Path, data: Path | None
) -> bench.Scored:
    result = bench.run(candidate, suite, data, folder=folder / "scores")
    return bench.Scored(suite, candidate, result)


def _validation_loss(
    candidate: TrainedNetwork, suite: bench.Suite, recipe: Recipe, data: Path | None
) -> float:
    judge = picture_loss(recipe)
    files = suite.files(data)
    losses = []
    for found in files[:: max(1, len(files) // _JUDGED)]:
        case = suite.case(suite.read(found))
        losses.append(judge(_planes(candidate(case.lq)), _planes(case.gt)))
    return float(np.mean(losses))


def _planes(pixels: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)[None], np.float32))
