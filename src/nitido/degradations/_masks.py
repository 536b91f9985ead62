"""What covers parts of a picture: drawing it with soft edges, and filling holes."""

from abc import ABC, abstractmethod
from math import isfinite
from typing import ClassVar, Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from nitido.errors import SettingError

Fill = float | Literal["noise"]

_FINER = 4  # drawn so many times as fine as the picture, then averaged: edges without steps
_CLEAR = 127  # the gray of a canvas that hides nothing; 0 is full black, 254 full white


class LosesPixels(ABC):
    """Puts `fill`, a setting, into every pixel of its mask; each damage draws its own mask.

    ``"noise"`` puts an even random value of 0..1 into every channel of every missing pixel.
    """

    fill: Fill
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        fill = self.fill
        number = isinstance(fill, int | float) and isfinite(fill) and 0 <= fill <= 1
        if fill != "noise" and not number:
            raise SettingError(f"fill is {fill!r}; give a value in 0..1, or 'noise'.")

    @abstractmethod
    def mask(self, height: int, width: int, rng: np.random.Generator) -> np.ndarray:
        """Draw the holes, bool (height, width), True where a pixel is missing."""

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C) in 0..1."""
        missing = self.mask(gt.shape[0], gt.shape[1], rng)
        lq = np.array(gt, np.float32, order="C")
        if self.fill == "noise":
            lq[missing] = rng.random((np.count_nonzero(missing), gt.shape[2]), dtype=np.float32)
        else:
            lq[missing] = np.float32(self.fill)
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


def smooth_step(ramp: np.ndarray) -> np.ndarray:
    """Rise smoothly from 0 to 1 while `ramp` does: a soft edge."""
    ramp = np.clip(ramp, 0, 1)
    return np.asarray(ramp * ramp * (3 - 2 * ramp))


def _gray(ink: float) -> int:
    return _CLEAR + round(_CLEAR * ink)
