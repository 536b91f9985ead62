"""The tile loop: one for every size of picture, rows in and rows out."""

from collections.abc import Callable, Iterator

import numpy as np

from nitido.picture import Source, Taken
from nitido.restorer._alpha import AlphaAsBand, beside_alpha
from nitido.restorer._cuts import Cut, Cuts

RunTile = Callable[[np.ndarray], np.ndarray]  # (h, w, C) -> (h * scale, w * scale, C)
OnTile = Callable[[float, float], None]  # tiles done, with the part of one in work; tiles in all

_PORTION = 2**20  # pixels that are read at once


def silent(done: float, total: float) -> None:
    """Tell nobody how many tiles are done."""


def run_tiles(
    source: Source,
    cuts: Cuts,
    run: RunTile,
    *,
    scale: int = 1,
    feather: int = 0,
    channels: int | None = None,
    on_tile: OnTile = silent,
) -> Iterator[Taken]:
    """Restore every tile of a picture, holding one row of tiles at a time.

    Parameters
    ----------
    source : Source
        Where LQ rows come from.
    cuts : Cuts
        Of this picture.
    run : callable
        Restores one tile.
    scale : int
        Output size over input size.
    feather : int
        LQ pixels over which neighbours fade into each other; 0 cuts sharply. Where less than that
        is kept of a tile, they fade over what is kept, so that never more than two meet.
    channels : int, optional
        Bands of a result; without it as many as the source has.
    on_tile : callable
        Called after every tile with the tiles done and their number in all.

    Yields
    ------
    (ndarray, ndarray or None)
        Restored rows as they are complete, valid until the next ones are asked for; alpha passes
        by untouched, or is enlarged as much as the picture.
    """
    bands = channels or source.channels
    enlarged_alpha = source.has_alpha and scale != 1
    if enlarged_alpha:
        bands += 1
        source, run = AlphaAsBand(source), beside_alpha(run, scale)
    feather = min(feather, *(c.last - c.first for c in (*cuts.rows, *cuts.columns)))
    band = _Band(source, cuts)
    joined = _Joined(source, cuts, scale, bands)
    tall, wide = cuts.tile
    for index, row in enumerate(cuts.rows):
        pixels, alpha = band.down_to(row)
        joined.keep_alpha(alpha)
        row_weights = _weights(cuts.rows, index, tall, feather, scale)
        for across, column in enumerate(cuts.columns):
            tile = pixels[:, column.start : column.start + wide]
            restored = run(np.ascontiguousarray(tile))
            column_weights = _weights(cuts.columns, across, wide, feather, scale)
            joined.add(row, column, restored, row_weights, column_weights)
            on_tile(index * len(cuts.columns) + across + 1, cuts.count)
        following = cuts.rows[index + 1] if index + 1 < len(cuts.rows) else None
        until = row.last - feather // 2 if following else cuts.height
        ready, opacity = joined.above(until)
        if len(ready) and enlarged_alpha:
            yield ready[..., :-1], ready[..., -1].clip(0, 1)
        elif len(ready):
            yield ready, opacity
        joined.forget_above(until)


class _Band:
    """The padded LQ rows under one row of tiles; moves down, reading each row once."""

    def __init__(self, source: Source, cuts: Cuts) -> None:
        self._source = source
        self._cuts = cuts
        self._pixels = np.empty((cuts.tile[0], cuts.width, source.channels), np.float32)
        self._top = 0
        self._filled = 0  # rows of the picture that were read

    def down_to(self, cut: Cut) -> tuple[np.ndarray, np.ndarray | None]:
        """Return the padded rows of a cut, and the alpha of the rows that were new."""
        pixels, source = self._pixels, self._source
        tall, moved = len(pixels), cut.start - self._top
        if moved:
            pixels[: tall - moved] = pixels[moved:].copy()
            self._top = cut.start
        have = self._filled - self._top
        wanted = min(self._top + tall, source.height) - self._filled
        alphas = []
        step = max(1, _PORTION // source.width)
        for _ in range(0, wanted, step):
            rows, alpha = source.rows(min(step, wanted))
            wanted -= len(rows)
            spare = ((0, 0), (0, self._cuts.width - source.width), (0, 0))
            pixels[have : have + len(rows)] = np.pad(rows, spare, mode="symmetric")
            have += len(rows)
            self._filled += len(rows)
            if alpha is not None:
                alphas.append(alpha)
        if have < tall:
            pad = ((0, tall - have), (0, 0), (0, 0))
            pixels[:] = np.pad(pixels[:have], pad, mode="symmetric")
        return pixels, np.concatenate(alphas) if alphas else None


class _Joined:
    """The restored rows that are not complete yet."""

    def __init__(self, source: Source, cuts: Cuts, scale: int, channels: int) -> None:
        self._scale = scale
        self._height, self._width = source.height * scale, source.width * scale
        shape = (cuts.tile[0] * scale, cuts.width * scale, channels)
        self._rows = np.zeros(shape, np.float32)
        self._top = 0  # output row that self._rows[0] is
        self._alpha: list[np.ndarray] = []

    def keep_alpha(self, alpha: np.ndarray | None) -> None:
        if alpha is not None:
            self._alpha.append(alpha)

    def add(
        self,
        row: Cut,
        column: Cut,
        restored: np.ndarray,
        row_weights: tuple[int, int, np.ndarray | None],
        column_weights: tuple[int, int, np.ndarray | None],
    ) -> None:
        first, last, vertical = row_weights
        left, right, horizontal = column_weights
        piece = restored[first:last, left:right]
        down = row.start * self._scale - self._top
        across = column.start * self._scale
        where = np.s_[down + first : down + last, across + left : across + right]
        if vertical is None and horizontal is None:
            self._rows[where] = piece
            return
        if vertical is not None:
            piece = piece * vertical[:, None, None]
        if horizontal is not None:
            piece = piece * horizontal[:, None]
        self._rows[where] += piece

    def above(self, until: int) -> Taken:
        """Return the rows above LQ row `until`, which are complete, as a view."""
        bottom = min(until * self._scale, self._height)
        ready = self._rows[: bottom - self._top, : self._width]
        return ready, self._take_alpha(len(ready))

    def forget_above(self, until: int) -> None:
        """Make room for further rows."""
        bottom = until * self._scale
        rest = self._rows[bottom - self._top :].copy()
        self._rows[: len(rest)] = rest
        self._rows[len(rest) :] = 0
        self._top = bottom

    def _take_alpha(self, count: int) -> np.ndarray | None:
        if not self._alpha:
            return None
        waiting = np.concatenate(self._alpha)
        self._alpha = [waiting[count:]]
        return waiting[:count]


def _weights(
    cuts: tuple[Cut, ...], index: int, length: int, feather: int, scale: int
) -> tuple[int, int, np.ndarray | None]:
    """Return first and last output row of a tile that count, and their weights (None: all 1)."""
    cut = cuts[index]
    half = feather // 2
    first, last = cut.first - cut.start, cut.last - cut.start
    fades_in, fades_out = index > 0 and half > 0, index + 1 < len(cuts) and half > 0
    if not (fades_in or fades_out):
        return first * scale, last * scale, None
    first, last = first - half * fades_in, last + half * fades_out
    weights = np.ones((last - first) * scale, np.float32)
    ramp = (np.arange(2 * half * scale, dtype=np.float32) + 0.5) / (2 * half * scale)
    if fades_in:
        weights[: len(ramp)] = ramp
    if fades_out:
        weights[-len(ramp) :] *= ramp[::-1]
    return first * scale, last * scale, weights
