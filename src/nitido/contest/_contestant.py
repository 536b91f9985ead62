"""Whoever takes part in a contest: what training and scoring it gave."""

import csv
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from nitido.bench import Scored


@dataclass(frozen=True)
class Contestant:
    """One entry with one seed, or a baseline, which was not trained.

    Attributes
    ----------
    name : str
        Of the entry, with its seed where there are several.
    folder : Path or None
        Of its run.
    steps : int
        Of training.
    seconds : float
        Of training.
    train_loss, loss : float or None
        On patches it was trained on, and on pictures of the first suite.
    train_psnr : float or None
        On patches it was trained on, dB.
    parameters : int or None
        Weights.
    macs : float or None
        Multiply-adds per pixel of the result.
    scored : tuple of Scored
        What it scored, suite by suite.
    speed : float
        Megapixels of results per second, the median over some pictures of the first suite, all
        entries timed in turns.
    """

    name: str
    folder: Path | None
    steps: int
    seconds: float
    train_loss: float | None
    loss: float | None
    train_psnr: float | None
    parameters: int | None
    macs: float | None
    scored: tuple[Scored, ...]
    speed: float = math.nan

    @property
    def psnr(self) -> float:
        """Mean PSNR on the first suite, dB."""
        return self.scored[0].result.psnr

    @property
    def ssim(self) -> float:
        """Mean SSIM on the first suite."""
        return self.scored[0].result.ssim

    def timed(self, speed: float) -> Self:
        """Return the same with its speed."""
        return replace(self, speed=speed)

    def curve(self) -> list[tuple[float, float]]:
        """Return (minutes, training loss) of the run."""
        if self.folder is None:
            return []
        with (self.folder / "log.csv").open(newline="") as lines:
            return [(float(r["elapsed"]) / 60, float(r["loss"])) for r in csv.DictReader(lines)]
