"""What all down-scaling by a whole number shares: its settings, the cut before, the rounding."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from nitido.degradations._levels import check_whole
from nitido.errors import SettingError
from nitido.picture import to_8bit


@dataclass(frozen=True)
class Shrinks(ABC):
    """Makes pictures `scale` times smaller; each method has its own way."""

    scale: int = 4
    round: bool = True

    def __post_init__(self) -> None:
        check_whole("scale", self.scale)

    @abstractmethod
    def _shrunk(self, gt: np.ndarray) -> np.ndarray:
        """Return (H / scale, W / scale, C), no view; H and W are multiples of `scale`."""

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H // scale, W // scale, C); only rounding clips it to 0..1."""
        lq = self._shrunk(cut(gt, self.scale))
        return to_8bit(lq) if self.round else lq.astype(np.float32, copy=False)


def cut(gt: np.ndarray, scale: int) -> np.ndarray:
    """Return a view without the odd rows and columns at the end, which have no full LQ pixel."""
    height, width = (side // scale * scale for side in gt.shape[:2])
    if not height or not width:
        raise SettingError(f"A picture of {gt.shape[1]} x {gt.shape[0]} has no {scale}th.")
    return gt[:height, :width]
