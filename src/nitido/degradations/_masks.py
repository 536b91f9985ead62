"""What covers parts of a picture: drawing it with soft edges, and filling holes."""

from math import isfinite
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from nitido.errors import SettingError

Fill = float | Literal["noise"]

_FINER = 4  # drawn so many times as fine as the picture, then averaged: edges without steps
_CLEAR = 127  # the gray of a canvas that hides nothing; 0 is full black, 254 full white


def check_fill(fill: Fill) -> None:
    """Refuse a fill that is neither a value of 0..1 nor the word noise."""
    number = isinstance(fill, int | float) and isfinite(fill) and 0 <= fill <= 1
    if fill != "noise" and not number:
        raise SettingError(f"fill is {fill!r}; give a value in 0..1, or 'noise'.")


def fill_holes(
    gt: np.ndarray, missing: np.ndarray, fill: Fill, rng: np.random.Generator
) -> np.ndarray:
    """Return `gt` (H, W, C) with `fill` where `missing`, bool (H, W), is True.

    ``"noise"`` puts an even random value of 0..1 into every channel of every missing pixel.
    """
    lq = np.array(gt, np.float32, order="C")
    if fill == "noise":
        lq[missing] = rng.random((np.count_nonzero(missing), gt.shape[2]), dtype=np.float32)
    else:
        lq[missing] = np.float32(fill)
    return lq


class Canvas:
    """A clear surface over a picture, to draw bright and dark marks on.

    Parameters
    ----------
    height, width : int
        Size of the picture in pixels. Marks are drawn in pixels too, fractions included; the
        middle of the first pixel is at (0.5, 0.5).
    """

    def __init__(self, height: int, width: int) -> None:
        self._image = Image.new("L", (width * _FINER, height * _FINER), _CLEAR)
        self._draw = ImageDraw.Draw(self._image)

    def line(self, points: np.ndarray, width: float, ink: float) -> None:
        """Draw through `points` (N, 2), each across and down, `width` pixels wide.

        `ink` is the opacity, positive for white and negative for black, -1..1.
        """
        corners = [tuple(point) for point in (points * _FINER).tolist()]
        self._draw.line(corners, _gray(ink), max(1, round(width * _FINER)), joint="curve")

    def disc(self, across: float, down: float, size: float, flat: float, ink: float) -> None:
        """Draw an ellipse `size` pixels wide and `size` * `flat` high around a point."""
        half = np.array((size, size * flat)) / 2
        center = np.array((across, down))
        box = np.concatenate((center - half, center + half)) * _FINER
        self._draw.ellipse(box.tolist(), _gray(ink))

    def ink(self, blur: float) -> np.ndarray:
        """Return the opacity, positive for white, float32 (H, W) in -1..1.

        Its edges are softened by a Gaussian of about `blur` pixels.
        """
        picture = self._image.reduce(_FINER).filter(ImageFilter.GaussianBlur(blur))
        return (np.asarray(picture, np.float32) - _CLEAR) / np.float32(_CLEAR)


def cover(gt: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """Return `gt` (H, W, C) under `ink` (H, W): towards white where positive, else to black."""
    ink = ink[..., None]
    white = np.maximum(ink, 0)
    return np.asarray(gt * (1 - np.abs(ink)) + white, np.float32)


def _gray(ink: float) -> int:
    return _CLEAR + round(_CLEAR * ink)
