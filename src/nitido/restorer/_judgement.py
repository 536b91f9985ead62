"""Which noise level a network judges for itself, where a strength above 1 multiplies it.

Only weights whose card says that the network judges the level need this; the others are told what
the diagnosis says.
"""

from collections.abc import Iterator

import numpy as np

from nitido.picture import Source
from nitido.restorer._engine_cache import EngineCache
from nitido.restorer._tile_runner import TileRunner
from nitido.tone import Tone

_PROBES = 4  # tiles that the level is judged on
_SIDE = 256
_REACH = 8.0  # the level lies between this share and this multiple of what goes
_ROUNDS = 6  # of bisection: 8 * 8 on a logarithmic scale, to within 7 %


def judged_level(source: Source, engines: EngineCache, tone: Tone | None = None) -> float:
    """Return the level, 0..1, that makes the network take as much away as when it is told none.

    What it takes away is no measure by itself: of noise that is correlated, as in photographs,
    it takes much less than there is.
    """
    tiles = list(_probes(source, engines.weights.card.multiple_of))
    if tone is not None:
        tiles = [tone.show(tile)[0] for tile in tiles]
    goal = _removed(tiles, TileRunner(engines))
    if goal < 1e-6:
        return 0.0
    low, high = np.log(goal / _REACH), np.log(goal * _REACH)
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        if _removed(tiles, TileRunner(engines, sigma=float(np.exp(middle)))) < goal:
            low = middle
        else:
            high = middle
    return float(np.exp((low + high) / 2))


def _removed(tiles: list[np.ndarray], work: TileRunner) -> float:
    """Return the RMS of what the network takes away."""
    return float(np.sqrt(np.mean([np.mean(np.square(tile - work(tile))) for tile in tiles])))


def _probes(source: Source, multiple_of: int) -> Iterator[np.ndarray]:
    """Yield up to four tiles (h, w, C), spread down the picture, of sides the network takes."""
    tall, wide = (
        -(-min(side, _SIDE) // multiple_of) * multiple_of for side in (source.height, source.width)
    )
    bands = -(-source.height // _SIDE)
    every = -(-bands // _PROBES)
    for index in range((bands - 1) // every * every + 1):  # nothing is read beyond the last tile
        rows, _ = source.rows(_SIDE)
        if index % every:
            continue
        left = (source.width - min(wide, source.width)) * (index % 3) // 2
        tile = rows[:, left : left + wide]
        pad = [(0, size - have) for size, have in zip((tall, wide), tile.shape, strict=False)]
        yield np.pad(tile, (*pad, (0, 0)), mode="symmetric")
