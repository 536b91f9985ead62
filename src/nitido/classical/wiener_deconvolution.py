"""Wiener deconvolution: the inverse filter, held back where noise outweighs the picture.

The linear estimate with the least mean squared error (Wiener 1949; Helstrom 1967). Of the picture
is assumed what holds for photographs: its differences from pixel to pixel are about as strong at
every frequency, so the held-back part grows with the square of the frequency (Hunt 1973,
"constrained least squares").
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.classical._fourier import Boundary, check_boundary, deconvolved, noise_balance, wiener
from nitido.classical._kernel import Kernel, kernel_rows, taps
from nitido.classical._noise import noise_level
from nitido.classical._settings import check_number, check_sigma


@dataclass(frozen=True)
class WienerDeconvolution:
    """Undo a known blur in the presence of noise.

    Parameters
    ----------
    kernel : mapping, rows of numbers, ndarray or path
        What blurred the picture: a blur of ours with its settings, ``{"name": "gaussian_blur",
        "sigma": 2}``; numbers, rows by columns; or a file of them, .npy, .npz or a gray .png. True
        convolution: a bright point has become an image of the kernel.
    sigma : float, optional
        Noise level, 8-bit units; None estimates it. It is taken for 0.29, the error of 8-bit
        values, at least.
    balance : float, optional
        Noise power over the power of differences between pixels, 0..1000, instead of what `sigma`
        asks for; more is smoother.
    boundary : {"reflect", "wrap"}
        What the blur took for the world beyond the border.

    Raises
    ------
    SettingError
        If a setting is out of range, or the kernel cannot be used.
    """

    kernel: Kernel
    sigma: float | None = None
    balance: float | None = None
    boundary: Boundary = "reflect"
    scale: ClassVar[int] = 1
    reach: ClassVar[None] = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "kernel", kernel_rows(self.kernel))
        check_sigma(self.sigma)
        if self.balance is not None:
            check_number("balance", self.balance, 0, 1000)
        check_boundary(self.boundary)

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the sharpened picture, float32 (H, W, C) in 0..1."""
        pixels = checked(lq)
        kernel = taps(self.kernel)
        balance = self.balance
        if balance is None:
            balance = noise_balance(noise_level(pixels, self.sigma))

        def restore(plane: np.ndarray) -> np.ndarray:
            return wiener(plane, kernel, balance)

        return finished(deconvolved(pixels, kernel, self.boundary, restore))


PUBLIC = WienerDeconvolution
