"""The engines of a restorer: few, built when they are needed, for any number of threads."""

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from threading import Lock

from nitido import catalog, engines
from nitido.engines import Device, Engine, Precision
from nitido.weights import Weights

_KEPT = 4  # networks that were built for one size of tile
# From how many pixels in all a network for their tiles alone is worth being built: what it saves is
# 1 to 5 % of the time, and building it takes as long as half a megapixel or more.
_FIXED_FROM = 16_000_000

TileSize = tuple[int, int] | None  # None: any


class EngineCache:
    """Builds engines as they are asked for and keeps those used last.

    Pictures of all sizes share one network; only the tiles of large pictures get one that is built
    for their size, where the runtime gains by it.

    Raises
    ------
    UnknownNameError
        If there is no engine of this name.
    EngineError
        If it cannot compute in bf16 and was asked to, or has no such device: better now than at
        the first picture.
    """

    def __init__(
        self, weights: Weights, engine: str, precision: Precision, device: Device = "auto"
    ) -> None:
        self.weights = weights
        self.wanted: Precision = precision
        maker = catalog.find(engines, engine)
        self.make: Callable[[Weights, TileSize, Precision], Engine] = partial(maker, device=device)
        self._make_part: Callable[..., Engine] = partial(maker, weights, None, "fp32")
        self._device = device
        self._fixes: bool = maker.gains_by_fixed_tiles
        self._built: OrderedDict[tuple[TileSize, Precision], Engine] = OrderedDict()
        self._parts: dict[str, Engine] = {}
        self._lock = Lock()
        if precision == "bf16" or device != "auto":
            self.at()

    def at(
        self, tile: tuple[int, int] = (1, 1), count: int = 1, precision: Precision | None = None
    ) -> Engine:
        """Return the engine for so many tiles of a size.

        Parameters
        ----------
        tile : (int, int)
            Height and width.
        count : int
            Of tiles of this size that are to come.
        precision : str, optional
            Another one than the restorer's, for a picture that needs it.
        """
        fixed = self._fixes and tile[0] * tile[1] * count >= _FIXED_FROM
        size: TileSize = tile if fixed else None
        key = size, precision or self.wanted
        with self._lock:  # so that no two threads build the same
            if key not in self._built:
                self._built[key] = self.make(self.weights, *key)
            self._built.move_to_end(key)
            fixed_ones = [one for one in self._built if one[0] is not None]
            for one in fixed_ones[: max(0, len(fixed_ones) - _KEPT)]:
                del self._built[one]
            return self._built[key]

    def part(self, name: str) -> Engine:
        """Return the part of the network that judges an input from the whole picture, in fp32."""
        with self._lock:
            if name not in self._parts:
                self._parts[name] = self._make_part(part=name, device=self._device)
            return self._parts[name]

    @property
    def precision(self) -> str:
        """The arithmetic of the engine used last, or the one asked for."""
        with self._lock:
            engine = next(reversed(self._built.values()), None)
        return engine.precision if engine else self.wanted
