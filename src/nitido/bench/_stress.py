"""What stress tests give."""

import csv
import io
import json
import math
from dataclasses import dataclass
from typing import Any

from nitido.bench._trained import Levels

CSV_HEADER = "weights,sweep,level,damage,image,psnr,ssim\n"


@dataclass(frozen=True)
class Measure:
    """What one candidate scored at one level, picture by picture.

    Attributes
    ----------
    sweep, level : str
        Names of the stress test and of its level.
    value : float
        Where the level stands on its axis.
    damage : str
        The degradation with its settings, as ``nitido degrade`` takes them.
    varied : float
        The setting that training draws levels for.
    each : dict
        PSNR (dB) and SSIM by picture.
    """

    sweep: str
    level: str
    value: float
    damage: str
    varied: float
    each: dict[str, tuple[float, float]]

    @property
    def psnr(self) -> float:
        """Mean PSNR over pictures, dB; infinite where a result equals GT."""
        return sum(psnr for psnr, _ in self.each.values()) / len(self.each)

    @property
    def ssim(self) -> float:
        """Mean SSIM over pictures."""
        return sum(ssim for _, ssim in self.each.values()) / len(self.each)


@dataclass(frozen=True)
class Tested:
    """One candidate through all stress tests.

    Attributes
    ----------
    label : str
        Its name; where several share one, with the hash of their weights.
    weights_hash : str or None
        SHA-256 of the weights file.
    changes : bool
        Whether it restores at all; the damaged input does not.
    trained : dict
        Ranges of levels that training drew from, by sweep and level name; None where no recipe
        tells them.
    measures : tuple of Measure
        In the order of sweeps and levels.
    """

    label: str
    weights_hash: str | None
    changes: bool
    trained: dict[tuple[str, str], tuple[Levels, ...] | None]
    measures: tuple[Measure, ...]

    def saw(self, measure: Measure) -> bool:
        """Whether training drew such a damage at such a level, as far as a recipe tells."""
        ranges = self.trained[measure.sweep, measure.level] or ()
        return any(low <= measure.varied <= high for low, high in ranges)


@dataclass(frozen=True)
class Robustness:
    """Stress tests of one candidate or several on the same damaged pictures."""

    images: str
    pictures: tuple[str, ...]
    data_hash: str
    scale: int
    tested: tuple[Tested, ...]
    versions: dict[str, str]

    def to_json(self) -> str:
        """Return everything as one line of JSON; values that are not finite become null."""
        content = {
            "images": self.images,
            "pictures": self.pictures,
            "data_hash": self.data_hash,
            "scale": self.scale,
            "tested": [_content(one) for one in self.tested],
            "versions": self.versions,
        }
        return json.dumps(content, allow_nan=False)

    def to_csv(self) -> str:
        """Return a line per candidate, level and picture."""
        text = io.StringIO()
        text.write(CSV_HEADER)
        writer = csv.writer(text, lineterminator="\n")
        for one in self.tested:
            for measure in one.measures:
                start = (one.label, measure.sweep, measure.level, measure.damage)
                for image, (psnr, ssim) in measure.each.items():
                    writer.writerow((*start, image, f"{psnr:.4f}", f"{ssim:.5f}"))
        return text.getvalue()


def _content(tested: Tested) -> dict[str, Any]:
    return {
        "weights": tested.label,
        "weights_hash": tested.weights_hash,
        "levels": [
            {
                "sweep": measure.sweep,
                "level": measure.level,
                "damage": measure.damage,
                "psnr": round(measure.psnr, 4) if math.isfinite(measure.psnr) else None,
                "ssim": round(measure.ssim, 5),
                "trained": tested.trained[measure.sweep, measure.level],
            }
            for measure in tested.measures
        ],
    }
