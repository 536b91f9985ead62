"""Methods over pictures and files of any size, as `Restorer` does it with networks."""

import time
from abc import abstractmethod
from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np

from nitido.diagnosis import Look
from nitido.errors import ResultError, SettingError
from nitido.picture import Source, Taken
from nitido.restorer._again import look_again
from nitido.restorer._blending import blended
from nitido.restorer._cuts import Cuts, make_cuts
from nitido.restorer._flatness import Flatness
from nitido.restorer._pictures import RestoresPictures
from nitido.restorer._report import Report
from nitido.restorer._restored import untouched
from nitido.restorer._settings import check_tile
from nitido.restorer._tiles import OnTile, run_tiles
from nitido.restorer._toning import choose_tone, range_is_found, range_setting, tone_notes
from nitido.solvers import OnProgress
from nitido.tone import RangeSetting, Tone

_TILE_PIXELS = 1_000_000  # of a method that looks no farther than it says
_ALPHA_REACH = 2  # of the enlargement of alpha, LQ pixels

RestoreTile = Callable[[np.ndarray, OnProgress], np.ndarray]


class Method(Protocol):
    """What a method of any room says of itself."""

    @property
    def scale(self) -> int:
        """How many times larger a result is."""
        ...

    @property
    def reach(self) -> int | None:
        """LQ pixels to each side that decide about a pixel; None is the whole picture."""
        ...


class RestoresByMethod(RestoresPictures):
    """Restores arrays and files of any size by a method: a function of pictures in gray or color.

    Parameters
    ----------
    name : str
        As reports show it.
    method : Method
        What it says of itself; `_restored` runs it.
    tile : int, optional
        Side of the part that is kept of each tile, LQ pixels; 0 is the whole picture at once.
    strength : float
        0..1: how much of the change is made; a method that enlarges is blended with bicubic
        interpolation.
    range : "auto", "full", "LOW,HIGH" or Limits
        What the method is shown as 0..1 of pictures of 16 bits and floats.

    Raises
    ------
    SettingError
        If a setting is out of range, or the method cannot follow it.
    """

    def __init__(
        self,
        name: str,
        method: Method,
        tile: int | None,
        strength: float,
        range: str | RangeSetting = "auto",
    ) -> None:
        if not 0 <= strength <= 1:
            raise SettingError(f"strength is {strength}; with {name} it goes from 0 to 1.")
        check_tile(tile)
        if tile and method.reach is None:
            raise SettingError(
                f"{name} looks at the whole picture, so it cannot go tile by tile. Leave "
                "tile out; a method that estimates the noise can be told sigma instead."
            )
        self._name = name
        self._about = method
        self._tile = tile
        self._strength = strength
        self._range = range_setting(range)

    @abstractmethod
    def _restored(self, tile: np.ndarray, progress: OnProgress) -> np.ndarray:
        """Restore a tile, float32 (h, w, C), C = 1 or 3, and tell how far it is."""

    @property
    def name(self) -> str:
        """As reports show it."""
        return self._name

    @property
    def precision(self) -> str:
        """Methods compute in single precision at least."""
        return "fp32"

    @property
    def scale(self) -> int:
        """How many times larger a result is."""
        return self._about.scale

    def cuts(self, height: int, width: int, share: int = 1) -> Cuts:
        """Return how a picture of this size (LQ pixels) is cut; `share` is that of `rows`."""
        reach = self._about.reach
        overlap = max(reach or 0, _ALPHA_REACH)
        return make_cuts(
            height,
            width,
            multiple_of=1,
            overlap=overlap,
            budget=max(_TILE_PIXELS, 16 * overlap**2),
            tile=0 if reach is None else self._tile,
            scale=self.scale,
            share=share,
        )

    def looks_first(self, depth: int) -> bool:
        """Tell whether the range is found in the picture; all else a method judges itself."""
        return self._strength > 0 and range_is_found(self._range, depth)

    def _made(
        self, source: Source, cuts: Cuts, seen: Look | None, report: Report, on_tile: OnTile
    ) -> Iterator[Taken]:
        """Yield restored rows and fill in the report."""
        if self._strength == 0:
            yield from untouched(source, self.scale)
            on_tile(cuts.count, cuts.count)
            return
        if seen is None and self.looks_first(source.depth):
            seen = look_again(source)
        tone = choose_tone(self._range, source.depth, seen)
        report.notes += tone_notes(self._range, source.depth, tone)
        done = 0.0

        def progress(part: float) -> None:
            if part < 1:  # a tile that is done is counted below
                on_tile(done + part, cuts.count)

        def count(tiles: float, total: float) -> None:
            nonlocal done
            done = tiles
            on_tile(tiles, total)

        work = _Work(self._restored, self.name, self._strength, self.scale, tone, progress)
        yield from run_tiles(source, cuts, work, scale=self.scale, on_tile=count)
        work.check()
        report.engine_seconds = work.seconds
        if self._about.reach is None:
            report.notes += (f"{self.name} looks at the whole picture, so all of it was in memory",)


class _Work:
    """Runs tiles of one picture and remembers what the check needs."""

    def __init__(
        self,
        restore: RestoreTile,
        name: str,
        strength: float,
        scale: int,
        tone: Tone,
        progress: OnProgress,
    ) -> None:
        self.seconds = 0.0
        self._restore, self._name = restore, name
        self._strength, self._scale = strength, scale
        self._tone = tone
        self._progress = progress
        self._flatness = Flatness()

    def __call__(self, tile: np.ndarray) -> np.ndarray:
        """Restore one tile (h, w, C)."""
        began = time.perf_counter()
        channels = tile.shape[2]
        shown, withheld = self._tone.show(tile)
        if channels in (1, 3):
            restored = self._restore(shown, self._progress)
        else:
            restored = np.concatenate([self._band(shown, band) for band in range(channels)], axis=2)
        self.seconds += time.perf_counter() - began
        if channels == 3 and (tile == tile[..., :1]).all():  # gray stays gray
            restored = restored.mean(axis=2, keepdims=True).repeat(3, axis=2)
        if not np.isfinite(restored).all():
            raise ResultError(
                f"{self._name} gave values that are not finite; nothing was written. "
                "Try other settings, or report the picture."
            )
        if self._strength >= 1:  # what is blended with the picture is as little flat as that
            self._flatness.see(shown, restored)
        restored = self._tone.back(restored, withheld)
        return blended(tile, restored, self._strength, self._scale)

    def check(self) -> None:
        """Refuse a result that is constant where the input was not."""
        self._flatness.check(self._name, "Try other settings.")

    def _band(self, tile: np.ndarray, band: int) -> np.ndarray:
        bands = tile.shape[2]
        return self._restore(
            tile[..., band : band + 1], lambda part: self._progress((band + part) / bands)
        )
