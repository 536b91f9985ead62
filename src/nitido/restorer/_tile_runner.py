"""What is done to one tile, and what must be true of the result."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from nitido.engines import Precision
from nitido.errors import EngineError, ResultError
from nitido.restorer._blending import blended
from nitido.restorer._engine_cache import EngineCache
from nitido.restorer._flatness import Flatness
from nitido.tone import Tone
from nitido.weights import Card

_GRAY_REACH = 8  # pixels


@dataclass
class TileRunner:
    """Runs tiles of one picture and remembers what the checks need.

    Parameters
    ----------
    engines : EngineCache
        Shared by all pictures and threads; everything else belongs to this picture.
    count : int
        Of tiles.
    planes : tuple of (str, int)
        Names and channels of the planes that follow the bands of the picture in every tile, in
        this order. A name stands once for every band where the bands are restored one by one and
        have planes of their own.
    sigma : float, optional
        What the network is told as the level, 0..1.
    blend : float
        How much of the change is made, 0..1.
    tone : Tone
        What the network is shown of the bands of the picture; planes are told as they are.
    """

    engines: EngineCache
    count: int = 1
    planes: tuple[tuple[str, int], ...] = ()
    sigma: float | None = None
    blend: float = 1.0
    tone: Tone = field(default_factory=Tone)
    precision: str = ""
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    _precision: Precision | None = None  # another one than the restorer's
    _flatness: Flatness = field(default_factory=Flatness)

    def __call__(self, tile: np.ndarray) -> np.ndarray:
        """Restore one tile (h, w, C + planes); return (h * scale, w * scale, C)."""
        tile, planes = self._split(tile)
        shown, withheld = self.tone.show(tile)
        card = self.engines.weights.card
        if tile.shape[2] == card.channels:
            restored = self._infer(shown, planes)
            if card.channels > 1:
                restored = _kept_gray(restored, tile, card)
        else:
            bands = [
                self._infer(np.repeat(one, card.channels, axis=2), planes, band).mean(axis=2)
                for band, one in enumerate(np.split(shown, shown.shape[2], axis=2))
            ]
            restored = np.stack(bands, axis=2)
        if self.blend >= 1:  # what is blended with the picture is as little flat as that
            self._flatness.see(shown, restored)
        restored = self.tone.back(restored, withheld)
        return blended(tile, restored, self.blend, card.scale)

    def check(self) -> None:
        """Refuse a result that is constant where the input was not."""
        name = self.engines.weights.card.name
        self._flatness.check(name, "Try --precision fp32 or another --engine.")

    def _split(self, tile: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Part the picture from the planes that go with it as further bands."""
        if not self.planes:
            return tile, {}
        first = tile.shape[2] - sum(channels for _, channels in self.planes)
        ends = np.cumsum([first] + [channels for _, channels in self.planes])
        picture, *parts = np.split(tile, ends[:-1], axis=2)
        return picture, {name: part for (name, _), part in zip(self.planes, parts, strict=True)}

    def _infer(
        self, tile: np.ndarray, planes: Mapping[str, np.ndarray], band: int = 0
    ) -> np.ndarray:
        """Run the network on a tile of its own bands and look whether the values are numbers."""
        card = self.engines.weights.card
        told = {name: _of_band(part, card, name, band) for name, part in planes.items()}
        if self.sigma is not None:
            told["sigma"] = np.full((1, 1, 1, 1), self.sigma, np.float32)
        size = tile.shape[0], tile.shape[1]
        engine = self.engines.at(size, self.count, self._precision)
        began = time.perf_counter()
        restored = engine(_batch(tile), told)
        self.seconds += time.perf_counter() - began
        self.precision = engine.precision
        if not np.isfinite(restored).all() and engine.precision != "fp32":
            self._precision = "fp32"
            self.notes.append("bf16 gave values that are not finite, so fp32 was used")
            return self._infer(tile, planes, band)
        if not np.isfinite(restored).all():
            raise ResultError(
                "The network gave values that are not finite; nothing was written. "
                "Try another --engine, or report the picture."
            )
        wanted = (1, card.channels, size[0] * card.scale, size[1] * card.scale)
        if restored.shape != wanted:
            raise EngineError(
                f"{card.name} gives {restored.shape} of a tile of {size} and its card says "
                f"{wanted}, so the card is wrong; get the weights again."
            )
        return np.asarray(restored[0].transpose(1, 2, 0))


def _batch(tile: np.ndarray) -> np.ndarray:
    """Return a tile (h, w, C) as (1, C, h, w), contiguous."""
    return np.ascontiguousarray(tile.transpose(2, 0, 1)[None], np.float32)


def _of_band(plane: np.ndarray, card: Card, name: str, band: int) -> np.ndarray:
    """Return the channels of a plane that are meant for a band, or for all, as a batch."""
    about = card.input(name)
    assert about is not None, "only inputs of the card are told"
    own = band * about.channels if plane.shape[2] > about.channels else 0
    return _batch(plane[..., own : own + about.channels])


def _kept_gray(restored: np.ndarray, tile: np.ndarray, card: Card) -> np.ndarray:
    """Take the color out of a result wherever its input has none.

    That is where every pixel up to 8 pixels away is gray: a single gray pixel is chance in a noisy
    color picture. The rule looks no farther than tiles overlap, so tiles do not change it.
    """
    gray = tile[..., 0] == tile[..., 1]
    for band in range(2, tile.shape[2]):
        gray &= tile[..., 0] == tile[..., band]
    reach = min(_GRAY_REACH, card.overlap)
    if not gray.all():
        if not gray[:: reach + 1, :: reach + 1].any():  # no square of gray is large enough
            return restored
        for axis in (0, 1):
            gray = _all_near(gray, reach, axis)
    gray = gray.repeat(card.scale, axis=0).repeat(card.scale, axis=1)
    return np.where(gray[..., None], restored.mean(axis=2, keepdims=True), restored)


def _all_near(true: np.ndarray, reach: int, axis: int) -> np.ndarray:
    """Tell for every place whether all places up to `reach` away along an axis are true."""
    length = true.shape[axis]
    counted = np.cumsum(~true, axis=axis, dtype=np.int32)
    places = np.arange(length)
    last = np.take(counted, np.minimum(places + reach, length - 1), axis=axis)
    before = np.take(counted, np.maximum(places - reach - 1, 0), axis=axis)
    beyond = places - reach - 1 < 0
    before[beyond if axis == 0 else np.s_[:, beyond]] = 0
    return np.asarray(last == before)
