"""Classical restorers over pictures and files of any size, as `Restorer` does it with networks."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nitido import catalog, classical
from nitido.classical import ClassicalRestorer
from nitido.errors import ResultError, SettingError
from nitido.picture import Policy
from nitido.restorer._flatness import Flatness
from nitido.restorer._pictures import RestoresPictures
from nitido.restorer._plan import Plan, make_plan
from nitido.restorer._report import Report
from nitido.restorer._rows import Sink, Source
from nitido.restorer._tiles import OnTile, run_tiles

PREFIX = "classical:"
_TILE_PIXELS = 1_000_000  # of a method that looks no farther than it says
_ALPHA_REACH = 2  # of the enlargement of alpha, LQ pixels


class Classical(RestoresPictures):
    """Restores arrays and files of any size by a method of the room `classical`.

    A method that looks no farther than some pixels goes tile by tile. One that looks at the whole
    picture, also because it estimates a level from it, has all of it in memory, and the report
    says so.

    Parameters
    ----------
    name : str
        ``classical:NAME`` or the name alone.
    settings : mapping
        Those of the method.
    tile : int, optional
        Side of the part that is kept of each tile, LQ pixels; 0 is the whole picture at once.
    strength : float
        0..1: how much of the change is made; only where the method keeps the size.

    Raises
    ------
    UnknownNameError
        If there is no such method.
    SettingError
        If a setting is unknown or out of range, or the method cannot follow it.
    """

    def __init__(
        self,
        name: str,
        settings: Mapping[str, Any] | None = None,
        *,
        tile: int | None = None,
        strength: float = 1.0,
    ) -> None:
        self.name = PREFIX + name.removeprefix(PREFIX)
        self.method: ClassicalRestorer = catalog.build(
            classical, name.removeprefix(PREFIX), **(settings or {})
        )
        if not 0 <= strength <= 1:
            raise SettingError(f"strength is {strength}; with {self.name} it goes from 0 to 1.")
        if strength != 1 and self.method.scale != 1:
            raise SettingError(f"{self.name} enlarges; it has no strength to set.")
        if tile is not None and tile < 0:
            raise SettingError(f"tile is {tile}; give a side in pixels, or 0 for everything.")
        if tile and self.method.reach is None:
            raise SettingError(
                f"{self.name} looks at the whole picture, so it cannot go tile by tile. Leave "
                "tile out; a method that estimates the noise can be told sigma instead."
            )
        self._tile = tile
        self._strength = strength

    @property
    def scale(self) -> int:
        """How many times larger a result is."""
        return self.method.scale

    def plan(self, height: int, width: int) -> Plan:
        """Return how a picture of this size (LQ pixels) would be cut."""
        reach = self.method.reach
        overlap = max(reach or 0, _ALPHA_REACH)
        return make_plan(
            height,
            width,
            multiple_of=1,
            overlap=overlap,
            budget=max(_TILE_PIXELS, 16 * overlap**2),
            tile=0 if reach is None else self._tile,
        )

    def _run(
        self,
        open_source: Callable[[], Source],
        sink: Sink,
        on_tile: OnTile = lambda done, total: None,
        file: str | Path | None = None,
        policy: Policy | None = None,
    ) -> Report:
        began = time.perf_counter()
        source = open_source()
        plan = self.plan(source.height, source.width)
        work = _Work(self.method, self.name, self._strength)
        run_tiles(source, sink, plan, work, scale=self.scale, on_tile=on_tile)
        work.check()
        notes = (
            ()
            if self.method.reach is not None
            else (f"{self.name} looks at the whole picture, so all of it was in memory",)
        )
        return Report(
            weights=self.name,
            engine="classical",
            precision="fp32",
            tile=plan.tile,
            tiles=plan.count,
            megapixels=source.height * source.width / 1e6,
            seconds=time.perf_counter() - began,
            engine_seconds=work.seconds,
            notes=notes,
        )


class _Work:
    """Runs tiles of one picture and remembers what the check needs."""

    def __init__(self, method: ClassicalRestorer, name: str, strength: float) -> None:
        self.seconds = 0.0
        self._method, self._name, self._strength = method, name, np.float32(strength)
        self._flatness = Flatness()

    def __call__(self, tile: np.ndarray) -> np.ndarray:
        """Restore one tile (h, w, C)."""
        began = time.perf_counter()
        if tile.shape[2] in (1, 3):
            restored = self._method(tile)
        else:
            bands = [self._method(tile[..., band : band + 1]) for band in range(tile.shape[2])]
            restored = np.concatenate(bands, axis=2)
        self.seconds += time.perf_counter() - began
        if tile.shape[2] == 3 and (tile == tile[..., :1]).all():  # gray stays gray
            restored = restored.mean(axis=2, keepdims=True).repeat(3, axis=2)
        if not np.isfinite(restored).all():
            raise ResultError(
                f"{self._name} gave values that are not finite; nothing was written. "
                "Try other settings, or report the picture."
            )
        if self._strength != 1:
            restored = tile + self._strength * (restored - tile)
        self._flatness.see(tile, restored)
        return restored

    def check(self) -> None:
        """Refuse a result that is constant where the input was not."""
        self._flatness.check(self._name, "Try other settings.")
