"""The learned part: presence, level and certainty of every fact, joined from many windows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from nitido import catalog, engines
from nitido.degradations import FACTS
from nitido.engines import Engine
from nitido.weights import open_weights

SIDE = 96  # pixels, of the windows that the estimator was trained on
_AT_ONCE = 12  # windows, which bounds the memory
_LEAST = 16  # pixels, sides below which a picture shows too little to be judged
_ODDS = 6.0  # most that one window may say for or against anything, natural logarithm
# What is everywhere if it is there at all, so that the half of the windows that see least of it
# decides: texture looks like noise, but not in all parts of a picture.
_EVERYWHERE = ("noise",)
# Its level is the one that so much of the windows' weight does not exceed: where a picture is dark,
# light or soft, less of the noise is left to see than the denoiser has to know of.
_SHARE, _SHARE_EVERYWHERE = 0.5, 0.7
_SCALES = (-4.0, 2.0)  # natural logarithms between which the scale of a level is believed


@dataclass(frozen=True)
class Estimate:
    """What all windows of a picture say together about one fact.

    Parameters
    ----------
    odds : float
        That it is there, natural logarithm, as the mean window sees it, or the mean of that half
        of the windows that see least of it, where it would be everywhere.
    level : float
        How strong it is if it is there, in the unit of the fact.
    measured : bool
        Whether the level was measured and not only judged.
    """

    odds: float
    level: float
    measured: bool = False


def estimate(windows: Sequence[np.ndarray]) -> dict[str, Estimate]:
    """Judge a picture by its windows; empty where they are too small to show anything.

    Parameters
    ----------
    windows : sequence of np.ndarray
        Float32 (h, w, C) of at most 96 x 96 pixels, on the scale 0..1.

    Returns
    -------
    dict
        An estimate for every fact, by name.
    """
    shown = [_as_color(window) for window in windows if min(window.shape[:2]) >= _LEAST]
    if not shown:
        return {}
    engine, names = _engine()
    judged = np.concatenate(
        [
            engine(np.ascontiguousarray(np.stack(shown[first : first + _AT_ONCE])))
            for first in range(0, len(shown), _AT_ONCE)
        ]
    ).reshape(len(shown), 3, len(names))
    decode = {fact.name: fact.decode for fact in FACTS}
    estimates = {}
    for name, (odds, levels, scales) in zip(names, judged.transpose(2, 1, 0), strict=True):
        everywhere = name in _EVERYWHERE
        share = _SHARE_EVERYWHERE if everywhere else _SHARE
        estimates[name] = Estimate(
            _joined(odds.clip(-_ODDS, _ODDS), everywhere=everywhere),
            float(decode[name](_quantile(levels, _weight(odds, scales), share))),
        )
    return estimates


def probability(odds: np.ndarray | float) -> np.ndarray:
    """Return what odds, natural logarithm, say as a probability, 0..1."""
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))))


@cache
def _engine() -> tuple[Engine, tuple[str, ...]]:
    """Return the estimator, for any number of windows, and the names of what it estimates."""
    weights = open_weights("estimator")
    engine: Engine = catalog.build(engines, "openvino", weights=weights, precision="fp32")
    return engine, tuple(weights.card.settings["facts"])


def _as_color(window: np.ndarray) -> np.ndarray:
    """Return float32 (3, 96, 96): gray and single bands repeated, small windows mirrored."""
    if window.shape[2] != 3:
        middle = window.shape[2] // 2
        window = np.repeat(window[..., middle : middle + 1], 3, axis=2)
    missing = [(0, SIDE - side) for side in window.shape[:2]]
    return np.pad(window, (*missing, (0, 0)), mode="symmetric").transpose(2, 0, 1)


def _joined(odds: np.ndarray, *, everywhere: bool) -> float:
    """Return what the windows say together."""
    deciding = np.sort(odds)[: (len(odds) + 1) // 2] if everywhere else odds
    return float(deciding.mean())


def _weight(odds: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Return how much each window's level counts: by its certainty, and where the fact is seen."""
    weight: np.ndarray = probability(odds) * np.exp(-2 * scales.clip(*_SCALES))
    return weight


def _quantile(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    """Return the least value that, with what is below it, has this share of all weight."""
    order = np.argsort(values)
    below = np.cumsum(weights[order])
    return float(values[order[np.searchsorted(below, share * below[-1])]])
