"""The Restorer: weights, an engine and a plan; the same behind command, page, service and fleet."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import numpy as np

from nitido.engines import Precision
from nitido.errors import SettingError
from nitido.picture import Policy, open_picture
from nitido.picture.rows import Sink, Source
from nitido.restorer._judgement import judged_level
from nitido.restorer._pictures import RestoresPictures
from nitido.restorer._plan import Plan, make_plan
from nitido.restorer._report import Report
from nitido.restorer._shelf import Shelf
from nitido.restorer._tiles import OnTile, run_tiles
from nitido.restorer._work import Work
from nitido.weights import Weights, open_weights

_ACTIVATION_BYTES = 400_000_000  # of one tile
_LARGEST_TILE = 2_000_000  # pixels; beyond it nothing is gained
_TRIAL_SIDE = 256  # pixels, of the tile that speed is measured on
_FADE = 0.5  # strength below which a result fades into its input
_AT_REST_BYTES = 220_000_000  # of a process that has opened an engine and no picture


class Restorer(RestoresPictures):
    """Restores arrays and files of any size with one network.

    Parameters
    ----------
    weights : str, Path or Weights
        A shipped name, a ``.safetensors`` file of ours, or opened weights.
    engine : str
        A runtime of the room `engines`.
    precision : {"auto", "fp32", "bf16"}
        Arithmetic; ``auto`` takes the fastest that is safe.
    tile : int, optional
        Side of the part that is kept of each tile, LQ pixels; 0 is the whole picture at once.
        Without it tiles are as large as memory and speed allow.
    sigma : float, optional
        Noise level, 8-bit units (0..255), that the network is told instead of judging it. Weights
        whose card says that they cannot judge it need it.
    strength : float
        0..2: the network is told this many times the level that it would judge; below 0.5 the
        result also fades into the input, so that 0 changes nothing. Weights that cannot be told
        a level are blended with the input instead, up to 1.

    Raises
    ------
    UnknownNameError
        If there are no such weights or engine.
    SettingError
        If a setting is out of range, the weights cannot follow it, or they must be told `sigma`.
    """

    def __init__(
        self,
        weights: str | Path | Weights = "denoise",
        *,
        engine: str = "openvino",
        precision: Precision = "auto",
        tile: int | None = None,
        sigma: float | None = None,
        strength: float = 1.0,
    ) -> None:
        self.weights = weights if isinstance(weights, Weights) else open_weights(weights)
        self.engine = engine
        card = self.weights.card
        if not 0 <= strength <= 2:
            raise SettingError(f"strength is {strength}; it goes from 0 to 2.")
        if sigma is not None and not 0 <= sigma <= 255:
            raise SettingError(f"sigma is {sigma}; it goes from 0 to 255, in 8-bit units.")
        if precision not in get_args(Precision):
            known = ", ".join(get_args(Precision))
            raise SettingError(f"precision is {precision!r}; it is one of {known}.")
        if tile is not None and tile < 0:
            raise SettingError(f"tile is {tile}; give a side in pixels, or 0 for everything.")
        if not card.takes_sigma and (sigma is not None or strength > 1):
            raise SettingError(
                f"The weights {card.name} judge the damage themselves; "
                "leave sigma out and keep strength within 0..1."
            )
        if not card.judges_sigma and sigma is None:
            raise SettingError(
                f"The weights {card.name} cannot judge how much noise there is; "
                "tell the level as sigma (--sigma), 0..255 in 8-bit units."
            )
        self._shelf = Shelf(self.weights, engine, precision)
        self._tile = tile
        self._sigma = sigma
        self._strength = strength

    @property
    def scale(self) -> int:
        """How many times larger a result is."""
        return self.weights.card.scale

    def plan(self, height: int, width: int) -> Plan:
        """Return how a picture of this size (LQ pixels) would be cut."""
        card = self.weights.card
        budget = min(_ACTIVATION_BYTES // card.bytes_per_pixel, _LARGEST_TILE)
        return make_plan(
            height,
            width,
            multiple_of=card.multiple_of,
            overlap=card.overlap,
            budget=budget,
            tile=self._tile,
        )

    def estimate(self, height: int, width: int) -> dict[str, Any]:
        """Guess what a picture of this size costs, from one small tile run now.

        Returns
        -------
        dict
            ``tiles``, ``tile`` (height x width), ``seconds`` inside the engine, ``memory_mb``.
        """
        plan = self.plan(height, width)
        card = self.weights.card
        side = -(-_TRIAL_SIDE // card.multiple_of) * card.multiple_of
        probe = np.zeros((1, card.channels, side, side), np.float32)
        engine = self._shelf.at((side, side))
        engine(probe)
        began = time.perf_counter()
        engine(probe)
        speed = side * side / (time.perf_counter() - began)
        work = plan.count * plan.tile[0] * plan.tile[1]
        bands = 2 * plan.tile[0] * plan.width * 3 * 4
        tile = plan.tile[0] * plan.tile[1] * card.bytes_per_pixel
        return {
            "tiles": plan.count,
            "tile": f"{plan.tile[0]} x {plan.tile[1]}",
            "seconds": round(work / speed, 2),
            "memory_mb": round((_AT_REST_BYTES + bands + tile) / 1e6),
        }

    @property
    def precision(self) -> str:
        """The arithmetic of the engine used last, or the one asked for."""
        return self._shelf.precision

    def _run(
        self,
        open_source: Callable[[], Source],
        sink: Sink,
        on_tile: OnTile = lambda done, total: None,
        file: str | Path | None = None,
        policy: Policy | None = None,
    ) -> Report:
        began = time.perf_counter()
        card = self.weights.card
        source = open_source()
        plan = self.plan(source.height, source.width)
        work = Work(self._shelf)
        if card.takes_sigma and self._sigma is not None:
            work.sigma = self._sigma * self._strength / 255
        elif card.takes_sigma and self._strength != 1:
            if file is None:
                level = judged_level(open_source(), self._shelf)
            else:
                with open_picture(file, policy or Policy()) as again:
                    level = judged_level(again, self._shelf)
            work.sigma = self._strength * level
        if self._strength < 1:
            work.blend = min(1, self._strength / _FADE) if card.takes_sigma else self._strength
        seamless = card.radius is not None
        run_tiles(
            source,
            sink,
            plan,
            work,
            scale=card.scale,
            feather=0 if seamless else card.overlap,
            on_tile=on_tile,
        )
        work.check()
        if plan.count > 1 and not seamless:
            work.notes.append("this network looks at the whole picture, so tiles were blended")
        return Report(
            weights=card.name,
            engine=self.engine,
            precision=work.precision,
            tile=plan.tile,
            tiles=plan.count,
            megapixels=source.height * source.width / 1e6,
            seconds=time.perf_counter() - began,
            engine_seconds=work.seconds,
            sigma=None if work.sigma is None else work.sigma * 255,
            notes=tuple(work.notes),
        )
