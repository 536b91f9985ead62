"""The patches that a recipe speaks of."""

from pathlib import Path
from typing import Any

from nitido import catalog, degradations
from nitido.data import Patches, pairs, pictures
from nitido.recipes import Recipe


def patches_of(
    recipe: Recipe,
    channels: int,
    data: Path | None,
    *,
    degradation: dict[str, Any] | None = None,
    patch: int | None = None,
    seed: int | None = None,
) -> Patches:
    """Return the patches of a recipe, with its damage, size and seed or with others."""
    spec = recipe.data
    return Patches(
        pictures(spec.source, data, spec.exclude),
        catalog.from_spec(degradations, degradation or recipe.degradation),
        patch=patch or spec.patch,
        channels=channels,
        pairs=pairs(spec.pairs, data, spec.exclude) if spec.pairs else (),
        paired=spec.paired,
        amplified=spec.amplified,
        shrunk=spec.shrunk,
        soft=spec.soft,
        tinted=spec.tinted,
        whole=spec.whole,
        gray=spec.gray,
        drawn=spec.drawn,
        grained=spec.grained,
        stored=spec.stored,
        clipped=spec.clipped,
        told=spec.told,
        misled=spec.misled,
        damaged_targets=spec.targets == "lq",
        told_facts=spec.targets == "facts",
        seed=recipe.seed if seed is None else seed,
    )
