"""Deconvolution by a Hopfield network, the first neural network that restored images.

Zhou, Chellappa, Vaid and Jenkins 1988, "Image restoration using a neural network": the gray value
of a pixel is the sum of neurons, and the weights between neurons are chosen so that the energy of
the network is 1/2 |g - Hx|^2 + lambda/2 |Dx|^2 for the seen picture g, the blur H and differences
D. A neuron changes where that lowers the energy, so the network comes to rest.

**Departure from the paper:** a pixel goes up or down by many neurons at once at first and by one at
the end, which comes to rest sooner; D are the first differences; and pixels that are too far apart
to feel each other change together, which gives what one after the other would.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.classical._fourier import deconvolved, noise_balance, transfer
from nitido.classical._kernel import Kernel, kernel_rows, taps
from nitido.classical._noise import noise_level
from nitido.classical._settings import check_number, check_sigma, check_whole
from nitido.errors import SettingError

_LARGEST = 31  # side of a kernel; the work grows with its fourth power
_STEPS = (16, 8, 4, 2, 1)  # neurons that change together, gray values of 0..255
_AT_REST = 1e-3  # share of the pixels that may still change when a step has done enough


@dataclass(frozen=True)
class Hopfield:
    """Undo a known blur by a network of neurons that lowers its energy pixel by pixel.

    Parameters
    ----------
    kernel : mapping, rows of numbers, ndarray or path
        What blurred the picture, see `nitido.classical.wiener_deconvolution`; at most 31 x 31.
    sigma : float, optional
        Noise level that decides the smoothness, 8-bit units; None estimates it.
    smoothness : float, optional
        Weight of the differences in the energy, 0..1000, instead of what `sigma` asks for.
    sweeps : int
        Most passes over the picture for every size of change, 1..1000.

    Raises
    ------
    SettingError
        If a setting is out of range, or the kernel cannot be used or is too large.
    """

    kernel: Kernel
    sigma: float | None = None
    smoothness: float | None = None
    sweeps: int = 10
    scale: ClassVar[int] = 1
    reach: ClassVar[None] = None

    def __post_init__(self) -> None:
        rows = kernel_rows(self.kernel)
        if max(len(rows), len(rows[0])) > _LARGEST:
            raise SettingError(
                f"kernel is {len(rows)} x {len(rows[0])}; hopfield takes {_LARGEST} x {_LARGEST} "
                "at most. Cut it, or use wiener_deconvolution."
            )
        object.__setattr__(self, "kernel", rows)
        check_sigma(self.sigma)
        if self.smoothness is not None:
            check_number("smoothness", self.smoothness, 0, 1000)
        check_whole("sweeps", self.sweeps, 1, 1000)

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the state in which the network rests, float32 (H, W, C) in 0..1."""
        pixels = np.clip(checked(lq), 0, 1)
        kernel = taps(self.kernel)
        smoothness = self.smoothness
        if smoothness is None:
            smoothness = noise_balance(noise_level(pixels, self.sigma))

        def restore(plane: np.ndarray) -> np.ndarray:
            # The frame grows until the pattern of pixels that change together fits.
            spare = [
                (0, -side % len_) for side, len_ in zip(plane.shape, _far(kernel), strict=True)
            ]
            whole = np.pad(plane, spare, mode="wrap")
            return _rested(whole, kernel, smoothness, self.sweeps)[: len(plane), : plane.shape[1]]

        return finished(deconvolved(pixels, kernel, "reflect", restore))


def _far(kernel: np.ndarray) -> tuple[int, int]:
    """Return from which distance on, down and across, two pixels do not feel each other."""
    return max(2, kernel.shape[0]), max(2, kernel.shape[1])


def _rested(plane: np.ndarray, kernel: np.ndarray, smoothness: float, sweeps: int) -> np.ndarray:
    """Return a plane of least energy, its sides multiples of `_far`, that goes round."""
    tall, wide = _far(kernel)
    felt = _felt(kernel, smoothness)
    own = felt[tall - 1, wide - 1]
    shape = (plane.shape[0], plane.shape[1])
    blur = transfer(kernel, shape)
    spectrum = np.fft.rfft2(plane)
    state = plane.copy()
    slope = np.fft.irfft2(
        spectrum * transfer(felt, shape) - spectrum * np.conj(blur), shape
    )  # of the energy, for every pixel
    # Pixels by their place in a block, then by block: those of one place change together.
    blocks = (shape[0] // tall, tall, shape[1] // wide, wide)
    state, slope = (plane.reshape(blocks).transpose(1, 3, 0, 2).copy() for plane in (state, slope))
    for step in (neurons / 255 for neurons in _STEPS):
        for _ in range(sweeps):
            changed = 0
            for down in range(tall):
                for across in range(wide):
                    values, slopes = state[down, across], slope[down, across]
                    change = np.where(np.abs(slopes) > step * own / 2, -step * np.sign(slopes), 0)
                    change[(values + change < 0) | (values + change > 1)] = 0
                    if not change.any():
                        continue
                    changed += int(np.count_nonzero(change))
                    values += change
                    _spread(slope, change, felt, down, across)
            if changed <= _AT_REST * plane.size:
                break
    return state.transpose(2, 0, 3, 1).reshape(shape)


def _felt(kernel: np.ndarray, smoothness: float) -> np.ndarray:
    """Return the second derivatives of the energy between a pixel and those around it."""
    tall, wide = _far(kernel)
    shape = (2 * tall - 1, 2 * wide - 1)
    felt = np.fft.irfft2(np.abs(transfer(kernel, shape)) ** 2, shape)
    felt = np.roll(felt, (tall - 1, wide - 1), (0, 1))
    middle = (tall - 1, wide - 1)
    for down, across in ((0, 1), (1, 0), (0, -1), (-1, 0)):
        felt[middle] += smoothness
        felt[middle[0] + down, middle[1] + across] -= smoothness
    return felt


def _spread(
    slope: np.ndarray, change: np.ndarray, felt: np.ndarray, down: int, across: int
) -> None:
    """Tell all pixels around those at one place of their blocks that these have changed."""
    for below, rows, felt_rows in _blocks(down, slope.shape[0]):
        for right, columns, felt_columns in _blocks(across, slope.shape[1]):
            moved = np.roll(change, (below, right), (0, 1))
            slope[rows, columns] += felt[felt_rows, felt_columns, None, None] * moved


def _blocks(place: int, length: int) -> Iterator[tuple[int, slice, slice]]:
    """Yield the block before a place, its own and the one after: places there, places in `felt`."""
    for block in (-1, 0, 1):
        first = max(0, place - length + 1 - block * length)
        last = min(length - 1, place + length - 1 - block * length)
        if first <= last:
            start = first + block * length - place + length - 1
            yield block, slice(first, last + 1), slice(start, start + last - first + 1)


PUBLIC = Hopfield
