"""What a person sees while suites are run (on stderr), and the table of their scores."""

import sys
from typing import TYPE_CHECKING, Self

from nitido.cli._bar import Bar, printable

if TYPE_CHECKING:
    import numpy as np

    from nitido.bench import Progress, Result


class BenchDisplay:
    """A progress bar on a terminal, a line per suite elsewhere."""

    def __init__(self) -> None:
        self._bar = Bar()
        self._suite = ""
        self._kept = 0

    def __enter__(self) -> Self:
        self._bar.__enter__()
        return self

    def begin(self, suite: str) -> None:
        """Turn to a suite."""
        self._suite, self._kept = suite, 0
        self._bar.begin(suite)

    def show(self, progress: "Progress") -> None:
        """Show how far the suite is."""
        self._kept += progress.restored is None
        self.step(progress.done, progress.total)

    def step(self, done: int, total: int) -> None:
        """Show that so many of all steps are done."""
        self._bar.show(done, total)

    def end(self, result: "Result") -> None:
        """Say what the suite took, and what must be known of its images."""
        count = len(result.rows)
        kept = ""
        if self._kept:
            kept = f", {self._kept} of them scored earlier (--fresh scores them again)"
        self.say(f"{self._suite}: {count} pictures{kept}, in {result.file}")
        if result.published_set is False:
            self.say(
                f"{self._suite}: the pictures are not those of the published set, "
                "so published scores do not compare"
            )

    def say(self, text: str) -> None:
        """Write a line."""
        self._bar.leave()
        self._bar.say(text)

    def __exit__(self, *_: object) -> None:
        self._bar.__exit__()


class Kept:
    """Results, as long as they fit into memory: a report need not restore pictures once more.

    Parameters
    ----------
    limit : int
        Bytes in all; what comes later is not kept.
    """

    def __init__(self, limit: int) -> None:
        self._room = limit
        self._restored: dict[str, np.ndarray] = {}

    def begin(self) -> dict[str, "np.ndarray"]:
        """Turn to a suite; return what fills with its results, by the names of pictures."""
        self._restored = {}
        return self._restored

    def add(self, progress: "Progress") -> None:
        """Keep the result on a picture."""
        restored = progress.restored
        if restored is not None and restored.nbytes <= self._room:
            self._room -= restored.nbytes
            self._restored[progress.row.image] = restored


def table(result: "Result") -> str:
    """Return the scores of a suite as text, ours and the published ones."""
    lines = [
        f"{result.suite}, {len(result.rows)} pictures, {result.weights}",
        f"  PSNR   {result.psnr:.3f} dB{_within(result.interval)}",
        f"  SSIM   {result.ssim:.4f}",
        f"  input  {result.input_psnr:.3f} dB",
    ]
    if result.told:
        told = ", ".join(f"{key} {value:g}" for key, value in result.told.items())
        lines.append(f"  told   {told}")
    if result.own:
        lines.append(
            f"  {result.own.method} is published with {result.own.psnr:.2f} dB; "
            f"the difference is {result.psnr - result.own.psnr:+.3f} dB"
        )
    if result.published:
        lines.append(f"  {'published':16} {'PSNR':>6}  {'ours':>6}  {'SSIM':>6}")
    for row in result.published:
        ssim = f"{row.ssim:.4f}" if row.ssim is not None else ""
        note = "" if row.verified else "  not verified"
        difference = result.psnr - row.psnr
        line = f"  {row.method:16} {row.psnr:6.2f}  {difference:+6.2f}  {ssim:>6}{note}"
        lines.append(line.rstrip())
    return "".join(f"{printable(line, sys.stdout)}\n" for line in [*lines, ""])


def _within(interval: tuple[float, float] | None) -> str:
    return f", 95 % within {interval[0]:.2f} .. {interval[1]:.2f}" if interval else ""
