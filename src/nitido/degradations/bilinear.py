"""Down-scaling by bilinear interpolation without antialiasing, as OpenCV and PyTorch do it."""

from dataclasses import dataclass

import numpy as np

from nitido.degradations._scaling import check_scale, cut, finish


@dataclass(frozen=True)
class Bilinear:
    """Interpolate between the four pixels nearest to the middle of every `scale` x `scale`.

    Odd rows and columns at the end are cut first. At an odd scale the middle is a pixel, which is
    kept; at an even scale it is the corner of four, whose mean is taken. The others are dropped, so
    fine patterns turn into false ones. It equals OpenCV's INTER_LINEAR and PyTorch's
    ``bilinear`` with ``align_corners=False``; Pillow and MATLAB antialias instead.

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
        """Return LQ, float32 (H // scale, W // scale, C); only rounding clips it to 0..1."""
        before, after = (self.scale - 1) // 2, self.scale // 2
        picture = cut(gt, self.scale)
        rows = (picture[before :: self.scale] + picture[after :: self.scale]) / 2
        lq = (rows[:, before :: self.scale] + rows[:, after :: self.scale]) / 2
        return finish(lq, self.round)


PUBLIC = Bilinear
