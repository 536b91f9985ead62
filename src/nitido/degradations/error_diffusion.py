"""Error diffusion: few levels, and every pixel's rounding error is left to its neighbors.

So printers, early screens and GIF files show pictures with few colors. Every channel is rounded on
its own, row by row: o = value + what arrived from earlier pixels, v = the nearest level, and the
error e = o - v goes to pixels that are still to come, in fixed shares. In 8-bit units, as floating
point numbers that are not clipped; what would go over the border is lost.

With 2 levels the threshold is 128. Shares: Floyd and Steinberg 1976; Jarvis, Judice and Ninke 1976;
Atkinson, for the first Macintosh, passes on only 6/8, which empties shadows and highlights.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from nitido.degradations._diffusion import in_fronts, in_turns
from nitido.degradations._levels import Level, check, draw, draw_integer
from nitido.degradations._palette import check_levels
from nitido.errors import SettingError

# Shares of the error from two columns back to two ahead; first the pixel's own row, then those
# below.
_KERNELS = {
    "floyd_steinberg": np.array([[0, 0, 0, 7, 0], [0, 3, 5, 1, 0]]) / 16,
    "atkinson": np.array([[0, 0, 0, 1, 1], [0, 1, 1, 1, 0], [0, 0, 1, 0, 0]]) / 8,
    "jarvis": np.array([[0, 0, 0, 7, 5], [3, 5, 7, 5, 3], [1, 3, 5, 3, 1]]) / 48,
}


@dataclass(frozen=True)
class ErrorDiffusion:
    """Reduce every channel to a few levels and diffuse the error.

    Parameters
    ----------
    kernel : {"floyd_steinberg", "atkinson", "jarvis"}
        Which neighbors get which share of the error.
    levels : int or (int, int)
        Number of levels per channel, 2..256; a pair is a range, both ends included.
    serpentine : bool
        Go through every other row from right to left, which breaks up worms and slanted patterns.
    jitter : float or (float, float)
        Largest shift of a pixel's thresholds, 8-bit units 0..255, drawn evenly up to it either way.

    Raises
    ------
    SettingError
        If `kernel` is another word, or `levels` or `jitter` is out of range.
    """

    kernel: Literal["floyd_steinberg", "atkinson", "jarvis"] = "floyd_steinberg"
    levels: Level = 2
    serpentine: bool = False
    jitter: Level = 0.0
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        if self.kernel not in _KERNELS:
            raise SettingError(f"kernel is {self.kernel!r}; there are {', '.join(_KERNELS)}.")
        check_levels(self.levels)
        check("jitter", self.jitter, 0, 255)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C) in 0..1."""
        top = draw_integer(self.levels, rng) - 1
        palette = np.arange(top + 1) * 255 / top
        thresholds = np.array([128.0]) if top == 1 else (np.arange(top) + 0.5) * 255 / top
        jitter = draw(self.jitter, rng)
        # In float32, the values of 8-bit files come out whole.
        values = (np.clip(gt, 0, 1) * np.float32(255)).transpose(2, 0, 1)
        shifts = rng.uniform(-jitter, jitter, values.shape) if jitter else None
        diffuse = in_turns if self.serpentine else in_fronts
        chosen = diffuse(values, _KERNELS[self.kernel], thresholds, palette, shifts)
        return np.ascontiguousarray(chosen.transpose(1, 2, 0)) / np.float32(top)


PUBLIC = ErrorDiffusion
