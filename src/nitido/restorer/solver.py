"""Solvers, which learn or iterate on one picture, over pictures and files."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from nitido import catalog, solvers
from nitido.errors import UnknownNameError
from nitido.restorer._method import RestoresByMethod
from nitido.solvers import OnProgress, SolvingRestorer
from nitido.tone import RangeSetting


class Solver(RestoresByMethod):
    """Restores arrays and files by a method of the room `solvers`; all of a picture is in memory.

    While it works on a file, `on_tile` is called with fractions of the one tile.

    Parameters
    ----------
    name : str
        Of the method, or of a variant: ``zs_n2n``, ``deep_image_prior_hole``.
    settings : mapping
        Those of the method.
    tile : int, optional
        None or 0: the whole picture at once.
    strength : float
        0..1: how much of the change is made; an enlargement is blended with the bicubic one.
    range : "auto", "full", "LOW,HIGH" or Limits
        As in `Restorer`.

    Raises
    ------
    UnknownNameError
        If there is no such method.
    MissingExtraError
        If PyTorch is not installed.
    SettingError
        If a setting is unknown or out of range, or the method cannot follow it.
    """

    engine = "torch"

    def __init__(
        self,
        name: str,
        settings: Mapping[str, Any] | None = None,
        *,
        tile: int | None = None,
        strength: float = 1.0,
        range: str | RangeSetting = "auto",
    ) -> None:
        self.method: SolvingRestorer = catalog.build(solvers, name, **(settings or {}))
        super().__init__(name, self.method, tile, strength, range)

    def _restored(self, tile: np.ndarray, progress: OnProgress) -> np.ndarray:
        return self.method(tile, report=progress)


def is_solver(name: str) -> bool:
    """Tell whether a name, which may be a file's, is a solver's or begins like a variant of one."""
    try:
        return name.isidentifier() and bool(catalog.home(solvers, name))
    except UnknownNameError:
        return False
