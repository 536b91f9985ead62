"""Stress tests: how scores fall when the damage leaves what weights were trained on.

PSNR and SSIM against noise level, kind of noise, JPEG quality, scale and blur width, with the
trained range as far as a card's recipe tells it.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from nitido.bench._candidate import Candidate, labels
from nitido.bench._robustness_page import robustness_page
from nitido.bench._scoring import score_case
from nitido.bench._stress import CSV_HEADER, Measure, Robustness, Tested
from nitido.bench._suite import Original, Suite
from nitido.bench._sweeps import SWEEPS, Level
from nitido.bench._trained import trained_ranges
from nitido.bench._versions import versions
from nitido.errors import SettingError, UnknownNameError
from nitido.pages import check_target, save

Maker = Callable[[Suite], Candidate]
"""Makes a candidate ready for a suite, as `find_candidate` does for a name."""


def stress(
    makers: Sequence[Maker],
    images: str = "cbsd68",
    data: Path | None = None,
    *,
    sweeps: Sequence[str] = tuple(SWEEPS),
    every: int = 17,
    scale: int = 1,
    on_level: Callable[[int, int], None] = lambda done, total: None,
) -> Robustness:
    """Run candidates through stress tests on a few pictures of a set.

    Parameters
    ----------
    makers : sequence of callable
        One per candidate; usually the first is that of the damaged input.
    images : str
        An image set.
    data : Path, optional
        Root of the image sets.
    sweeps : sequence of str
        Which stress tests.
    every : int
        Every how many-th picture is used.
    scale : int
        Where candidates enlarge: pictures are first made so much smaller, then damaged.
    on_level : callable
        Called with the levels done and in all.

    Raises
    ------
    UnknownNameError
        If there is no such stress test.
    SettingError
        If a candidate cannot do one of them, `every` is below 1, or nothing is to be done.
    DataError
        If the images are not there.
    """
    levels = [(name, level) for name in sweeps for level in _levels(name, scale)]
    if every < 1:
        raise SettingError(f"every is {every}; it is a whole number from 1 up.")
    if not levels or not makers:
        raise SettingError("There is nothing to test: name weights and a stress test.")
    shelves = [_Shelf(maker) for maker in makers]
    for _, level in levels:  # what cannot work is found before anything is scored
        for shelf in shelves:
            shelf.candidate(level.suite(images, scale))
    reader = levels[0][1].suite(images, scale)
    originals = [reader.read(found) for found in reader.files(data)[::every]]
    measures: list[list[Measure]] = [[] for _ in shelves]
    for done, (name, level) in enumerate(levels, start=1):
        suite = level.suite(images, scale)
        candidates = [shelf.candidate(suite) for shelf in shelves]
        settings = " ".join(f"{key}={value:g}" for key, value in level.settings.items())
        for kept, each in zip(measures, _scores(suite, candidates, originals), strict=True):
            damage = f"{level.damage} {settings}"
            varied = level.settings[level.varied]
            kept.append(Measure(name, level.name, level.value, damage, varied, each))
        on_level(done, len(levels))
    return _summed(images, scale, levels, originals, shelves, measures)


def write_robustness(file: Path, result: Robustness) -> None:
    """Write stress tests as one HTML file with curves; a report that is there is replaced.

    Raises
    ------
    UnwritableError
        If it cannot be written.
    """
    save(file, robustness_page(result))


def check_csv(file: Path) -> None:
    """Say before the work begins that rows cannot be written after it.

    Raises
    ------
    UnwritableError
        If the folder is missing, or something else than rows of stress tests has the name.
    """
    check_target(file, CSV_HEADER)


def write_csv(file: Path, result: Robustness) -> None:
    """Write a row per candidate, level and picture; rows that are there are replaced.

    Raises
    ------
    UnwritableError
        If they cannot be written.
    """
    save(file, result.to_csv())


def _levels(name: str, scale: int) -> tuple[Level, ...]:
    if name not in SWEEPS:
        raise UnknownNameError("stress test", name, SWEEPS)
    if name == "scale" and scale > 1:
        return ()  # networks that enlarge do so by one factor
    return SWEEPS[name].levels


class _Shelf:
    """Candidates that were made; one that is told nothing serves every level of its scale."""

    def __init__(self, make: Maker) -> None:
        self._make = make
        self._kept: dict[tuple[int, bool], Candidate] = {}
        self.last: Candidate

    def candidate(self, suite: Suite) -> Candidate:
        key = (suite.scale, suite.sigma is None)
        if key in self._kept:
            self.last = self._kept[key]
        else:
            self.last = self._make(suite)
            if "sigma" not in self.last.told:
                self._kept[key] = self.last
        return self.last


def _scores(
    suite: Suite, candidates: Sequence[Candidate], originals: Sequence[Original]
) -> list[dict[str, tuple[float, float]]]:
    """Return PSNR and SSIM by picture of every candidate; each picture is damaged once."""
    each: list[dict[str, tuple[float, float]]] = [{} for _ in candidates]
    for original in originals:
        case = suite.case(original)
        for scores, candidate in zip(each, candidates, strict=True):
            restored = candidate(case.lq)
            row = score_case(suite, candidate, case, restored, original.sha256, 0)
            scores[row.image] = (row.psnr, row.ssim)
    return each


def _summed(
    images: str,
    scale: int,
    levels: Sequence[tuple[str, Level]],
    originals: Sequence[Original],
    shelves: Sequence[_Shelf],
    measures: Sequence[list[Measure]],
) -> Robustness:
    candidates = [shelf.last for shelf in shelves]
    names = labels([(candidate.name, candidate.weights_hash) for candidate in candidates])
    tested = tuple(
        Tested(
            label,
            candidate.weights_hash,
            candidate.changes,
            {
                (name, level.name): trained_ranges(candidate.card, level.damage, level.varied)
                for name, level in levels
            },
            tuple(kept),
        )
        for label, candidate, kept in zip(names, candidates, measures, strict=True)
    )
    hashes = "".join(sorted(original.sha256 for original in originals))
    packages = dict.fromkeys(package for c in candidates for package in c.packages)
    return Robustness(
        images,
        tuple(original.name for original in originals),
        hashlib.sha256(hashes.encode()).hexdigest(),
        scale,
        tested,
        versions(*packages),
    )
