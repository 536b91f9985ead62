"""The scores of one candidate over a suite, picture by picture."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nitido.bench._interval import interval
from nitido.bench._published import Published, own_row
from nitido.bench._rows import Row
from nitido.restorer import PREFIX


@dataclass(frozen=True)
class Result:
    """The scores of one candidate on one suite, and everything that they depend on.

    Attributes
    ----------
    suite, protocol
        Which protocol, in which version.
    weights : str
        What was scored.
    rows : tuple of Row
        One per picture, in the suite's order.
    published : tuple of Published
        What papers report on the suite.
    data_hash : str
        Of the pixels of all pictures, whatever their order, names and formats.
    published_set : bool or None
        Whether they are the published ones; None where that is not known.
    weights_hash : str or None
        SHA-256 of the weights file.
    told : dict
        What the candidate was told of the damage.
    engine : str or None
        The runtime.
    versions : dict
        Packages that decide about scores.
    file : Path or None
        The rows as CSV.
    """

    suite: str
    protocol: int
    weights: str
    rows: tuple[Row, ...]
    published: tuple[Published, ...]
    data_hash: str
    published_set: bool | None
    weights_hash: str | None
    told: dict[str, float]
    engine: str | None
    versions: dict[str, str]
    file: Path | None

    @property
    def psnr(self) -> float:
        """Mean PSNR over pictures, dB."""
        return sum(row.psnr for row in self.rows) / len(self.rows)

    @property
    def ssim(self) -> float:
        """Mean SSIM over pictures."""
        return sum(row.ssim for row in self.rows) / len(self.rows)

    @property
    def input_psnr(self) -> float:
        """Mean PSNR of the damaged pictures, dB."""
        return sum(row.input_psnr for row in self.rows) / len(self.rows)

    @property
    def seconds(self) -> float:
        """What restoring all pictures took."""
        return sum(row.seconds for row in self.rows)

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % bootstrap interval of the mean PSNR; None for a single picture."""
        return interval([row.psnr for row in self.rows])

    @property
    def own(self) -> Published | None:
        """The published row of the very thing that was scored, found by its name."""
        if self.weights in ("input", PREFIX + "bicubic"):
            return next((row for row in self.published if row.input), None)
        return own_row(self.published, self.weights.removeprefix(PREFIX))

    def to_json(self) -> str:
        """Return the result as one line of JSON; values that are not finite become null."""
        low_high = self.interval
        content: dict[str, Any] = {
            "suite": self.suite,
            "weights": self.weights,
            "images": len(self.rows),
            "psnr": _number(self.psnr, 4),
            "ssim": _number(self.ssim, 5),
            "input": _number(self.input_psnr, 4),
            "interval": low_high and [round(value, 4) for value in low_high],
            "difference": self.own and _number(self.psnr - self.own.psnr, 4),
            "published": [
                {**asdict(row), "difference": _number(self.psnr - row.psnr, 4)}
                for row in self.published
            ],
            "each": {row.image: [_number(row.psnr, 4), _number(row.ssim, 5)] for row in self.rows},
            "told": self.told,
            "seconds": _number(self.seconds, 3),
            "protocol": self.protocol,
            "data_hash": self.data_hash,
            "published_set": self.published_set,
            "weights_hash": self.weights_hash,
            "engine": self.engine,
            "versions": self.versions,
            "rows": None if self.file is None else str(self.file),
        }
        return json.dumps(content, allow_nan=False)


def _number(value: float, digits: int) -> float | None:
    return round(value, digits) if math.isfinite(value) else None
