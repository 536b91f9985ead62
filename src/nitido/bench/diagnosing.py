"""Trials of the diagnosis: what is planned for clean pictures and for one damage after another.

Every picture goes the way that files go: rounded to 8 bits, looked at once, judged, planned for.
Where it comes as a JPEG file the quality of its tables is known, else nothing is.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from nitido.bench._confusion import Confusion, Said, Tally
from nitido.bench._confusion_page import confusion_page
from nitido.bench._suite import Case, Found
from nitido.bench._trials import LEVEL, WARDS, Trial
from nitido.bench._versions import versions
from nitido.diagnosis import Diagnosis, judge, look
from nitido.errors import DataError, SettingError, UnknownNameError
from nitido.pages import save
from nitido.picture import ArraySource, to_8bit


def confuse(
    images: str = "cbsd68",
    data: Path | None = None,
    *,
    wards: Sequence[str] = tuple(WARDS),
    every: int = 1,
    on_picture: Callable[[int, int], None] = lambda done, total: None,
) -> Confusion:
    """Diagnose pictures of known damage and count what is planned for them.

    Parameters
    ----------
    images : str
        The image set that is damaged; clean pictures and camera noise are of sets of their own.
    data : Path, optional
        Root of the image sets.
    wards : sequence of str
        Which kinds of damage, by the names in `WARDS`.
    every : int
        Every how many-th picture of each set is used.
    on_picture : callable
        Called with the diagnoses done and in all.

    Returns
    -------
    Confusion
        With the sets that are not there, and why.

    Raises
    ------
    UnknownNameError
        If there is no such kind of damage.
    SettingError
        If `every` is below 1 or no kind of damage is named.
    DataError
        If none of the sets is there.
    """
    if every < 1:
        raise SettingError(f"every is {every}; it is a whole number from 1 up.")
    if not wards:
        raise SettingError(f"There is nothing to diagnose; name {', '.join(WARDS)}.")
    work, missing = _gathered(images, data, wards, every)
    total = sum(len(files) for _, _, files in work)
    done, tallies, hashes = 0, [], set()
    for ward, trial, files in work:
        each = {}
        for found in files:
            original = trial.suite.read(found)
            hashes.add(original.sha256)
            each[found.name] = _said(trial, trial.suite.case(original))
            done += 1
            on_picture(done, total)
        tallies.append(Tally(ward, trial.name, trial.wanted, trial.finding, each))
    digest = hashlib.sha256("".join(sorted(hashes)).encode()).hexdigest()
    return Confusion(images, tuple(tallies), missing, digest, versions("openvino"))


def write_confusion(file: Path, result: Confusion) -> None:
    """Write trials of the diagnosis as one HTML file; a report that is there is replaced.

    Raises
    ------
    UnwritableError
        If it cannot be written.
    """
    save(file, confusion_page(result))


def _gathered(
    images: str, data: Path | None, wards: Sequence[str], every: int
) -> tuple[list[tuple[str, Trial, tuple[Found, ...]]], dict[str, str]]:
    """Return trials with their files, and the sets that are not there with the reasons."""
    work, missing = [], {}
    for ward in dict.fromkeys(wards):
        if ward not in WARDS:
            raise UnknownNameError("kind of damage", ward, WARDS)
        for trial in WARDS[ward].trials(images):
            try:
                work.append((ward, trial, trial.suite.files(data)[::every]))
            except DataError as error:
                missing[trial.suite.images] = str(error)
    if not work:
        raise DataError(next(iter(missing.values())))
    return work, missing


def _said(trial: Trial, case: Case) -> Said:
    diagnosis = judge(look(ArraySource(to_8bit(case.lq), depth=8)), trial.header)
    tasks = tuple(step.task or step.weights for step in diagnosis.plan().steps)
    truth = None if trial.truth is None else trial.truth(case)
    return Said(tasks, _read(diagnosis, trial.finding), truth)


def _read(diagnosis: Diagnosis, finding: str | None) -> float | None:
    if finding is None:
        return None
    return diagnosis.level if finding == LEVEL else diagnosis.value(finding)
