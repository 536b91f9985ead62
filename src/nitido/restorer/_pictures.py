"""What every restorer offers: rows, arrays, pictures and files go through one and the same run."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from nitido.diagnosis import Look
from nitido.picture import (
    ArraySource,
    Picture,
    Policy,
    Source,
    Taken,
    from_array,
    like_array,
    open_picture,
    write_rows,
)
from nitido.restorer._cuts import Cuts
from nitido.restorer._report import Report
from nitido.restorer._restored import RestoredRows
from nitido.restorer._tiles import OnTile, silent


class RestoresPictures(ABC):
    """Turns a run over rows of pixels into the restoring of arrays, pictures and files."""

    engine: str

    @property
    @abstractmethod
    def name(self) -> str:
        """What restores, as reports show it."""

    @property
    @abstractmethod
    def precision(self) -> str:
        """The arithmetic of the engine used last, or the one asked for."""

    @property
    @abstractmethod
    def scale(self) -> int:
        """How many times larger a result is."""

    @abstractmethod
    def looks_first(self, depth: int) -> bool:
        """Tell whether a picture of this depth must be looked at as a whole before the first tile.

        Parameters
        ----------
        depth : int
            8, 16, or 32 for float.
        """

    def rows(
        self,
        source: Source,
        *,
        seen: Look | None = None,
        share: int = 1,
        on_tile: OnTile = silent,
    ) -> RestoredRows:
        """Restore a picture while its rows are asked for.

        Parameters
        ----------
        source : Source
            Standing at its first row; a `Replayable` where `looks_first` says so.
        seen : Look, optional
            What somebody saw who has already looked at the picture.
        share : int
            Among how many steps of a chain the memory is shared.
        on_tile : callable
            Called with the tiles done, of one that takes long also the part, and their number.

        Raises
        ------
        SettingError
            If the method refuses the picture, at once or while its rows are asked for.
        """
        cuts = self.cuts(source.height, source.width, share)
        report = Report(
            weights=self.name,
            engine=self.engine,
            precision=self.precision,
            tile=cuts.tile,
            tiles=cuts.count,
            megapixels=source.height * source.width / 1e6,
        )
        made = self._made(source, cuts, seen, report, on_tile)
        height, width = source.height * self.scale, source.width * self.scale
        return RestoredRows(made, source, report, height, width)

    @abstractmethod
    def cuts(self, height: int, width: int, share: int = 1) -> Cuts:
        """Return how a picture of this size (LQ pixels) is cut; `share` is that of `rows`."""

    @abstractmethod
    def _made(
        self, source: Source, cuts: Cuts, seen: Look | None, report: Report, on_tile: OnTile
    ) -> Iterator[Taken]:
        """Yield restored rows and fill in the report."""

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        """Restore an array; what goes in as uint8, uint16 or float32 comes out as the same.

        Parameters
        ----------
        picture : np.ndarray
            (H, W) or (H, W, C); floats are nominal 0..1. Two and four channels are gray and RGB
            with alpha, which comes back untouched or as much larger as the picture; other counts
            are bands, restored each alone.

        Raises
        ------
        SettingError
            If the array is no picture, or the method refuses it.
        ResultError
            If the result fails its checks.
        """
        return like_array(*self._whole(ArraySource(*from_array(picture))), picture)

    def picture(self, picture: Picture) -> Picture:
        """Restore a picture in memory; depth and metadata stay as they are, alpha as large as it.

        Raises
        ------
        SettingError
            If the method refuses it.
        ResultError
            If the result fails its checks.
        """
        source = ArraySource(picture.pixels, picture.alpha, picture.depth)
        pixels, alpha = self._whole(source)
        return replace(picture, pixels=pixels, alpha=alpha)

    def file(
        self,
        source: str | Path,
        target: str | Path,
        *,
        overwrite: bool = False,
        metadata: str = "keep",
        quality: int = 95,
        policy: Policy | None = None,
        on_tile: OnTile = silent,
    ) -> Report:
        """Restore a file into a file; memory is bounded whatever the size.

        Everything else that the file carries goes along: alpha, depth, and the metadata that is
        asked for.

        Parameters
        ----------
        source, target : path-like
            Picture files; the target's suffix decides its format.
        overwrite : bool
            Whether an existing target may be replaced.
        metadata : {"keep", "private", "strip"}
            What of EXIF, XMP and the like goes into the target.
        quality : int
            1..100 for lossy formats.
        policy : Policy, optional
            Limits on what is opened.
        on_tile : callable
            Called with the tiles done, of one that takes long also the part, and their number.

        Raises
        ------
        PictureError
            If the source cannot be read or the target cannot be written.
        SettingError
            If the method refuses the picture.
        ResultError
            If the result fails its checks; then nothing is written.
        """
        began = time.perf_counter()
        with open_picture(source, policy or Policy()) as picture:
            rows = self.rows(picture, on_tile=on_tile)
            notes = write_rows(
                rows,
                target,
                picture.metadata,
                overwrite=overwrite,
                metadata=metadata,
                quality=quality,
            )
            report = rows.report
            report.notes = (*picture.notes, *report.notes, *notes)
        report.seconds = time.perf_counter() - began
        return report

    def _whole(self, source: Source) -> tuple[np.ndarray, np.ndarray | None]:
        """Restore all rows at once."""
        rows = self.rows(source)
        return rows.rows(rows.height)
