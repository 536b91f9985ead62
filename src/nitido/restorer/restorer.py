"""The Restorer: weights, an engine and tiles; the same behind command, page, service and fleet."""

import copy
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from nitido import catalog, tasks
from nitido.diagnosis import Look
from nitido.engines import Device, Precision, blank
from nitido.errors import SettingError
from nitido.picture import Source, Taken
from nitido.restorer._again import again, look_again
from nitido.restorer._cuts import Cuts, make_cuts
from nitido.restorer._engine_cache import EngineCache
from nitido.restorer._judgement import judged_level
from nitido.restorer._pictures import RestoresPictures
from nitido.restorer._report import Report
from nitido.restorer._restored import RestoredRows, untouched
from nitido.restorer._settings import check_precision, check_sigma, check_strength, check_tile
from nitido.restorer._telling import GivenPlanes, Telling, check_planes, needs_look, tell
from nitido.restorer._tile_runner import TileRunner
from nitido.restorer._tiles import OnTile, run_tiles, silent
from nitido.restorer._toning import choose_tone, range_is_found, range_setting, tone_notes
from nitido.tone import RangeSetting, Tone
from nitido.weights import Weights, open_weights

_ACTIVATION_BYTES = 400_000_000  # of one tile
_LARGEST_TILE = 2_000_000  # pixels; beyond it nothing is gained
_TRIAL_SIDE = 256  # pixels, of the tile that speed is measured on
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
        Noise level, 8-bit units (0..255), that the network is told; 0 changes nothing. Without it
        the level is judged from the picture: by the network if its card says so, else by the
        diagnosis, one level for the whole picture.
    strength : float
        0 changes nothing, 0.5 makes half of the change, 1 what was judged right: below 1 the
        result is blended with the picture, or with its bicubic enlargement. Above 1, up to 2, the
        network is told this many times the level, if it takes one.
    range : "auto", "full", "LOW,HIGH" or Limits
        What the network is shown as 0..1 of pictures of 16 bits and floats: the picture's own range
        (`nitido.tone.find_range`), the whole scale, or what lies between two values as the file has
        them, counts of 16 bits or floats. Levels are in 1/255 of it. Pictures of 8 bits are always
        shown whole; ``auto`` is ``full`` for weights of a task that repairs the use of the scale.
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
        range: str | RangeSetting = "auto",
        device: Device = "auto",
        planes: GivenPlanes | None = None,
    ) -> None:
        self.weights = weights if isinstance(weights, Weights) else open_weights(weights)
        self.engine = engine
        card = self.weights.card
        if card.task == "diagnosis":
            raise SettingError(
                f"The weights {card.name} say what is wrong with a picture and restore none; "
                "run nitido inspect instead."
            )
        check_strength(strength)
        check_sigma(sigma)
        check_precision(precision)
        check_tile(tile)
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
        self._range = range_setting(range, whole=_repairs_scale(card.task))

    @property
    def name(self) -> str:
        """Of the weights."""
        return self.weights.card.name

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

    def cuts(self, height: int, width: int, share: int = 1) -> Cuts:
        """Return how a picture of this size (LQ pixels) is cut; `share` is that of `rows`."""
        card = self.weights.card
        budget = min(_ACTIVATION_BYTES // card.bytes_per_pixel, _LARGEST_TILE)
        return make_cuts(
            height,
            width,
            multiple_of=card.multiple_of,
            overlap=card.overlap,
            budget=budget,
            tile=self._tile,
            scale=card.scale,
            share=share,
        )

    def estimate(self, height: int, width: int) -> dict[str, Any]:
        """Guess what a picture of this size costs, from one small tile run now.

        Returns
        -------
        dict
            ``tiles``, ``tile`` (height x width), ``seconds`` inside the engine, ``memory_mb``.
        """
        cuts = self.cuts(height, width)
        card = self.weights.card
        side = -(-_TRIAL_SIDE // card.multiple_of) * card.multiple_of
        probe = np.zeros((1, card.channels, side, side), np.float32)
        engine = self._engines.at((side, side))
        engine(probe, blank(self.weights, probe))
        began = time.perf_counter()
        engine(probe, blank(self.weights, probe))
        speed = side * side / (time.perf_counter() - began)
        work = cuts.count * cuts.tile[0] * cuts.tile[1]
        bands = 2 * cuts.tile[0] * cuts.width * 3 * 4
        tile = cuts.tile[0] * cuts.tile[1] * card.bytes_per_pixel
        return {
            "tiles": cuts.count,
            "tile": f"{cuts.tile[0]} x {cuts.tile[1]}",
            "seconds": round(work / speed, 2),
            "memory_mb": round((_AT_REST_BYTES + bands + tile) / 1e6),
        }

    @property
    def precision(self) -> str:
        """The arithmetic of the engine used last, or the one asked for."""
        return self._engines.precision

    def looks_first(self, depth: int) -> bool:
        """Tell whether anything is found in the whole picture before the first tile."""
        return self._strength > 0 and (self._needs_look(depth) or self._multiplies_judgement())

    def _needs_look(self, depth: int) -> bool:
        """Whether level, range or a coarse result are found in the whole picture."""
        return needs_look(self.weights.card, self._sigma) or range_is_found(self._range, depth)

    def rows(
        self,
        source: Source,
        *,
        seen: Look | None = None,
        share: int = 1,
        on_tile: OnTile = silent,
    ) -> RestoredRows:
        """Refuse wrong planes at once; `RestoresPictures.rows` has the rest."""
        check_planes(self.weights.card, self._planes)
        return super().rows(source, seen=seen, share=share, on_tile=on_tile)

    def _made(
        self, source: Source, cuts: Cuts, seen: Look | None, report: Report, on_tile: OnTile
    ) -> Iterator[Taken]:
        """Yield restored rows and fill in the report."""
        card = self.weights.card
        if self._strength == 0:
            yield from untouched(source, card.scale)
            on_tile(cuts.count, cuts.count)
            return
        if seen is None and self._needs_look(source.depth):
            seen = look_again(source)
        tone = choose_tone(self._range, source.depth, seen, photon=self._untold())
        telling = self._telling(source, seen, tone)
        report.sigma = None if telling.sigma is None else telling.sigma * 255
        if telling.sigma == 0:
            report.notes += (f"the noise level is 0, so {card.name} changed nothing",)
            yield from untouched(source, card.scale)
            on_tile(cuts.count, cuts.count)
            return
        report.notes += tone_notes(self._range, source.depth, tone)
        work = TileRunner(
            self._engines, cuts.count, sigma=telling.sigma, blend=min(self._strength, 1), tone=tone
        )
        work.planes = tuple((name, plane.channels) for name, plane in telling.planes.items())
        seamless = card.radius is not None
        yield from run_tiles(
            telling.beside(source),
            cuts,
            work,
            scale=card.scale,
            channels=source.channels,
            feather=0 if seamless else card.overlap,
            on_tile=on_tile,
        )
        work.check()
        report.precision = work.precision
        report.engine_seconds = work.seconds
        report.notes += tuple(work.notes)
        if cuts.count > 1 and not seamless:
            report.notes += ("this network looks at the whole picture, so tiles were blended",)

    def _telling(self, source: Source, seen: Look | None, tone: Tone) -> Telling:
        """Gather what the network is told; a strength above 1 multiplies the level."""
        seen = replace(seen, tone=tone) if seen else None
        sigma = None if self._sigma is None else self._sigma / 255
        if self._multiplies_judgement() and tone.level is None:
            with again(source) as rows:
                sigma = judged_level(rows, self._engines, tone)
        telling = tell(self._engines, source, seen, sigma=sigma, planes=self._planes)
        if telling.sigma is None:
            return telling
        return replace(telling, sigma=telling.sigma * max(1, self._strength))

    def _untold(self) -> bool:
        """Whether the network takes a level and nobody tells it."""
        return self.weights.card.input("sigma") is not None and self._sigma is None

    def _multiplies_judgement(self) -> bool:
        """Whether a network that judges the level itself must be told more than it judges."""
        level = self.weights.card.input("sigma")
        judges = level is not None and level.judged == "network"
        return judges and self._untold() and self._strength > 1


def _repairs_scale(task: str) -> bool:
    """Tell whether a task, as a card names it, repairs how a picture uses its scale."""
    return task in catalog.names(tasks) and catalog.find(tasks, task).repairs_scale
