"""The Restorer: weights, an engine and a plan; the same behind command, page, service and fleet."""

import copy
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import numpy as np

from nitido.diagnosis import look
from nitido.engines import Device, Precision, blank
from nitido.errors import SettingError
from nitido.picture import Policy, open_picture
from nitido.picture.rows import Sink, Source
from nitido.restorer._engine_cache import EngineCache
from nitido.restorer._judgement import judged_level
from nitido.restorer._pictures import RestoresPictures
from nitido.restorer._plan import Plan, make_plan
from nitido.restorer._report import Report
from nitido.restorer._telling import GivenPlanes, check_planes, needs_look, tell
from nitido.restorer._tile_runner import TileRunner
from nitido.restorer._tiles import OnTile, run_tiles
from nitido.weights import Weights, open_weights

_ACTIVATION_BYTES = 400_000_000  # of one tile
_LARGEST_TILE = 2_000_000  # pixels; beyond it nothing is gained
_TRIAL_SIDE = 256  # pixels, of the tile that speed is measured on
_FADE = 0.5  # strength below which a result fades into its input
_AT_REST_BYTES = 220_000_000  # of a process that has opened an engine and no picture


class Restorer(RestoresPictures):
    """Restores arrays and files of any size with one network; any number of threads may use it.

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
        Noise level, 8-bit units (0..255), that the network is told instead of judging it. Without
        it, weights whose card says that they cannot judge it are told what the diagnosis finds.
    strength : float
        0..2: the network is told this many times the level that it would judge; below 0.5 the
        result also fades into the input, so that 0 changes nothing. Weights that cannot be told
        a level are blended with the input instead, up to 1.
    device : str
        Where the engine runs: ``auto``, ``cpu``, or for ``torch`` also ``cuda`` and ``cuda:N``.
    planes : mapping, optional
        What the network is told for every pixel, by the names on the card: arrays (H, W) or
        (H, W, channels), or sources of rows; see `with_planes`.

    Raises
    ------
    UnknownNameError
        If there are no such weights or engine.
    SettingError
        If a setting is out of range, or the weights cannot follow it.
    EngineError
        If the engine has no such device, or cannot compute in the precision.
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
        device: Device = "auto",
        planes: GivenPlanes | None = None,
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
        if card.input("sigma") is None and (sigma is not None or strength > 1):
            raise SettingError(
                f"The weights {card.name} judge the damage themselves; "
                "leave sigma out and keep strength within 0..1."
            )
        self._engines = EngineCache(self.weights, engine, precision, device)
        self._planes: GivenPlanes = planes or {}
        self._tile = tile
        self._sigma = sigma
        self._strength = strength

    @property
    def scale(self) -> int:
        """How many times larger a result is."""
        return self.weights.card.scale

    def with_planes(self, planes: GivenPlanes) -> "Restorer":
        """Return a restorer that tells these planes and shares its networks with this one.

        Parameters
        ----------
        planes : mapping
            By the names of inputs on the card, what is told for every pixel of the pictures that
            it is given: arrays (H, W) or (H, W, channels), or sources of rows, each for one
            picture.
        """
        other = copy.copy(self)
        other._planes = planes
        return other

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
        engine = self._engines.at((side, side))
        engine(probe, blank(self.weights, probe))
        began = time.perf_counter()
        engine(probe, blank(self.weights, probe))
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
        return self._engines.precision

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
        takes_level = card.input("sigma") is not None
        check_planes(card, self._planes)
        seen = None
        if needs_look(card, self._sigma):
            if file is None:
                seen = look(open_source())
            else:
                with open_picture(file, policy or Policy()) as again:
                    seen = look(again)
        sigma = None if self._sigma is None else self._sigma / 255
        telling = tell(self._engines, source, seen, sigma=sigma, planes=self._planes)
        work = TileRunner(self._engines, plan.count)
        work.planes = tuple((name, plane.channels) for name, plane in telling.planes.items())
        if telling.sigma is not None:
            work.sigma = telling.sigma * self._strength
        elif takes_level and self._strength != 1:
            if file is None:
                level = judged_level(open_source(), self._engines)
            else:
                with open_picture(file, policy or Policy()) as again:
                    level = judged_level(again, self._engines)
            work.sigma = self._strength * level
        if self._strength < 1:
            work.blend = min(1, self._strength / _FADE) if takes_level else self._strength
        if seen is not None and work.sigma == 0:
            work.blend = 0.0  # nothing was found, so nothing is done
        seamless = card.radius is not None
        run_tiles(
            telling.beside(source),
            sink,
            plan,
            work,
            scale=card.scale,
            channels=source.channels,
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
