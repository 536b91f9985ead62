"""Restorers side by side: quality against speed and against multiply-adds, measured in one run.

Every picture goes through all restorers before the next one comes, and they take turns in being
first, so that a busy or warm machine is busy or warm for all of them.
"""

import hashlib
import json
import math
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nitido.bench._candidate import Candidate, labels
from nitido.bench._interval import interval
from nitido.bench._scoring import score_case
from nitido.bench._suite import Case, Suite
from nitido.bench._versions import versions
from nitido.errors import SettingError
from nitido.pages import (
    Point,
    charts,
    counted,
    facts,
    page,
    pareto,
    save,
    section,
    table,
    trade_off,
)


@dataclass(frozen=True)
class Standing:
    """One restorer in the arena.

    Attributes
    ----------
    label : str
        Its name; where several share one, with the hash of their weights.
    weights_hash : str or None
        SHA-256 of the weights file.
    psnr, ssim : tuple of float
        By picture; PSNR in dB.
    speeds : tuple of float
        Megapixels of GT per second, by picture.
    parameters : int or None
        Weights of the network.
    macs : float or None
        Multiply-adds per pixel of the result.
    """

    label: str
    weights_hash: str | None
    psnr: tuple[float, ...]
    ssim: tuple[float, ...]
    speeds: tuple[float, ...]
    parameters: int | None
    macs: float | None

    @property
    def mean_psnr(self) -> float:
        """Mean PSNR over pictures, dB."""
        return sum(self.psnr) / len(self.psnr)

    @property
    def mean_ssim(self) -> float:
        """Mean SSIM over pictures."""
        return sum(self.ssim) / len(self.ssim)

    @property
    def speed(self) -> float:
        """Median speed over pictures, megapixels per second."""
        return statistics.median(self.speeds)


@dataclass(frozen=True)
class Arena:
    """Restorers on the pictures of one suite."""

    suite: str
    protocol: int
    pictures: tuple[str, ...]
    data_hash: str
    input_psnr: float
    machine: str
    standings: tuple[Standing, ...]
    versions: dict[str, str]

    def to_json(self) -> str:
        """Return everything as one line of JSON; values that are not finite become null."""
        content = {
            "suite": self.suite,
            "protocol": self.protocol,
            "images": len(self.pictures),
            "data_hash": self.data_hash,
            "input": _number(self.input_psnr, 4),
            "machine": self.machine,
            "standings": [_content(one) for one in self.standings],
            "versions": self.versions,
        }
        return json.dumps(content, allow_nan=False)


def compete(
    candidates: Sequence[Candidate],
    suite: Suite,
    data: Path | None = None,
    *,
    every: int = 1,
    on_image: Callable[[int, int], None] = lambda done, total: None,
) -> Arena:
    """Score and time candidates on the same pictures in one run.

    Each restores the first picture once before anything is timed.

    Parameters
    ----------
    candidates : sequence of Candidate
        Made for the suite.
    suite : Suite
        From `find_suite`.
    data : Path, optional
        Root of the image sets.
    every : int
        Every how many-th picture is used.
    on_image : callable
        Called with the pictures done and in all.

    Raises
    ------
    SettingError
        If there is no candidate, one that restores nothing, or `every` is below 1.
    DataError
        If the images are not there or do not suit.
    ResultError
        If a result fails its checks.
    """
    if not candidates or every < 1:
        raise SettingError(
            f"The arena got {len(candidates)} restorers and every {every}th picture; "
            "it needs one and 1 at least."
        )
    if still := [candidate.name for candidate in candidates if not candidate.changes]:
        raise SettingError(f"{still[0]} restores nothing, so it has no speed; leave it out.")
    names = labels([(candidate.name, candidate.weights_hash) for candidate in candidates])
    standings = [_enter(c, name) for c, name in zip(candidates, names, strict=True)]
    files = suite.files(data)[::every]
    hashes, inputs = {}, []
    for done, found in enumerate(files):
        original = suite.read(found)
        case = suite.case(original)
        if not done:
            for candidate in candidates:
                candidate(case.lq)
        for turn in range(len(candidates)):
            place = (done + turn) % len(candidates)
            standings[place], input_psnr = _round(standings[place], candidates[place], suite, case)
        inputs.append(input_psnr)
        hashes[original.name] = original.sha256
        on_image(done + 1, len(files))
    packages = dict.fromkeys(package for c in candidates for package in c.packages)
    return Arena(
        suite.name,
        suite.protocol,
        tuple(hashes),
        hashlib.sha256("".join(sorted(hashes.values())).encode()).hexdigest(),
        sum(inputs) / len(inputs),
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()}",
        tuple(standings),
        versions(*packages),
    )


def write_arena(file: Path, arena: Arena) -> None:
    """Write an arena as one HTML file: the table and the Pareto pictures.

    Raises
    ------
    UnwritableError
        If it cannot be written.
    """
    by_speed = [
        Point(one.label, one.speed, one.mean_psnr, place)
        for place, one in enumerate(arena.standings)
        if math.isfinite(one.mean_psnr)
    ]
    by_macs = [
        Point(one.label, one.macs, one.mean_psnr, place)
        for place, one in enumerate(arena.standings)
        if one.macs and math.isfinite(one.mean_psnr)
    ]
    note = "The dotted line joins those that no other one beats in both."
    figures = [
        trade_off(title, points, label, "PSNR, dB", more_is_better=better, note=note)
        for title, points, label, better in (
            ("Quality and speed", by_speed, "megapixels per second", True),
            ("Quality and work", by_macs, "multiply-adds per pixel", False),
        )
        if points
    ]
    count = counted(len(arena.pictures), "picture")
    lead = f"{arena.suite}, {count}; damaged {arena.input_psnr:.2f} dB. {arena.machine}."
    body = [
        charts(figures),
        _table(arena),
        section("What these numbers depend on", [_circumstances(arena)]),
    ]
    save(file, page("Side by side", lead, body))


# --- measuring


def _enter(candidate: Candidate, label: str) -> Standing:
    card = candidate.card
    # Networks that do not enlarge run on pictures that are as large as the result.
    macs = card.macs_per_pixel / card.scale**2 if card else None
    parameters = card.parameters if card else None
    return Standing(label, candidate.weights_hash, (), (), (), parameters, macs)


def _round(
    standing: Standing, candidate: Candidate, suite: Suite, case: Case
) -> tuple[Standing, float]:
    began = time.perf_counter()
    restored = candidate(case.lq)
    seconds = time.perf_counter() - began
    row = score_case(suite, candidate, case, restored, "", seconds)
    megapixels = case.gt.shape[0] * case.gt.shape[1] / 1e6
    further = replace(
        standing,
        psnr=(*standing.psnr, row.psnr),
        ssim=(*standing.ssim, row.ssim),
        speeds=(*standing.speeds, megapixels / seconds),
    )
    return further, row.input_psnr


def _processor() -> str:
    """Return what the processor calls itself, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, "") or platform.processor() or platform.machine()


# --- as text


def _content(one: Standing) -> dict[str, Any]:
    return {
        "weights": one.label,
        "weights_hash": one.weights_hash,
        "psnr": _number(one.mean_psnr, 4),
        "ssim": _number(one.mean_ssim, 5),
        "megapixels_per_second": _number(one.speed, 4),
        "parameters": one.parameters,
        "macs_per_pixel": one.macs,
    }


def _table(arena: Arena) -> str:
    front = {
        point.name
        for point in pareto(
            [Point(o.label, o.speed, o.mean_psnr, None) for o in arena.standings],
            more_is_better=True,
        )
    }
    rows = []
    for one in sorted(arena.standings, key=lambda standing: -standing.mean_psnr):
        slow, fast = statistics.quantiles(one.speeds, n=4)[::2] if len(one.speeds) > 1 else (0, 0)
        within = interval(one.psnr)
        rows.append(
            (
                one.label,
                f"{one.mean_psnr:.2f}",
                f"{within[0]:.2f} .. {within[1]:.2f}" if within else "",
                f"{one.mean_ssim:.4f}",
                f"{one.speed:.3g}",
                f"{slow:.3g} .. {fast:.3g}" if fast else "",
                f"{one.parameters:,}" if one.parameters else "",
                f"{one.macs:,.0f}" if one.macs else "",
                "yes" if one.label in front else "",
            )
        )
    scores = ("restorer", "PSNR, dB", "95 % within", "SSIM", "megapixels/s", "half within")
    costs = ("weights", "MACs/pixel", "unbeaten")
    return table((*scores, *costs), rows, numbers=range(1, 8))


def _circumstances(arena: Arena) -> str:
    known = [
        ("suite", f"{arena.suite}, protocol {arena.protocol}"),
        ("data hash", arena.data_hash),
        ("machine", arena.machine),
        ("speed", "median over pictures, each timed once after one picture that was not; fp32"),
        ("MACs/pixel", "multiply-adds per pixel of the result"),
        ("unbeaten", "no other one is better in PSNR and as fast"),
    ]
    known += [(one.label, one.weights_hash or "no weights") for one in arena.standings]
    known.append(("versions", ", ".join(f"{key} {v}" for key, v in arena.versions.items())))
    return facts(known)


def _number(value: float, digits: int) -> float | None:
    return round(value, digits) if math.isfinite(value) else None
