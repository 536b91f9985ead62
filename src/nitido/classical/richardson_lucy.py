"""Richardson-Lucy deconvolution (1972, 1974): the likeliest picture where light is counted.

Every iteration multiplies the estimate by how much more light was seen than it would give. It
never becomes negative; more iterations are sharper and noisier.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.classical._fourier import Boundary, check_boundary, deconvolved, transfer
from nitido.classical._kernel import Kernel, kernel_rows, taps
from nitido.classical._settings import check_whole

_DARKEST = 1e-3  # light that is expected at least, so that nothing is divided by zero


@dataclass(frozen=True)
class RichardsonLucy:
    """Undo a known blur by iterations that keep light positive.

    Parameters
    ----------
    kernel : mapping, rows of numbers, ndarray or path
        What blurred the picture, see `nitido.classical.wiener_deconvolution`. Values below 0 count
        as 0.
    steps : int
        Iterations, 1..10000: 10 for noisy pictures, 30 to 50 for good ones.
    boundary : {"reflect", "wrap"}
        What the blur took for the world beyond the border.

    Raises
    ------
    SettingError
        If a setting is out of range, or the kernel cannot be used.
    """

    kernel: Kernel
    steps: int = 30
    boundary: Boundary = "reflect"
    scale: ClassVar[int] = 1
    reach: ClassVar[None] = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "kernel", kernel_rows(self.kernel))
        check_whole("steps", self.steps, 1, 10_000)
        check_boundary(self.boundary)

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the sharpened picture, float32 (H, W, C) in 0..1."""
        pixels = checked(lq)
        kernel = np.maximum(taps(self.kernel), 0)
        kernel /= kernel.sum()

        def restore(plane: np.ndarray) -> np.ndarray:
            blur = transfer(kernel, plane.shape)
            seen: np.ndarray = np.maximum(plane, _DARKEST)
            estimate: np.ndarray = seen.copy()
            for _ in range(self.steps):
                expected = np.fft.irfft2(np.fft.rfft2(estimate) * blur, plane.shape)
                ratio = seen / np.maximum(expected, _DARKEST)
                gain = np.fft.irfft2(np.fft.rfft2(ratio) * np.conj(blur), plane.shape)
                estimate *= np.maximum(gain, 0)
            return estimate

        return finished(deconvolved(pixels, kernel, self.boundary, restore))


PUBLIC = RichardsonLucy
