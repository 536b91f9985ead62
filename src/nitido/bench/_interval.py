"""How far a mean over pictures could be another one with other pictures of the same kind."""

from collections.abc import Sequence

import numpy as np

_DRAWS = 10_000
_SEED = 0
_COVERED = 0.95


def interval(values: Sequence[float]) -> tuple[float, float] | None:
    """Return the 95 % bootstrap interval of a mean.

    10,000 times as many values as there are are drawn with replacement (seed 0) and averaged; the
    interval runs from the 2.5th to the 97.5th percentile of these means (Efron 1979).

    Returns
    -------
    (float, float) or None
        None where fewer than two values are known, or one is not finite.
    """
    scores = np.asarray(values, np.float64)
    if len(scores) < 2 or not np.isfinite(scores).all():
        return None
    drawn = np.random.default_rng(_SEED).integers(len(scores), size=(_DRAWS, len(scores)))
    means = scores[drawn].mean(axis=1)
    low, high = np.quantile(means, [(1 - _COVERED) / 2, (1 + _COVERED) / 2])
    return float(low), float(high)
