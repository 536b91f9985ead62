"""The inverse filter: divide by what the blur did to every frequency.

It is exact without noise, and multiplies noise where the blur left little. So frequencies below a
cut-off stay as they are (pseudo-inverse; Andrews and Hunt 1977, "Digital Image Restoration").
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.classical._fourier import Boundary, check_boundary, deconvolved, transfer
from nitido.classical._kernel import Kernel, kernel_rows, taps
from nitido.classical._settings import check_number


@dataclass(frozen=True)
class InverseFilter:
    """Undo a known blur by division in the frequency domain.

    Parameters
    ----------
    kernel : mapping, rows of numbers, ndarray or path
        What blurred the picture, see `nitido.classical.wiener_deconvolution`.
    cutoff : float
        Frequencies of which the blur left less than this share are left alone, 0.0001..1.
    boundary : {"reflect", "wrap"}
        What the blur took for the world beyond the border.

    Raises
    ------
    SettingError
        If a setting is out of range, or the kernel cannot be used.
    """

    kernel: Kernel
    cutoff: float = 0.1
    boundary: Boundary = "reflect"
    scale: ClassVar[int] = 1
    reach: ClassVar[None] = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "kernel", kernel_rows(self.kernel))
        check_number("cutoff", self.cutoff, 1e-4, 1)
        check_boundary(self.boundary)

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the sharpened picture, float32 (H, W, C) in 0..1."""
        pixels = checked(lq)
        kernel = taps(self.kernel)

        def restore(plane: np.ndarray) -> np.ndarray:
            blur = transfer(kernel, plane.shape)
            kept = np.abs(blur) >= self.cutoff
            spectrum = np.fft.rfft2(plane) / np.where(kept, blur, 1)
            return np.fft.irfft2(spectrum, plane.shape)

        return finished(deconvolved(pixels, kernel, self.boundary, restore))


PUBLIC = InverseFilter
