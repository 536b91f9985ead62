"""One file of a run, from where it was found to where its result goes."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """One file that somebody wants restored.

    Parameters
    ----------
    path : Path
        The file as it was named or found; it may be missing, broken or no picture at all.
    root : Path, optional
        The folder in which it was found, whose tree an output folder mirrors; None for a file
        that was named itself.
    output : Path, optional
        Where the result goes, once `assign` has decided it.
    problem : str, optional
        Why the entry cannot be worked on, if that is known before it is opened.
    """

    path: Path
    root: Path | None = None
    output: Path | None = None
    problem: str | None = None

    @property
    def relative(self) -> Path:
        """The place of the file below its root, or its name if it was named itself."""
        return Path(self.path.name) if self.root is None else self.path.relative_to(self.root)
