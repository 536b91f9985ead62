"""Inpainting by texture synthesis, pixel by pixel (Efros and Leung 1999).

The pixel with most known neighbors is next. Of all places whose surroundings are about as similar
as the most similar ones, one is drawn, and its middle copied. Right for irregular textures and
small holes; every missing pixel costs a search.
"""

from dataclasses import dataclass

import numpy as np

from nitido.classical._holes import FillsHoles, Marked, MaskFile
from nitido.classical._matching import box_around, on_the_border, unlikeness, whole_patches
from nitido.classical._settings import check_number, check_whole

_NARROW = 6.4  # standard deviations of the weights per side of a window


@dataclass(frozen=True)
class TextureSynthesis(FillsHoles):
    """Fill holes with pixels that have similar surroundings elsewhere.

    Parameters
    ----------
    radius : int
        Windows are 2 * radius + 1 pixels wide, 1..30: a little more than the texture's largest
        regular feature.
    search : int
        How far away surroundings are looked for, pixels, 1..100000.
    tolerance : float
        How much less similar than the most similar place another may be, 0..10.
    seed : int
        Of the draws, 0..2**63.
    mask : path-like, optional
        A picture file as large as the picture; what is above one half is missing.
    marked : float or (float, float, float)
        Without a mask: the value, 0..1, that missing pixels have in all channels, or their color.
        The damages `missing_*` mark with 0, black.

    Raises
    ------
    SettingError
        If a setting is out of range, the mask does not fit, or everything is missing.
    """

    radius: int = 5
    search: int = 30
    tolerance: float = 0.1
    seed: int = 0
    mask: MaskFile = None
    marked: Marked = 0.0

    def __post_init__(self) -> None:
        check_whole("radius", self.radius, 1, 30)
        check_whole("search", self.search, 1, 100_000)
        check_number("tolerance", self.tolerance, 0, 10)
        check_whole("seed", self.seed, 0, 2**63)
        super().__post_init__()

    def _filled(self, pixels: np.ndarray, missing: np.ndarray) -> np.ndarray:
        """Return (H, W, C) with every missing pixel copied from a place like its own."""
        whole, half = whole_patches(~missing, self.radius)
        side = 2 * half + 1
        weights = _weights(side)
        # The frame is no part of the picture: neither known nor to be filled.
        result = np.pad(pixels, ((half, half), (half, half), (0, 0)), mode="symmetric")
        known = np.pad(~missing, half)
        todo = np.pad(missing, half)
        rng = np.random.default_rng(self.seed)
        while todo.any():
            for row, column in _front(known, todo, half):
                top, left = row - half, column - half
                patch = (slice(top, top + side), slice(left, left + side))
                box = box_around(top, left, half, self.search, whole)
                unlike = unlikeness(pixels, result[patch], weights * known[patch], box, whole)
                alike = np.flatnonzero(unlike <= unlike.min() * (1 + self.tolerance))
                found = np.unravel_index(alike[rng.integers(len(alike))], unlike.shape)
                result[row, column] = pixels[box][found[0] + half, found[1] + half]
                known[row, column] = True
                todo[row, column] = False
        return result[half : half + pixels.shape[0], half : half + pixels.shape[1]]


def _front(known: np.ndarray, todo: np.ndarray, half: int) -> list[list[int]]:
    """Return the missing pixels beside known ones, those with most known neighbors first."""
    places = np.argwhere(on_the_border(known, todo))
    side = 2 * half + 1
    windows = np.lib.stride_tricks.sliding_window_view(known, (side, side))
    counts = windows[places[:, 0] - half, places[:, 1] - half].sum(axis=(1, 2))
    ordered: list[list[int]] = places[np.argsort(-counts, kind="stable")].tolist()
    return ordered


def _weights(side: int) -> np.ndarray:
    """Return a Gaussian over a window, 1 in the middle."""
    places = (np.arange(side) - side // 2) * _NARROW / side
    profile = np.exp(-(places**2) / 2)
    return np.outer(profile, profile)


PUBLIC = TextureSynthesis
