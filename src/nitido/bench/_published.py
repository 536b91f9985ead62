"""What papers report on a suite; all of it stands in published.yaml."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("published.yaml")


@dataclass(frozen=True)
class Published:
    """One row of a paper's table.

    Attributes
    ----------
    method : str
        As papers call it.
    psnr : float
        dB; where sources disagree, that of the first, and `also` holds the others.
    ssim, psnr_b : float or None
        Where the table has them; `psnr_b` in dB.
    source : str
        Where the row stands.
    verified : bool
        False where it is quoted from memory and was not found in print.
    input : bool
        Whether it is the score of the damaged picture itself.
    """

    method: str
    psnr: float
    ssim: float | None
    psnr_b: float | None
    also: tuple[float, ...]
    source: str
    verified: bool
    input: bool

    def is_of(self, name: str) -> bool:
        """Whether weights of this name belong to the method: dncnn_s_25 do to DnCNN-S."""
        method = _words(self.method)
        return _words(name)[: len(method)] == method


def published(suite: str) -> tuple[Published, ...]:
    """Return the rows of a suite, from the oldest method to the newest; empty if there are none."""
    return tuple(_rows().get(suite, ()))


def published_suites() -> tuple[str, ...]:
    """Return the suites that have rows."""
    return tuple(_rows())


def is_published_set(images: str, sha256: str) -> bool | None:
    """Tell whether pictures are those that papers use; None where that is not known."""
    known = _content()["sets"].get(images.rpartition("/")[2])
    return None if known is None else bool(known["sha256"] == sha256)


def own_row(rows: tuple[Published, ...], name: str) -> Published | None:
    """Return the row that weights of this name should reproduce: of several, the most exact."""
    own = [row for row in rows if row.is_of(name)]
    return max(own, key=lambda row: len(_words(row.method)), default=None)


@cache
def _content() -> Any:  # noqa: ANN401
    return yaml.safe_load(_FILE.read_text("utf-8"))


@cache
def _rows() -> dict[str, list[Published]]:
    rows: dict[str, list[Published]] = {}
    for table in _content()["tables"]:
        for place, level in enumerate(table["levels"]):
            suite = table["suites"].format(level)
            for row in table["rows"]:
                psnr = row["psnr"][place]
                if psnr is None:
                    continue
                first, *also = psnr if isinstance(psnr, list) else [psnr]
                rows.setdefault(suite, []).append(
                    Published(
                        row["method"],
                        first,
                        row["ssim"][place] if "ssim" in row else None,
                        row["psnr_b"][place] if "psnr_b" in row else None,
                        tuple(also),
                        table["source"],
                        row.get("verified", True),
                        row.get("input", False),
                    )
                )
    return rows


def _words(name: str) -> list[str]:
    return re.findall("[a-z0-9]+", name.lower())
