"""Run a candidate over a suite; what was scored once is not scored again."""

import hashlib
import json
import re
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nitido.bench._candidate import Candidate
from nitido.bench._published import is_published_set, published
from nitido.bench._result import Result
from nitido.bench._rows import Row, RowFile
from nitido.bench._scoring import score_case
from nitido.bench._suite import Case, Suite
from nitido.bench._versions import versions


@dataclass(frozen=True)
class Progress:
    """One more picture is done.

    Attributes
    ----------
    done, total : int
        Pictures so far, and in all.
    row : Row
        Its scores.
    case : Case or None
        The damaged picture and GT; None where the row was kept from an earlier run.
    restored : np.ndarray or None
        The result, float32 (H, W, C), neither clipped nor rounded; None likewise.
    """

    done: int
    total: int
    row: Row
    case: Case | None = None
    restored: np.ndarray | None = None


def run(
    candidate: Candidate,
    suite: Suite,
    data: Path | None = None,
    *,
    folder: Path | None = None,
    fresh: bool = False,
    on_image: Callable[[Progress], None] = lambda progress: None,
) -> Result:
    """Score a candidate on every picture of a suite.

    Parameters
    ----------
    candidate : Candidate
        From `find_candidate`, for the same suite.
    suite : Suite
        From `find_suite`.
    data : Path, optional
        Root of the image sets.
    folder : Path, optional
        Where rows are kept, in a file whose name holds a hash of suite, protocol, weights, what
        they were told and versions. A run that was killed goes on with it; every row carries the
        hash of its picture, and counts only for that.
    fresh : bool
        Score all pictures anew. A caller that wants every result needs this.
    on_image : callable
        Called after every picture, once it is scored; the next one may be restored by then.

    Raises
    ------
    DataError
        If the images are not under the root or do not suit.
    PictureError
        If one is damaged.
    ResultError
        If a result fails its checks.
    UnwritableError
        If the folder cannot hold the rows.
    """
    files = suite.files(data)
    made_with = versions(*candidate.packages)
    rows = RowFile(folder and folder / _file_name(candidate, suite, made_with), fresh)
    scored: list[Row] = []
    pending: list[tuple[Future[Row], int, Case, np.ndarray]] = []

    def settle() -> None:
        """Keep the row of the picture that is being scored, and tell of it."""
        if pending:
            row, done, case, restored = pending.pop()
            rows.append(row.result())
            scored.append(row.result())
            on_image(Progress(done, len(files), row.result(), case, restored))

    # A picture is scored while the next one is restored, and kept even if that one fails.
    with ThreadPoolExecutor(max_workers=1) as scorer:
        try:
            for done, found in enumerate(files, start=1):
                original = suite.read(found)
                known = rows.known(original.name, original.sha256)
                if known:
                    settle()
                    scored.append(known)
                    on_image(Progress(done, len(files), known))
                    continue
                case = suite.case(original)
                began = time.perf_counter()
                restored = candidate(case.lq)
                seconds = time.perf_counter() - began
                settle()
                row = scorer.submit(
                    score_case, suite, candidate, case, restored, original.sha256, seconds
                )
                pending.append((row, done, case, restored))
        finally:
            settle()
    data_hash = hashlib.sha256("".join(sorted(row.sha256 for row in scored)).encode()).hexdigest()
    return Result(
        suite=suite.name,
        protocol=suite.protocol,
        weights=candidate.name,
        rows=tuple(scored),
        published=published(suite.name),
        data_hash=data_hash,
        published_set=is_published_set(suite.images, data_hash),
        weights_hash=candidate.weights_hash,
        told=candidate.told,
        engine=candidate.engine,
        versions=made_with,
        file=rows.file,
    )


def _file_name(candidate: Candidate, suite: Suite, made_with: dict[str, str]) -> str:
    """Return a name that only the same run has, and that a person recognizes."""
    identity = [
        *(suite.name, suite.protocol, candidate.name, candidate.weights_hash),
        *(candidate.told, candidate.engine, made_with),
    ]
    key = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:12]
    words = re.sub(r"[^\w.-]+", "-", f"{suite.name}-{candidate.name}").strip("-")
    return f"{words[-100:]}-{key}.csv"
