"""Down-scaling as super-resolution papers do it: MATLAB's antialiased bicubic `imresize`."""

from dataclasses import dataclass

import numpy as np

from nitido.degradations._scaling import check_scale, cut, finish
from nitido.picture import imresize


@dataclass(frozen=True)
class Bicubic:
    """Make the picture `scale` times smaller; odd rows and columns at the end are cut first.

    Parameters
    ----------
    scale : int
        2, 3, 4, ...
    round : bool
        Round to 8 bits, as LQ files are.

    Raises
    ------
    SettingError
        If `scale` is below 1, or a picture is smaller than it.
    """

    scale: int = 4
    round: bool = True

    def __post_init__(self) -> None:
        check_scale(self.scale)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H // scale, W // scale, C) in 0..1 where rounded."""
        return finish(imresize(cut(gt, self.scale), 1 / self.scale), self.round)


PUBLIC = Bicubic
