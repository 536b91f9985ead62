"""Where to cut a picture into tiles, and which part of each tile to keep.

Tiles of a picture all have one size, so an engine is built once. The first and the last tile of a
row end at the picture's own border, where the network sees what it would see of the whole picture;
inner borders lie `overlap` pixels away from everything that is kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from nitido.restorer._settings import check_tile

_BAND_PIXELS = 12_000_000  # of a row of tiles before and after, held in memory at once
_MOST_CUTS = 64


@dataclass(frozen=True)
class Cut:
    """One tile along one axis, LQ pixels: it covers start..start+length, keeps first..last."""

    start: int
    first: int
    last: int


@dataclass(frozen=True)
class Cuts:
    """All tiles of a picture, in LQ pixels of the padded picture."""

    height: int  # padded to a multiple of what the network needs
    width: int
    tile: tuple[int, int]  # height and width of every tile
    rows: tuple[Cut, ...]
    columns: tuple[Cut, ...]

    @property
    def count(self) -> int:
        """Number of tiles."""
        return len(self.rows) * len(self.columns)


def make_cuts(
    height: int,
    width: int,
    *,
    multiple_of: int,
    overlap: int,
    budget: int,
    tile: int | None = None,
    scale: int = 1,
    share: int = 1,
) -> Cuts:
    """Cut a picture.

    Parameters
    ----------
    height, width : int
        Of the picture, LQ pixels.
    multiple_of : int
        What the sides of a tile are multiples of.
    overlap : int
        Pixels a tile needs beyond what is kept of it.
    budget : int
        Most pixels of a tile, overlap included; the cuts with the least work within it are taken.
    tile : int, optional
        Side of the part that is kept of each tile; 0 is the whole picture. Takes the place of
        `budget`.
    scale : int
        How many times larger a result is, which takes memory as well.
    share : int
        How many pictures are cut at the same time within one budget, as in a chain of steps.

    Raises
    ------
    SettingError
        If `tile` is negative.
    """
    check_tile(tile)
    height, width = (_up(side, multiple_of) for side in (height, width))
    overlap = _up(overlap, multiple_of)
    if tile == 0:
        counts = (1, 1)
    elif tile is not None:
        core = _up(tile, multiple_of)
        counts = (ceil(height / core), ceil(width / core))
        length = tuple(min(side, core + 2 * overlap) for side in (height, width))
        return Cuts(
            height,
            width,
            (length[0], length[1]),
            _cuts(height, length[0], counts[0], multiple_of),
            _cuts(width, length[1], counts[1], multiple_of),
        )
    else:
        band = 2 * _BAND_PIXELS // (1 + scale**2) // share
        counts = _cheapest(height, width, multiple_of, overlap, budget // share, band)
    tall = _length(height, counts[0], multiple_of, overlap)
    wide = _length(width, counts[1], multiple_of, overlap)
    return Cuts(
        height,
        width,
        (tall, wide),
        _cuts(height, tall, counts[0], multiple_of),
        _cuts(width, wide, counts[1], multiple_of),
    )


def _cheapest(
    height: int, width: int, multiple_of: int, overlap: int, budget: int, band: int
) -> tuple[int, int]:
    """Return how many tiles down and across need the fewest pixels in all.

    `budget` is the most pixels of a tile, `band` of a row of tiles.
    """
    best = None
    for down, across in _counts(height, width, overlap):
        tall = _length(height, down, multiple_of, overlap)
        wide = _length(width, across, multiple_of, overlap)
        fits = tall * wide <= budget and (down == 1 or tall * width <= band)
        work = down * across * tall * wide
        choice = (not fits, work if fits else tall * wide, down * across, down, across)
        if best is None or choice < best:
            best = choice
    assert best is not None, "one tile is always a candidate"
    return best[3], best[4]


def _counts(height: int, width: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Yield counts whose tiles keep at least as much as they share."""
    least = max(2 * overlap, 64)
    down = max(1, height // least)
    across = max(1, width // least)
    for rows in _some(down):
        for columns in _some(across):
            yield rows, columns


def _some(most: int) -> Iterator[int]:
    """Yield 1, 2, ... up to 64 and, beyond, every 1/16 more, up to `most`."""
    count = 1
    while count < most:
        yield count
        count += 1 if count < _MOST_CUTS else count // 16
    yield most


def _length(side: int, count: int, multiple_of: int, overlap: int) -> int:
    """Return how long `count` tiles must be to cover a side with room for the overlaps."""
    return min(side, _up(ceil((side + 2 * overlap * (count - 1)) / count), multiple_of))


def _cuts(side: int, length: int, count: int, multiple_of: int) -> tuple[Cut, ...]:
    """Spread tiles evenly over a side; keep up to the middle of what neighbours share."""
    steps = max(count - 1, 1)
    starts = [(side - length) * i // steps // multiple_of * multiple_of for i in range(count)]
    starts[-1] = side - length
    starts = sorted(set(starts))
    edges = [0]
    edges += [(right + left + length) // 2 for left, right in pairwise(starts)]
    edges.append(side)
    return tuple(
        Cut(start, first, last)
        for start, first, last in zip(starts, edges, edges[1:], strict=False)
    )


def _up(value: int, multiple_of: int) -> int:
    return -(-value // multiple_of) * multiple_of
