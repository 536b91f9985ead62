"""What a person sees while files are worked on; all of it on stderr."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from nitido.cli._bar import Bar

if TYPE_CHECKING:
    from nitido.jobs import Entry, Outcome


class Display:
    """A progress bar on a terminal, a line per file elsewhere, a summary at the end.

    Parameters
    ----------
    entries : sequence of Entry
        All files of the run.
    quiet : bool
        Say only what failed.
    """

    def __init__(self, entries: Sequence["Entry"], quiet: bool = False) -> None:
        self._total = len(entries)
        self._quiet = quiet
        self._count: Counter[str] = Counter()
        self._bar = Bar(hidden=quiet)

    def __enter__(self) -> Self:
        self._bar.__enter__().begin("files", self._total)
        return self

    def progress(self, done: float) -> None:
        """Show how far the current file is, 0..1."""
        self._bar.show(self._count.total() + done)

    def file(self, outcome: "Outcome") -> None:
        """Say what became of a file."""
        self._count[outcome.status] += 1
        self._bar.show(self._count.total())
        if outcome.status == "failed":
            self._bar.say(f"failed: {outcome.input}: {outcome.reason}")
        elif self._quiet:
            return
        elif outcome.status in ("skipped", "unchanged"):
            self._bar.say(f"{outcome.status}: {outcome.input}: {outcome.reason}")
        else:
            self._bar.say(_line(outcome))

    def __exit__(self, *_: object) -> None:
        self._bar.__exit__()
        if not self._quiet and self._total > 1:
            parts = [f"{count} {status}" for status, count in self._count.items()]
            self._bar.say(", ".join(parts))


def _line(outcome: "Outcome") -> str:
    """Say in one line what was done to a file, or would be, why, and how long it took."""
    steps = ", then ".join(
        words_of_step(
            step.task, step.weights, step.strength, step.reason, step.settings.get("sigma")
        )
        for step in outcome.steps
    )
    notes = f" ({'; '.join(outcome.notes)})" if outcome.notes else ""
    size = f"{figure(outcome.megapixels or 0)} megapixels"
    if outcome.status == "planned":
        return f"{outcome.input} -> {outcome.output} would be made, {size}: {steps}{notes}"
    done = f": {steps}" if steps else ""
    took = f"{size} in {figure(outcome.seconds or 0)} s"
    return f"{outcome.input} -> {outcome.output}, {took}{done}{notes}"


def figure(value: float) -> str:
    """Write a number that is above 0 so that it does not read as 0."""
    return f"{value:.1f}" if value >= 10 else f"{max(value, 0.01):.2f}"


def words_of_step(
    task: str | None, weights: str, strength: float, reason: str, sigma: float | None = None
) -> str:
    """Say what a step is, with the level of noise that it was told, and why it is taken."""
    name = task or weights
    told = [f"strength {strength:g}"] if strength != 1 else []
    told += [f"sigma {sigma:.3g}"] if sigma is not None else []
    how = f" at {' and '.join(told)}" if told else ""
    by = f" by {weights}" if task and weights != task else ""
    return f"{name}{by}{how} ({reason})" if reason else f"{name}{by}{how}"
