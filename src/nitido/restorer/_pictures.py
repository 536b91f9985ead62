"""What every restorer offers: arrays, pictures and files go through one and the same run."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from nitido.picture import Picture, Policy
from nitido.picture.rows import ArraySink, ArraySource, Sink, Source
from nitido.restorer._arrays import as_given, as_picture
from nitido.restorer._files import restore_file
from nitido.restorer._report import Report
from nitido.restorer._tiles import OnTile


class RestoresPictures(ABC):
    """Turns a run over rows of pixels into the restoring of arrays, pictures and files."""

    @property
    @abstractmethod
    def scale(self) -> int:
        """How many times larger a result is."""

    @abstractmethod
    def _run(
        self,
        open_source: Callable[[], Source],
        sink: Sink,
        on_tile: OnTile = lambda done, total: None,
        file: str | Path | None = None,
        policy: Policy | None = None,
    ) -> Report:
        """Restore one picture from its source into the sink.

        `file` is where the picture can be read once more, under `policy`; without it
        `open_source` may be called again.
        """

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        """Restore an array; what goes in as uint8, uint16 or float32 comes out as the same.

        Parameters
        ----------
        picture : np.ndarray
            (H, W) or (H, W, C); floats are nominal 0..1. Two and four channels are gray and RGB
            with alpha, which comes back untouched; other counts are bands, restored each alone.

        Raises
        ------
        SettingError
            If the array is no picture, or the method refuses it.
        ResultError
            If the result fails its checks.
        """
        pixels, alpha, peak = as_picture(picture)
        if alpha is None or self.scale == 1:
            return as_given(self._arrays(pixels)[0], alpha, peak, picture)
        parts = self._arrays(pixels, alpha[..., 0].astype(np.float32) / np.float32(peak))
        larger = np.dstack([part for part in parts if part is not None])
        return as_given(larger, None, peak, picture)

    def picture(self, picture: Picture) -> Picture:
        """Restore a picture in memory; depth and metadata stay as they are, alpha as large as it.

        Raises
        ------
        SettingError
            If the method refuses it.
        ResultError
            If the result fails its checks.
        """
        pixels, alpha = self._arrays(picture.pixels, picture.alpha)
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
        on_tile: OnTile = lambda done, total: None,
    ) -> Report:
        """Restore a file into a file; memory is bounded whatever the size.

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
        limits = policy or Policy()
        return restore_file(
            source,
            target,
            lambda picture, writer: self._run(lambda: picture, writer, on_tile, source, limits),
            scale=self.scale,
            overwrite=overwrite,
            metadata=metadata,
            quality=quality,
            policy=limits,
        )

    def _arrays(
        self, pixels: np.ndarray, alpha: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Restore float32 (H, W, C), and enlarge alpha (H, W) with it."""
        height, width, channels = pixels.shape
        sink = ArraySink(height * self.scale, width * self.scale, channels, alpha is not None)
        self._run(lambda: ArraySource(pixels, alpha), sink)
        return sink.pixels, sink.alpha
