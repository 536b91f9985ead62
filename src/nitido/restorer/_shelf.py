"""The engines of a restorer: one per tile size, a few kept."""

from collections import OrderedDict
from collections.abc import Callable

from nitido import catalog, engines
from nitido.engines import Engine, Precision
from nitido.weights import Weights

_KEPT = 4  # tile sizes


class Shelf:
    """Builds engines as tile sizes come up and keeps the ones used last.

    Raises
    ------
    UnknownNameError
        If there is no engine of this name.
    EngineError
        If it cannot compute in bf16 and was asked to: better now than at the first picture.
    """

    def __init__(self, weights: Weights, engine: str, precision: Precision) -> None:
        self.weights = weights
        self.wanted: Precision = precision
        self.make: Callable[[Weights, tuple[int, int], Precision], Engine]
        self.make = catalog.find(engines, engine)
        self._built: OrderedDict[tuple[int, int], Engine] = OrderedDict()
        if precision == "bf16":
            side = weights.card.multiple_of
            self.make(weights, (side, side), precision)

    def at(self, tile: tuple[int, int]) -> Engine:
        """Return the engine for a tile size."""
        if tile not in self._built:
            self._built[tile] = self.make(self.weights, tile, self.wanted)
        self._built.move_to_end(tile)
        while len(self._built) > _KEPT:
            self._built.popitem(last=False)
        return self._built[tile]

    def use_fp32(self) -> None:
        """Build all engines anew in fp32."""
        self.wanted = "fp32"
        self._built.clear()

    @property
    def precision(self) -> str:
        """The arithmetic of the engine used last, or the one asked for."""
        engine = next(reversed(self._built.values()), None)
        return engine.precision if engine else self.wanted
