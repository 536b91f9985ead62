"""Blind deconvolution: find the blur of a shaken camera from the picture alone.

From coarse to fine, two steps take turns: the sharp picture is estimated with few steep edges (the
number of pixels with a gradient is penalized; Xu, Zheng and Jia 2013, "Unnatural L0 sparse
representation for natural image deblurring"), and the kernel by least squares between its gradients
and those of the blurred picture (Cho and Lee 2009, "Fast motion deblurring"). The picture with that
kernel is then deconvolved by Wiener's filter.

**Departure from the papers:** the smooth part of Xu's penalty is left out, and the last step is
Wiener's filter instead of a sparse one.
"""

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import brightness, checked, finished
from nitido.classical._fourier import (
    deconvolved,
    fast_length,
    gradients,
    noise_balance,
    tapered,
    transfer,
    wiener,
)
from nitido.classical._library import library
from nitido.classical._noise import noise_level
from nitido.classical._settings import check_number, check_odd, check_sigma
from nitido.picture import imresize

_LOOKED_AT = 720  # pixels, side of the middle part that the kernel is found in
_TURNS = 5  # on every scale
_KERNEL_WEIGHT = 2.0  # of the kernel's own energy in the least squares
_FAINT = 0.05  # of the largest value; what is below is noise of the estimate
_SPECK = 0.1  # share of the kernel's light that a part of it holds at least
_ROUGH = 2 / 255  # noise that stands for the errors of the kernel
_STIFFEST = 1e5  # weight of the edges at which the splitting ends


@dataclass(frozen=True)
class BlindDeconvolution:
    """Undo an unknown blur that is the same all over the picture.

    Parameters
    ----------
    size : int
        Side of the largest kernel that is looked for, pixels, odd, 3..151. A little more than the
        blur is best. Smaller pictures bring it down to a third of their shorter side.
    sparseness : float
        Price of an edge, 0.0001..0.1; more keeps fewer edges.
    sigma : float, optional
        Noise level, 8-bit units; None estimates it.

    Raises
    ------
    SettingError
        If a setting is out of range, or `size` is even.
    """

    size: int = 25
    sparseness: float = 0.004
    sigma: float | None = None
    scale: ClassVar[int] = 1
    reach: ClassVar[None] = None

    def __post_init__(self) -> None:
        check_odd("size", self.size, 3, 151)
        check_number("sparseness", self.sparseness, 1e-4, 0.1)
        check_sigma(self.sigma)

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the sharpened picture, float32 (H, W, C) in 0..1."""
        pixels = checked(lq)
        kernel = self.kernel(pixels)
        balance = noise_balance(max(noise_level(pixels, self.sigma), _ROUGH))

        def restore(plane: np.ndarray) -> np.ndarray:
            return wiener(plane, kernel, balance)

        return finished(deconvolved(pixels, kernel, "reflect", restore))

    def kernel(self, lq: np.ndarray) -> np.ndarray:
        """Return the blur that is found in a picture (H, W, C), float64, odd sides, sum 1."""
        plane = _middle(brightness(checked(lq))).astype(np.float64)
        size = min(self.size, (min(plane.shape) // 3 - 1) // 2 * 2 + 1)
        if size < 3:
            return np.ones((1, 1))
        price = self.sparseness
        kernel = np.zeros((3, 3))
        kernel[1, :2] = 0.5
        for side in _sides(size):
            small = imresize(plane, side / size) if side < size else plane
            kernel = np.maximum(imresize(kernel, size=(side, side)), 0)
            seen = _framed(small, side)
            for _ in range(_TURNS):
                sharp = _few_edges(seen, kernel / kernel.sum(), price)
                kernel = _kernel(seen, sharp, side)
                price = max(price / 1.1, 1e-4)
        return kernel


def _middle(plane: np.ndarray) -> np.ndarray:
    top, left = (max(0, (side - _LOOKED_AT) // 2) for side in plane.shape)
    return plane[top : top + _LOOKED_AT, left : left + _LOOKED_AT]


def _sides(size: int) -> list[int]:
    """Return odd sides of kernels from 3 up to `size`, each about 1.4 times the one before."""
    sides = [size]
    while sides[0] > 3:
        sides.insert(0, max(3, min(int(sides[0] * sqrt(0.5)) | 1, sides[0] - 2)))
    return sides


def _framed(plane: np.ndarray, reach: int) -> np.ndarray:
    """Return a plane with a mirrored frame that goes round without a seam."""
    frame = [(reach, fast_length(side + 2 * reach) - side - reach) for side in plane.shape]
    box = np.full((reach, reach), 1 / reach**2)
    return tapered(np.pad(plane, frame, mode="symmetric"), box)


def _few_edges(seen: np.ndarray, kernel: np.ndarray, price: float) -> np.ndarray:
    """Return the picture with few gradients that, blurred, is near the one seen."""
    shape = (seen.shape[0], seen.shape[1])
    blur = transfer(kernel, shape)
    down, across = gradients(shape)
    steep = np.abs(down) ** 2 + np.abs(across) ** 2
    power, start = np.abs(blur) ** 2, np.conj(blur) * np.fft.rfft2(seen)
    sharp = seen
    stiffness = 2 * price
    while stiffness < _STIFFEST:
        rows = np.roll(sharp, -1, 0) - sharp
        columns = np.roll(sharp, -1, 1) - sharp
        flat = rows**2 + columns**2 < price / stiffness
        rows[flat] = 0
        columns[flat] = 0
        edges = np.conj(down) * np.fft.rfft2(rows) + np.conj(across) * np.fft.rfft2(columns)
        spectrum = (start + stiffness * edges) / np.maximum(power + stiffness * steep, 1e-12)
        sharp = np.fft.irfft2(spectrum, shape)
        stiffness *= 2
    return sharp


def _kernel(seen: np.ndarray, sharp: np.ndarray, side: int) -> np.ndarray:
    """Return the kernel that turns the gradients of one picture into those of the other."""
    shape = (seen.shape[0], seen.shape[1])
    top = np.zeros(1, np.complex128)
    bottom = np.full(1, _KERNEL_WEIGHT)
    for axis in (0, 1):
        edges = np.fft.rfft2(np.roll(sharp, -1, axis) - sharp)
        given = np.fft.rfft2(np.roll(seen, -1, axis) - seen)
        top = top + np.conj(edges) * given
        bottom = bottom + np.abs(edges) ** 2
    half = side // 2
    around = np.roll(np.fft.irfft2(top / bottom, shape), (half, half), (0, 1))[:side, :side]
    around = np.where(around < _FAINT * around.max(), 0, around)
    if not around.sum() > 0:
        around[half, half] = 1
    return _centered(_cleaned(around))


def _cleaned(kernel: np.ndarray) -> np.ndarray:
    """Drop specks: what hangs together and holds less than a share of the light."""
    label = library("scipy.ndimage").label
    labels, count = label(kernel > 0, np.ones((3, 3)))
    light = np.bincount(labels.ravel(), kernel.ravel(), count + 1)
    kept = light >= min(_SPECK * kernel.sum(), light[1:].max())
    return np.where(kept[labels], kernel, 0)


def _centered(kernel: np.ndarray) -> np.ndarray:
    """Move a kernel by whole pixels so that its center of mass is in the middle."""
    half = kernel.shape[0] // 2
    places = np.arange(len(kernel)) - half
    down, across = (
        half + round(float((kernel.sum(axis=1 - axis) * places).sum() / kernel.sum()))
        for axis in (0, 1)
    )
    moved = np.pad(kernel, half)[down : down + len(kernel), across : across + len(kernel)]
    return np.asarray(moved / moved.sum())


PUBLIC = BlindDeconvolution
