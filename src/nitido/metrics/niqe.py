"""Natural image quality evaluator: how far a picture is from clean photographs, seen alone.

Mittal, Soundararajan, Bovik: "Making a 'Completely Blind' Image Quality Analyzer", IEEE Signal
Processing Letters 20(3), 2013. The statistics of the patches of a picture (see `_natural.py`) are
described by a normal distribution, and compared with that of sharp patches of clean photographs,
which stands in ``niqe.json``; ``benchmarks/niqe_model.py`` makes that file.

**Departure from the paper:** the model is our own, fitted to other photographs, so scores are not
those of other programs: compare them with each other only. The rest stands in `_natural.py`.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np

from nitido.errors import DataError
from nitido.metrics._metric import Array, Metric, Values
from nitido.metrics._natural import FEATURES, PATCH, patches
from nitido.picture.color import rgb2gray

FILE = Path(__file__).with_suffix(".json")
_SHARP = 0.75  # of the sharpest patch of a photograph


@dataclass(frozen=True)
class Model:
    """A normal distribution of the features of patches.

    Attributes
    ----------
    mean : ndarray
        (36,).
    covariance : ndarray
        (36, 36).
    patches : int
        How many it was fitted to.
    """

    mean: Values
    covariance: Values
    patches: int


@partial(
    Metric,
    title="NIQE",
    lower_is_better=True,
    reference=False,
    smallest=2 * PATCH,  # fewer patches have no covariance to speak of
    channels=(1, 3),
)
def niqe(restored: Values) -> float:
    """Return the distance from clean photographs, 0 or more.

    NaN where fewer than two patches of 96 x 96 hold any texture.
    """
    features, _ = patches(_gray(restored))
    if len(features) < 2:
        return math.nan
    model, own = _shipped(), _fitted(features)
    away = model.mean - own.mean
    spread = (model.covariance + own.covariance) / 2
    return math.sqrt(away @ np.linalg.solve(spread, away))


def fit(pictures: Iterable[Array]) -> Model:
    """Return the model of clean photographs, each as `niqe` takes it, from their sharp patches.

    Raises
    ------
    SettingError
        If `niqe` takes no such picture.
    DataError
        If there are too few sharp patches for a covariance.
    """
    found = [np.empty((0, FEATURES))]
    for picture in pictures:
        features, sharpness = patches(_gray(niqe.values(picture)))
        found.append(features[sharpness > _SHARP * sharpness.max(initial=0)])
    sharp = np.concatenate(found)
    if len(sharp) <= FEATURES:
        raise DataError(
            f"{len(sharp)} sharp patches found, and a model needs more than {FEATURES}; "
            "give more photographs."
        )
    return _fitted(sharp)


def _fitted(features: Values) -> Model:
    return Model(features.mean(axis=0), np.cov(features, rowvar=False), len(features))


def _gray(values: Values) -> Values:
    """Return a gray or RGB picture as gray (H, W), 0..255."""
    return 255 * (rgb2gray(values) if values.shape[2] == 3 else values[..., 0])


@cache
def _shipped() -> Model:
    content = json.loads(FILE.read_text("utf-8"))
    return Model(
        np.array(content["mean"]), np.array(content["covariance"]), int(content["patches"])
    )


PUBLIC = niqe
