"""Planes: what a network is told for every pixel. They go with the picture as further bands.

As bands they are read, padded and cut with the pixels they belong to, whatever cuts them.
"""

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from nitido.errors import SettingError
from nitido.picture import ArraySource, Source, Taken


class Plane(Protocol):
    """Rows of one plane, from top to bottom."""

    channels: int

    def rows(self, count: int) -> Taken:
        """Return the next rows, float32 (n, W, channels), fewer at the end."""
        ...


class WithPlanes:
    """A source whose last bands are planes, in the order of their names.

    Parameters
    ----------
    source : Source
        The picture, standing at its first row.
    planes : mapping of str to Plane
        As high and wide as the picture.
    """

    def __init__(self, source: Source, planes: Mapping[str, Plane]) -> None:
        self.height, self.width, self.depth = source.height, source.width, source.depth
        self.has_alpha = source.has_alpha
        self.channels = source.channels + sum(plane.channels for plane in planes.values())
        self._source = source
        self._planes = planes

    def rows(self, count: int) -> Taken:
        """Return the next rows, float32 (n, W, C + planes), and alpha."""
        pixels, alpha = self._source.rows(count)
        planes = [plane.rows(len(pixels))[0] for plane in self._planes.values()]
        return np.concatenate((pixels, *planes), axis=2), alpha


class Laid:
    """A coarse result laid over a picture by bilinear interpolation, made row by row.

    The value of a pixel depends on its place in the picture alone, so it is the same in whatever
    tile the pixel lies. It is what ``interpolate(mode="bilinear")`` of PyTorch gives.

    Parameters
    ----------
    coarse : np.ndarray
        Float32 (h, w, channels).
    height, width : int
        Of the picture.
    """

    def __init__(self, coarse: np.ndarray, height: int, width: int) -> None:
        self.channels: int = coarse.shape[2]
        self._across = np.einsum("wj,ijc->iwc", _between(coarse.shape[1], width), coarse)
        self._down = _between(coarse.shape[0], height)
        self._next = 0

    def rows(self, count: int) -> Taken:
        """Return the next rows, float32 (n, W, channels)."""
        first, self._next = self._next, min(self._next + count, len(self._down))
        return np.tensordot(self._down[first : self._next], self._across, axes=1), None


def given_plane(
    name: str, plane: np.ndarray | Source, height: int, width: int, channels: int
) -> Plane:
    """Return what a caller gives as a plane, checked to fit the picture and the network.

    Parameters
    ----------
    name : str
        Of the input.
    plane : np.ndarray or Source
        Numbers or booleans (H, W) or (H, W, channels), or rows of such numbers.
    height, width : int
        Of the picture.
    channels : int
        What the network takes.

    Raises
    ------
    SettingError
        If it has another size, another number of channels, or is not finite.
    """
    if isinstance(plane, np.ndarray):
        if plane.ndim not in (2, 3) or plane.dtype.kind not in "bfiu":
            raise SettingError(
                f"{name} is {plane.dtype} {plane.shape}; give numbers, (H, W) or (H, W, channels)."
            )
        pixels = np.asarray(plane[..., None] if plane.ndim == 2 else plane, np.float32)
        if not np.isfinite(pixels).all():
            raise SettingError(f"{name} holds values that are not finite; replace them first.")
        plane = ArraySource(pixels)
    found, wanted = (plane.height, plane.width, plane.channels), (height, width, channels)
    if found != wanted:
        raise SettingError(
            f"{name} is {found[1]} x {found[0]} with {found[2]} channels; the picture needs "
            f"{width} x {height} with {channels}."
        )
    return plane


def _between(few: int, many: int) -> np.ndarray:
    """Return (many, few): how the centers of `many` pixels lie between those of `few` cells."""
    at = ((np.arange(many) + 0.5) * few / many - 0.5).clip(0, few - 1)
    distance = np.abs(at[:, None] - np.arange(few))
    return np.asarray((1 - distance).clip(0), np.float32)
