"""What a report shows: results under their names and in their colors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from nitido.bench._candidate import Candidate, labels
from nitido.bench._gallery import Shown
from nitido.bench._result import Result
from nitido.bench._suite import Suite
from nitido.pages import INPUT


@dataclass(frozen=True)
class Scored:
    """A suite, what was scored on it, and the scores.

    Attributes
    ----------
    suite : Suite
        From `find_suite`.
    candidate : Candidate
        What restored its pictures.
    result : Result
        From `run`.
    restored : mapping of str to np.ndarray
        Results by the names of pictures, where they were kept; others are restored once more.
    """

    suite: Suite
    candidate: Candidate
    result: Result
    restored: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """One result under the name and in the color that it has in the whole report."""

    label: str
    style: int
    scored: Scored

    @property
    def result(self) -> Result:
        return self.scored.result

    @property
    def shown(self) -> Shown:
        return Shown(self.label, self.scored.candidate, self.result, self.scored.restored)


def entries_of(scored: Sequence[Scored]) -> list[Entry]:
    """Return results under labels that tell them apart, each restorer in a color of its own."""
    named = list(dict.fromkeys((s.result.weights, s.result.weights_hash) for s in scored))
    shown = dict(zip(named, labels(named), strict=True))
    restorers = [key for key in named if key[0] != "input"]
    style = {key: restorers.index(key) if key in restorers else INPUT for key in named}
    keys = [(s.result.weights, s.result.weights_hash) for s in scored]
    return [Entry(shown[key], style[key], one) for key, one in zip(keys, scored, strict=True)]
