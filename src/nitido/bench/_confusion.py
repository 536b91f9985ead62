"""What trials of a diagnosis give: which tasks it planned for which damage."""

import json
import math
import statistics
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Said:
    """What was said of one picture.

    Attributes
    ----------
    tasks : tuple of str
        Of the plan, in order.
    value : float or None
        The finding that was asked for; None where it is not there.
    truth : float or None
        Its true value; None where there is none to compare with.
    """

    tasks: tuple[str, ...]
    value: float | None = None
    truth: float | None = None


@dataclass(frozen=True)
class Tally:
    """One damage: what was said of each of its pictures.

    Attributes
    ----------
    ward : str
        The kind of damage by name.
    name : str
        The damage, or the set of clean pictures.
    wanted : tuple of str or None
        Tasks of which a plan should hold one; empty: it should be empty; None: nothing is right.
    finding : str or None
        Whose value is compared with the truth.
    each : dict
        By picture.
    """

    ward: str
    name: str
    wanted: tuple[str, ...] | None
    finding: str | None
    each: dict[str, Said]

    @property
    def right(self) -> float | None:
        """Share of pictures whose plan is as it should be; None where nothing is right."""
        if self.wanted is None:
            return None
        if not self.wanted:
            return self.alone
        hits = sum(bool(set(self.wanted) & set(said.tasks)) for said in self.each.values())
        return hits / len(self.each)

    @property
    def alone(self) -> float:
        """Share of pictures that are left alone."""
        return sum(not said.tasks for said in self.each.values()) / len(self.each)

    def share(self, task: str) -> float:
        """Return the share of pictures for which a task is planned."""
        return sum(task in said.tasks for said in self.each.values()) / len(self.each)

    @property
    def value(self) -> float | None:
        """Median of the finding over the pictures that have it; None if none has."""
        values = [said.value for said in self.each.values() if said.value is not None]
        return statistics.median(values) if values else None

    @property
    def error(self) -> float | None:
        """Median error of the finding; infinite where half of the pictures lack it.

        In qualities for JPEG, else as a share of the truth. None where there is no truth.
        """
        errors = [
            math.inf if said.value is None else abs(said.value - said.truth) / self._unit(said)
            for said in self.each.values()
            if said.truth is not None
        ]
        return statistics.median(errors) if errors else None

    def _unit(self, said: Said) -> float:
        return 1 if self.finding == "jpeg" else said.truth or math.inf


@dataclass(frozen=True)
class Confusion:
    """Tallies of all trials that could be made.

    Attributes
    ----------
    images : str
        The set whose pictures were damaged.
    tallies : tuple of Tally
        In the order of the trials.
    missing : dict
        Why the pictures of a set could not be used, by the name of the set.
    data_hash : str
        Of the pixels of all pictures before they were damaged.
    versions : dict
        Of what computed it.
    """

    images: str
    tallies: tuple[Tally, ...]
    missing: dict[str, str]
    data_hash: str
    versions: dict[str, str]

    @property
    def tasks(self) -> tuple[str, ...]:
        """Every task that is planned or wanted anywhere, in the order in which they come up."""
        wanted = [task for tally in self.tallies for task in tally.wanted or ()]
        planned = [
            task for tally in self.tallies for said in tally.each.values() for task in said.tasks
        ]
        return tuple(dict.fromkeys((*wanted, *planned)))

    @property
    def head(self) -> tuple[str, ...]:
        """Headings of `cells`."""
        return ("pictures", "right", "left alone", *self.tasks, "found", "error")

    def cells(self, tally: Tally) -> tuple[str, ...]:
        """Return a row of the confusion table as text: how many, shares in percent, the finding."""
        return (
            str(len(tally.each)),
            _percent(tally.right),
            _percent(tally.alone),
            *(_percent(tally.share(task) or None) for task in self.tasks),
            "" if tally.value is None else f"{tally.value:.3g}",
            _error(tally.error, tally.finding),
        )

    def to_json(self) -> str:
        """Return everything as one line of JSON; values that are not finite become null."""
        content = {
            "images": self.images,
            "data_hash": self.data_hash,
            "trials": [_content(tally, self.tasks) for tally in self.tallies],
            "missing": self.missing,
            "versions": self.versions,
        }
        return json.dumps(content, allow_nan=False)


def _content(tally: Tally, tasks: tuple[str, ...]) -> dict[str, Any]:
    return {
        "damage": tally.ward,
        "level": tally.name,
        "pictures": len(tally.each),
        "wanted": tally.wanted,
        "right": _rounded(tally.right),
        "alone": _rounded(tally.alone),
        "planned": {task: _rounded(tally.share(task)) for task in tasks if tally.share(task)},
        "finding": tally.finding,
        "value": _rounded(tally.value),
        "error": _rounded(tally.error),
        "each": {
            name: {"tasks": said.tasks, "value": _rounded(said.value), "truth": said.truth}
            for name, said in tally.each.items()
        },
    }


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %"


def _error(error: float | None, finding: str | None) -> str:
    if error is None:
        return ""
    if not math.isfinite(error):
        return "\N{INFINITY}"
    return f"{error:.1f}" if finding == "jpeg" else f"{100 * error:.1f} %"


def _rounded(value: float | None) -> float | None:
    return round(float(value), 4) if value is not None and math.isfinite(value) else None
