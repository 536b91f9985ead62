"""A picture that is restored while somebody asks for its rows."""

import time
from collections.abc import Iterator

from nitido.picture import Source, Stream, Taken, portions, resized
from nitido.restorer._report import Report


class RestoredRows(Stream):
    """The restored rows of a source, which the next step or a file can take.

    Nothing is read or computed before the first rows are asked for.

    Parameters
    ----------
    made : iterator of (ndarray, ndarray or None)
        The rows as they are restored; it completes the report before it ends.
    source : Source
        What is restored; the result has its channels, alpha and depth.
    report : Report
        What is done.
    height, width : int
        Of the result.

    Attributes
    ----------
    report : Report
        What was done; complete once the last rows have been given.
    """

    def __init__(
        self, made: Iterator[Taken], source: Source, report: Report, height: int, width: int
    ) -> None:
        super().__init__(
            made,
            height=height,
            width=width,
            channels=source.channels,
            has_alpha=source.has_alpha,
            depth=source.depth,
        )
        self.report = report

    def rows(self, count: int) -> Taken:
        """Return the next rows, fewer at the end; what reading the source takes counts as well.

        Raises
        ------
        ResultError
            If the result fails its checks.
        """
        began = time.perf_counter()
        try:
            return super().rows(count)
        finally:
            self.report.seconds += time.perf_counter() - began


def untouched(source: Source, scale: int) -> Iterator[Taken]:
    """Yield the rows as they are, or enlarged by bicubic interpolation alone."""
    if scale == 1:
        return portions(source)
    return portions(resized(source, source.height * scale, source.width * scale))
