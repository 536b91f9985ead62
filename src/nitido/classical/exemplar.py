"""Inpainting with patches of the picture itself, strong lines first.

Criminisi, Perez and Toyama 2004, "Region filling and object removal by exemplar-based image
inpainting": the patch on the border of the hole that is surest and through which the strongest
line runs is filled first, with the part that it lacks of the most similar whole patch.
"""

from dataclasses import dataclass

import numpy as np

from nitido.classical._arrays import brightness
from nitido.classical._holes import FillsHoles, Marked, MaskFile
from nitido.classical._matching import box_around, on_the_border, unlikeness, whole_patches
from nitido.classical._settings import check_whole

_EVER = 1e-3  # priority without any line: sure places still come first


@dataclass(frozen=True)
class Exemplar(FillsHoles):
    """Fill holes with copies of patches, in the order of their priority.

    Parameters
    ----------
    radius : int
        Patches are 2 * radius + 1 pixels wide, 1..20; where the picture has no whole one, smaller.
    search : int
        How far from the hole's patch others are looked for, pixels, 1..100000.
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

    radius: int = 4
    search: int = 100
    mask: MaskFile = None
    marked: Marked = 0.0

    def __post_init__(self) -> None:
        check_whole("radius", self.radius, 1, 20)
        check_whole("search", self.search, 1, 100_000)
        super().__post_init__()

    def _filled(self, pixels: np.ndarray, missing: np.ndarray) -> np.ndarray:
        """Return (H, W, C) with every missing pixel copied from a patch without holes."""
        whole, half = whole_patches(~missing, self.radius)
        side = 2 * half + 1
        # The frame is no part of the picture: neither known nor to be filled. In it, the middle of
        # a patch of the picture is at the patch's top left corner.
        result = np.pad(pixels, ((half, half), (half, half), (0, 0)), mode="symmetric")
        known = np.pad(~missing, half)
        sure = known.astype(np.float32)
        todo = np.pad(missing, half)
        while todo.any():
            top, left, sureness = _first(result, known, sure, todo, half)
            patch = (slice(top, top + side), slice(left, left + side))
            box = box_around(top, left, half, self.search, whole)
            weights = known[patch].astype(np.float32)
            unlike = unlikeness(pixels, result[patch], weights, box, whole)
            row, column = np.unravel_index(np.argmin(unlike), unlike.shape)
            found = pixels[box][row : row + side, column : column + side]
            new = todo[patch].copy()
            result[patch][new] = found[new]
            sure[patch][new] = sureness
            known[patch] |= new
            todo[patch] = False
        return result[half : half + pixels.shape[0], half : half + pixels.shape[1]]


def _first(
    result: np.ndarray, known: np.ndarray, sure: np.ndarray, todo: np.ndarray, half: int
) -> tuple[int, int, float]:
    """Return top, left and sureness of the patch that has the highest priority."""
    rows, columns = np.nonzero(on_the_border(known, todo))
    side = 2 * half + 1

    def around(plane: np.ndarray) -> np.ndarray:
        windows = np.lib.stride_tricks.sliding_window_view(plane, (side, side))
        return windows[rows - half, columns - half].reshape(len(rows), -1)

    sureness = around(sure).mean(axis=1)
    # The strongest gradient near by, where both of its pixels are known; lines run across it.
    gray = np.pad(np.where(known, brightness(result), np.nan), 1, constant_values=np.nan)
    down, across = (np.nan_to_num(np.gradient(gray, axis=axis)[1:-1, 1:-1]) for axis in (0, 1))
    strongest = np.argmax(around(np.hypot(down, across)), axis=1)[:, None]
    slopes = [np.take_along_axis(around(plane), strongest, 1)[:, 0] for plane in (down, across)]
    ground = np.pad(known.astype(np.float64), 1)
    edge = [np.gradient(ground, axis=axis)[rows + 1, columns + 1] for axis in (0, 1)]
    line = np.abs(slopes[0] * edge[1] - slopes[1] * edge[0]) / np.maximum(np.hypot(*edge), 1e-6)
    first = int(np.argmax(sureness * (line + _EVER)))
    return int(rows[first]) - half, int(columns[first]) - half, float(sureness[first])


PUBLIC = Exemplar
