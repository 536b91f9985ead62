"""What is done to one tile, and what must be true of the result."""

import time
from dataclasses import dataclass, field

import numpy as np

from nitido.errors import ResultError
from nitido.restorer._blending import blended
from nitido.restorer._flatness import Flatness
from nitido.restorer._shelf import Shelf
from nitido.tone import Tone
from nitido.weights import Card

_GRAY_REACH = 8  # pixels


@dataclass
class Work:
    """Runs tiles of one picture and remembers what the checks need."""

    shelf: Shelf
    sigma: float | None = None  # told, 0..1
    blend: float = 1.0
    tone: Tone | None = None  # of the picture; None: it is shown as it is
    precision: str = ""
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    _flatness: Flatness = field(default_factory=Flatness)

    def __call__(self, tile: np.ndarray) -> np.ndarray:
        """Restore one tile (h, w, C)."""
        channels = self.shelf.weights.card.channels
        shown, memory = (tile, None) if self.tone is None else self.tone.show(tile)
        if tile.shape[2] == channels:
            restored = self._infer(shown)
            if channels > 1:
                restored = _kept_gray(restored, tile, self.shelf.weights.card)
        else:  # the mean is taken at once: an engine may use the memory of its result again
            bands = [
                self._infer(np.repeat(shown[..., band : band + 1], channels, axis=2)).mean(axis=2)
                for band in range(tile.shape[2])
            ]
            restored = np.stack(bands, axis=2)
        if self.blend >= 1:  # blended with a picture that is not flat none is
            self._flatness.see(shown, restored)
        if self.tone is not None:
            restored = self.tone.back(restored, memory)
        return blended(tile, restored, self.blend, self.shelf.weights.card.scale)

    def check(self) -> None:
        """Refuse a result that is constant where the input was not."""
        name = self.shelf.weights.card.name
        self._flatness.check(name, "Try --precision fp32 or another --engine.")

    def _infer(self, tile: np.ndarray) -> np.ndarray:
        lq = np.ascontiguousarray(tile.transpose(2, 0, 1)[None])
        sigma = None
        if self.sigma is not None:
            sigma = np.full((1, 1, 1, 1), self.sigma, np.float32)
        engine = self.shelf.at((tile.shape[0], tile.shape[1]))
        began = time.perf_counter()
        restored = engine(lq, sigma)
        self.seconds += time.perf_counter() - began
        self.precision = engine.precision
        if not np.isfinite(restored).all() and engine.precision != "fp32":
            self.shelf.use_fp32()
            self.notes.append("bf16 gave values that are not finite, so fp32 was used")
            return self._infer(tile)
        if not np.isfinite(restored).all():
            raise ResultError(
                "The network gave values that are not finite; nothing was written. "
                "Try another --engine, or report the picture."
            )
        return np.asarray(restored[0].transpose(1, 2, 0))


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
