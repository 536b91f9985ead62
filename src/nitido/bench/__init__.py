"""Proof: published protocols by name, what papers report on them, and the scores of ours.

>>> suite = find_suite("set12/gaussian_noise_25")
>>> result = run(find_candidate("denoise", suite), suite)
>>> result.psnr, result.interval, result.own

A `Suite` fixes what a number means. A `Candidate` is anything that restores its pictures. `run`
scores one on the other, picture by picture, and goes on where it was killed. `write_report` shows
results; `stress` varies the damage; `compete` sets restorers side by side; `confuse` tries the
diagnosis on pictures of known damage.
"""

from pathlib import Path

from nitido.bench._candidate import Candidate
from nitido.bench._confusion import Confusion, Said, Tally
from nitido.bench._entries import Scored
from nitido.bench._published import Published, published, published_suites
from nitido.bench._result import Result
from nitido.bench._rows import Row
from nitido.bench._stress import Measure, Robustness, Tested
from nitido.bench._suite import Case, Suite
from nitido.bench._sweeps import SWEEPS
from nitido.bench._trials import WARDS
from nitido.bench.arena import Arena, Standing, compete, write_arena
from nitido.bench.candidates import find_candidate
from nitido.bench.diagnosing import confuse, write_confusion
from nitido.bench.report import check_report, write_report
from nitido.bench.robustness import Maker, check_csv, stress, write_csv, write_robustness
from nitido.bench.runner import Progress, run
from nitido.bench.suites import KINDS, find_suite
from nitido.weights import Score, Weights

__all__ = [
    "KINDS",
    "SWEEPS",
    "WARDS",
    "Arena",
    "Candidate",
    "Case",
    "Confusion",
    "Maker",
    "Measure",
    "Progress",
    "Published",
    "Result",
    "Robustness",
    "Row",
    "Said",
    "Scored",
    "Standing",
    "Suite",
    "Tally",
    "Tested",
    "check_csv",
    "check_report",
    "compete",
    "confuse",
    "find_candidate",
    "find_suite",
    "published",
    "published_suites",
    "run",
    "score",
    "stress",
    "write_arena",
    "write_confusion",
    "write_csv",
    "write_report",
    "write_robustness",
]


def score(weights: Weights, suite: Suite, data: Path | None = None) -> Score:
    """Return the mean scores of weights over a suite, in fp32, as their card holds them.

    Raises
    ------
    DataError
        If the images are not under the root or do not suit.
    SettingError
        If the weights cannot do the suite.
    """
    result = run(find_candidate(weights, suite), suite, data)
    return Score(
        suite=result.suite,
        protocol=result.protocol,
        images=len(result.rows),
        psnr=round(result.psnr, 4),
        ssim=round(result.ssim, 5),
        input_psnr=round(result.input_psnr, 4),
        data_hash=result.data_hash,
        versions=result.versions,
    )
