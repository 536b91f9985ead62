"""Moire by notches: peaks of the local spectrum that a photograph would not have.

Photographs have spectra that fall smoothly from low frequencies to high ones; a periodic pattern
adds a few sharp peaks (Gonzalez and Woods, "Digital Image Processing", notch filters). As moire
bends, the spectrum is taken block by block, and what stands far above the others of its frequency
comes down to them.

Regular texture in the picture itself, as of fabric or a fence, is weakened as well.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.classical._settings import check_number, check_whole
from nitido.errors import SettingError

_ROUNDING = 1e-3  # of a spectrum; what is below is no pattern
# Luma and two differences of color, in which natural pictures are smooth and moire is strong.
_OPPONENT = np.array([[1, 1, 1], [1, 0, -1], [-0.5, 1, -0.5]]) / [[3], [2], [1.5]]


@dataclass(frozen=True)
class MoireNotch:
    """Lower the peaks of the spectrum of every block.

    Parameters
    ----------
    block : int
        Side of the blocks, pixels, even, 16..1024; they overlap by half.
    threshold : float
        How many times as large as the median of its frequency a peak is, 1..1000.
    color_threshold : float
        The same for the differences between channels.
    longest : float
        Longest period that is looked for, pixels, 2..1024.

    Raises
    ------
    SettingError
        If a setting is out of range, or `block` is odd.
    """

    block: int = 64
    threshold: float = 10.0
    color_threshold: float = 5.0
    longest: float = 20.0
    scale: ClassVar[int] = 1
    reach: ClassVar[None] = None  # blocks begin at the picture's corner

    def __post_init__(self) -> None:
        check_whole("block", self.block, 16, 1024)
        if self.block % 2:
            raise SettingError(f"block is {self.block}; it is an even number of pixels.")
        check_number("threshold", self.threshold, 1, 1000)
        check_number("color_threshold", self.color_threshold, 1, 1000)
        check_number("longest", self.longest, 2, 1024)

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the picture without the pattern, float32 (H, W, C) in 0..1."""
        pixels = checked(lq)
        if pixels.shape[2] == 1:
            return finished(self._lowered(pixels[..., 0], self.threshold)[..., None])
        planes = pixels @ _OPPONENT.T
        thresholds = (self.threshold, self.color_threshold, self.color_threshold)
        for channel, threshold in enumerate(thresholds):
            planes[..., channel] = self._lowered(planes[..., channel], threshold)
        return finished(planes @ np.linalg.inv(_OPPONENT).T)

    def _lowered(self, plane: np.ndarray, threshold: float) -> np.ndarray:
        """Return a plane (H, W) with lowered peaks."""
        step = self.block // 2
        frame = [(step, step + -side % step) for side in plane.shape]
        padded = np.pad(plane.astype(np.float64), frame, mode="symmetric")
        # Sine windows, squared, add up to 1 where they overlap by half.
        sine = np.sin(np.pi * (np.arange(self.block) + 0.5) / self.block)
        window = np.outer(sine, sine)
        rings = _rings(self.block)
        looked_at = rings >= self.block / self.longest
        result = np.zeros_like(padded)
        for top in range(0, padded.shape[0] - step, step):
            for left in range(0, padded.shape[1] - step, step):
                part = (slice(top, top + self.block), slice(left, left + self.block))
                mean = padded[part].mean()  # its window has a spectrum of its own
                spectrum = np.fft.rfft2((padded[part] - mean) * window)
                size = np.abs(spectrum)
                usual = _medians(size, rings)
                peak = looked_at & (size > threshold * usual + _ROUNDING)
                spectrum[peak] *= usual[peak] / size[peak]
                result[part] += (np.fft.irfft2(spectrum, window.shape) + mean * window) * window
        return result[step : step + plane.shape[0], step : step + plane.shape[1]]


def _rings(block: int) -> np.ndarray:
    """Return the frequency of every place of the half spectrum, whole periods per block."""
    down, across = np.fft.fftfreq(block, 1 / block), np.fft.rfftfreq(block, 1 / block)
    return np.asarray(np.hypot(down[:, None], across).round(), np.intp)


def _medians(size: np.ndarray, rings: np.ndarray) -> np.ndarray:
    """Return for every place the median of its ring."""
    order = np.lexsort((size.ravel(), rings.ravel()))
    counts = np.bincount(rings.ravel())
    first = np.cumsum(counts) - counts
    return np.asarray(size.ravel()[order][first + counts // 2][rings])


PUBLIC = MoireNotch
