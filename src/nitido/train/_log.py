"""The record of a run: a CSV file and TensorBoard's events."""

import csv
from pathlib import Path
from typing import Self

from torch.utils.tensorboard import SummaryWriter

from nitido.train._progress import Progress

_COLUMNS = ("step", "loss", "psnr", "rate", "elapsed", "waiting")


class Log:
    """Append one line per report; what a killed run wrote beyond its checkpoint is dropped.

    Of several processes one writes.
    """

    def __init__(self, folder: Path, step: int, *, writes: bool = True) -> None:
        self._file = folder / "log.csv"
        self._writes = writes
        if not writes:
            return
        kept = []
        if step and self._file.exists():
            with self._file.open(newline="") as lines:
                kept = [row for row in csv.DictReader(lines) if int(row["step"]) <= step]
        with self._file.open("w", newline="") as lines:
            writer = csv.DictWriter(lines, _COLUMNS)
            writer.writeheader()
            writer.writerows(kept)
        self._board = SummaryWriter(str(folder / "tensorboard"), purge_step=step)

    def write(self, progress: Progress) -> None:
        """Record where the run stands."""
        if not self._writes:
            return
        row = {column: getattr(progress, column) for column in _COLUMNS}
        with self._file.open("a", newline="") as lines:
            csv.DictWriter(lines, _COLUMNS).writerow(row)
        for column in _COLUMNS[1:4]:
            self._board.add_scalar(column, row[column], progress.step)

    def write_parts(self, step: int, psnrs: list[float]) -> None:
        """Record how well each part of the difficulty is restored, in dB."""
        if self._writes:
            for index, psnr in enumerate(psnrs):
                self._board.add_scalar(f"psnr of part {index}", psnr, step)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._writes:
            self._board.close()
