"""What a person sees while a network is trained; all of it on stderr."""

import sys
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from nitido.train import Progress

_LINE_EVERY = 200  # steps, where there is no terminal


class TrainingDisplay:
    """A progress bar on a terminal, a line now and then elsewhere."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._bar: Any = None
        self._row: Any = None

    def __enter__(self) -> Self:
        return self

    def _start(self) -> None:
        """Begin a bar; not before the first report, as of several processes one reports."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._bar = Progress(
            TextColumn(self._name),
            BarColumn(),
            TextColumn("{task.percentage:>4.1f} %  {task.description}"),
            console=Console(stderr=True),
        )
        self._bar.start()
        self._row = self._bar.add_task("starting", total=1.0)

    def begin(self, name: str) -> None:
        """Turn to another run."""
        self._leave()
        self._name = name

    def say(self, text: str) -> None:
        """Write a line."""
        self._leave()
        sys.stderr.write(f"{text}\n")

    def _leave(self) -> None:
        if self._bar:
            self._bar.stop()
            self._bar = None

    def show(self, progress: "Progress") -> None:
        """Show where the run stands."""
        minutes, seconds = divmod(int(progress.remaining), 60)
        text = (
            f"step {progress.step}  loss {progress.loss:.5f}  PSNR {progress.psnr:.2f} dB  "
            f"{minutes}:{seconds:02d} to go"
        )
        if sys.stderr.isatty():
            if not self._bar:
                self._start()
            self._bar.update(self._row, completed=progress.fraction, description=text)
        elif progress.step % _LINE_EVERY == 0 or progress.fraction >= 1:
            sys.stderr.write(f"{self._name}: {text}\n")

    def __exit__(self, *_: object) -> None:
        self._leave()
