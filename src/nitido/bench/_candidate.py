"""What can be scored: anything that restores the pictures of a suite and has a name."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from nitido.weights import Card


class Candidate(Protocol):
    """A restorer that was made ready for one suite."""

    name: str
    """As tables show it."""
    weights_hash: str | None
    """SHA-256 of the weights file; None where there are no weights."""
    card: Card | None
    """What the weights say of themselves; None where there are no weights."""
    told: dict[str, float]
    """What it was told of the damage."""
    engine: str | None
    """The runtime; None where there is none."""
    packages: tuple[str, ...]
    """Packages whose versions decide about its results, by the names they are installed under."""
    changes: bool
    """Whether it restores at all; the damaged input itself does not."""

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Restore float32 (h, w, C), which may leave 0..1, to float32 of the size of GT."""
        ...


def labels(named: Sequence[tuple[str, str | None]]) -> list[str]:
    """Return names for tables and charts, from (name, hash of the weights file).

    Where several have the same name, the hash tells them apart.
    """
    count = Counter(name for name, _ in named)
    return [
        f"{name} ({sha256[:8]})" if sha256 and count[name] > 1 else name for name, sha256 in named
    ]
