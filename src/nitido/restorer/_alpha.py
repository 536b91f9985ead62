"""Alpha of a picture that is enlarged: one more band that goes along with the tiles.

Where the size stays, alpha passes by the tiles untouched. Where it grows, it is enlarged tile by
tile, by MATLAB's bicubic; its four taps lie within the overlap of every network, so tiles leave no
trace in it either.
"""

from collections.abc import Callable

import numpy as np

from nitido.picture import Source, Taken, imresize


class AlphaAsBand:
    """A source whose last channel is its alpha."""

    has_alpha = False

    def __init__(self, source: Source) -> None:
        self.height, self.width, self.depth = source.height, source.width, source.depth
        self.channels = source.channels + 1
        self._source = source

    def rows(self, count: int) -> Taken:
        """Return the next rows, float32 (n, W, C + 1)."""
        pixels, alpha = self._source.rows(count)
        assert alpha is not None
        return np.concatenate((pixels, alpha[..., None]), axis=2), None


def beside_alpha(
    run: Callable[[np.ndarray], np.ndarray], scale: int
) -> Callable[[np.ndarray], np.ndarray]:
    """Return `run` for tiles whose last channel is alpha."""

    def run_both(tile: np.ndarray) -> np.ndarray:
        restored = run(np.ascontiguousarray(tile[..., :-1]))
        return np.concatenate((restored, imresize(tile[..., -1:], scale)), axis=2)

    return run_both
