"""From a picture file to a picture file, whatever restores the rows between them."""

import time
from collections.abc import Callable
from pathlib import Path

from nitido.picture import PictureFile, PictureWriter, Policy, open_picture
from nitido.restorer._report import Report


def restore_file(
    source: str | Path,
    target: str | Path,
    run: Callable[[PictureFile, PictureWriter], Report],
    *,
    scale: int,
    overwrite: bool,
    metadata: str,
    quality: int,
    policy: Policy,
) -> Report:
    """Restore a file into a file by `run`, which hands rows from the one to the other.

    Everything else that the file carries goes along: alpha, depth, and the metadata that is asked
    for. The settings are those of `Restorer.file`.

    Raises
    ------
    PictureError
        If the source cannot be read or the target cannot be written.
    """
    began = time.perf_counter()
    with open_picture(source, policy) as picture:
        with PictureWriter(
            target,
            height=picture.height * scale,
            width=picture.width * scale,
            channels=picture.channels,
            has_alpha=picture.has_alpha,
            depth=picture.depth,
            metadata=picture.metadata,
            overwrite=overwrite,
            metadata_policy=metadata,
            quality=quality,
        ) as writer:
            report = run(picture, writer)
        report.notes = (*picture.notes, *report.notes, *writer.notes)
    report.seconds = time.perf_counter() - began
    return report
