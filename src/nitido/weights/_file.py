"""What opening a weights file gives."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from nitido.weights._card import Card


@dataclass(frozen=True)
class Weights:
    """A weights file that was opened: its card, its tensors' file and its graph's file."""

    card: Card
    file: Path
    graph: Path

    def graph_of(self, part: str | None) -> Path:
        """Return the graph of a part that judges an input, or of the network itself (None)."""
        return self.graph if part is None else self.graph.with_suffix(f".{part}.onnx")

    @property
    def sha256(self) -> str:
        """Hash of the tensors' file, the identity that scores and reports carry."""
        return hashlib.sha256(self.file.read_bytes()).hexdigest()
