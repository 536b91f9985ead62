"""Classical restorers over pictures and files of any size."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from nitido import catalog, classical
from nitido.classical import ClassicalRestorer
from nitido.restorer._method import RestoresByMethod
from nitido.restorer._toning import range_setting
from nitido.solvers import OnProgress
from nitido.tone import RangeSetting

PREFIX = "classical:"

_REPAIR_SCALE = frozenset(  # they repair how a picture uses its scale, as the task enhance does
    {"clahe", "dark_channel", "gamma", "histogram_equalization", "lime", "retinex"}
)


class Classical(RestoresByMethod):
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
        0..1: how much of the change is made; an enlargement is blended with the bicubic one.
    range : "auto", "full", "LOW,HIGH" or Limits
        As in `Restorer`; ``auto`` is ``full`` for methods that spread tones over the scale.

    Raises
    ------
    UnknownNameError
        If there is no such method.
    SettingError
        If a setting is unknown or out of range, or the method cannot follow it.
    """

    engine = "classical"

    def __init__(
        self,
        name: str,
        settings: Mapping[str, Any] | None = None,
        *,
        tile: int | None = None,
        strength: float = 1.0,
        range: str | RangeSetting = "auto",
    ) -> None:
        bare = name.removeprefix(PREFIX)
        self.method: ClassicalRestorer = catalog.build(classical, bare, **(settings or {}))
        setting = range_setting(range, whole=bare in _REPAIR_SCALE)
        super().__init__(PREFIX + bare, self.method, tile, strength, setting)

    def _restored(self, tile: np.ndarray, progress: OnProgress) -> np.ndarray:
        return self.method(tile)
