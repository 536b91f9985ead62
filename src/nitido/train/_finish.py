"""From a trained network to scored weights files."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from nitido import catalog, degradations
from nitido.bench import find_suite, score
from nitido.data import Patches, pictures
from nitido.errors import DataError, HarmError
from nitido.export import export, with_card
from nitido.recipes import Gate, Recipe
from nitido.train._trained import Trained
from nitido.weights import Weights, open_weights

_HARD_SIDE = 256  # pixels, at least, of the picture on which the overlap is measured
_CANDIDATES = 24


def finish(
    trained: Trained,
    recipe: Recipe,
    name: str,
    folder: Path,
    *,
    data: Path | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> Weights:
    """Export the averaged weights with their card and score every suite whose images are there.

    Parameters
    ----------
    trained : Trained
        What `train` returned.
    recipe : Recipe
        What it was trained by.
    name : str
        Of the weights; the two files carry it.
    folder : Path
        Where they go.
    data : Path, optional
        Root of the image sets.
    say : callable
        Told in words what happens; a suite without images is told, not hidden.

    Raises
    ------
    HarmError
        If the recipe has a gate and the weights are worse than those they started from; the files
        are kept in the folder ``rejected``.
    DataError
        If the images of a gate are missing.
    """
    say("exporting and comparing with PyTorch")
    hard, sigma = _hardest(recipe, trained, data)
    weights = export(
        trained.network,
        recipe,
        name,
        folder,
        trained=(
            f"{trained.steps} steps of {recipe.data.batch} patches of {recipe.data.patch}, "
            f"{trained.seconds / 60:.0f} minutes"
        ),
        hard=hard,
        sigma=sigma,
    )
    if recipe.gate and recipe.start:
        weights = _passed(weights, recipe.gate, open_weights(recipe.start), data, say)
    scores = []
    for suite in recipe.suites:
        try:
            scores.append(score(weights, find_suite(suite), data))
        except DataError as error:
            say(f"{suite} was not scored: {error}")
            continue
        say(f"{suite}: {scores[-1].psnr:.3f} dB, input {scores[-1].input_psnr:.3f} dB")
    return with_card(weights, scores=tuple(scores))


def _passed(
    weights: Weights, gate: Gate, before: Weights, data: Path | None, say: Callable[[str], None]
) -> Weights:
    """Return the weights if they are nowhere worse than those before by more than the gate lets."""
    harmed = []
    for name in gate.suites:
        suite = find_suite(name)
        old, new = score(before, suite, data).psnr, score(weights, suite, data).psnr
        say(f"{name}: {new:.3f} dB, {old:.3f} dB before")
        if new < old - gate.within:
            harmed.append(f"{name} {new:.3f} dB, {old:.3f} dB before")
    if not harmed:
        return weights
    rejected = weights.file.parent / "rejected"
    rejected.mkdir(exist_ok=True)
    for file in (weights.graph, weights.file):  # together, as the graph points into the weights
        file.replace(rejected / file.name)
    raise HarmError(
        f"Fine-tuning did harm: {'; '.join(harmed)}; at most {gate.within:g} dB may be lost. The "
        f"weights are kept in {rejected}; freeze more of the network, lower schedule.lr, or mix "
        "the earlier damage into the recipe."
    )


def _hardest(recipe: Recipe, trained: Trained, data: Path | None) -> tuple[np.ndarray, float]:
    """Return the most damaged of some samples, mirrored to a side that shows every overlap.

    Its noise level, 0..1, comes with it; negative where it has none.
    """
    network = trained.network
    degradation = catalog.from_spec(degradations, recipe.degradation)
    same_size = degradation.scale == 1
    patches = Patches(
        pictures(recipe.data.source, data, recipe.data.exclude),
        degradation,
        patch=recipe.data.patch,
        channels=int(network.channels),  # type: ignore[arg-type]
        told=1.0 if same_size else 0.0,
        seed=recipe.seed + 1,
    )
    samples = [patches[i] for i in range(_CANDIDATES)]
    # A smaller LQ has no noise level; the most varied one is where a cut is seen first.
    hardest = max(samples, key=lambda s: s.sigma.item() if same_size else float(s.lq.std()))
    step = int(network.multiple_of)  # type: ignore[arg-type]
    radius = int(network.radius or 0)  # type: ignore[arg-type]
    side = -(-max(_HARD_SIDE, min(4 * radius, 640)) // step) * step
    pad = [(0, 0)] + [(0, max(0, side - have)) for have in hardest.lq.shape[1:]]
    hard = np.pad(hardest.lq, pad, mode="symmetric")[:, :side, :side]
    return hard, hardest.sigma.item()
