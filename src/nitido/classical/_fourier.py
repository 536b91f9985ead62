"""Deconvolution in the frequency domain: frames without seams, transfer functions."""

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from nitido.classical._settings import check_word

Boundary = Literal["reflect", "wrap"]
Restore = Callable[[np.ndarray], np.ndarray]

_TURNS = 8  # of estimating what lies beyond the border
_CAREFUL = 1e-3  # balance meanwhile
_ROUNDING = 0.29 / 255  # standard deviation of the error of 8-bit values
_STEEP = 0.06  # standard deviation of the differences between pixels of a sharp photograph


def check_boundary(boundary: Boundary) -> None:
    """Refuse what is no way to go on beyond the border."""
    check_word("boundary", boundary, get_args(Boundary))


def transfer(kernel: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return the half spectrum of a kernel with odd sides whose middle is the pixel (0, 0).

    A kernel that is larger than the shape goes round it.
    """
    rows = (np.arange(kernel.shape[0]) - kernel.shape[0] // 2) % shape[0]
    columns = (np.arange(kernel.shape[1]) - kernel.shape[1] // 2) % shape[1]
    plane = np.zeros(shape)
    np.add.at(plane, np.ix_(rows, columns), kernel)
    return np.fft.rfft2(plane)


def gradients(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return the half spectra of the differences to the next row and to the next column."""
    down, across = np.zeros(shape), np.zeros(shape)
    for plane, shift in ((down, (-1, 0)), (across, (0, -1))):
        plane[0, 0] -= 1
        plane[shift] += 1
    return np.fft.rfft2(down), np.fft.rfft2(across)


def deconvolved(
    pixels: np.ndarray, kernel: np.ndarray, boundary: Boundary, restore: Restore
) -> np.ndarray:
    """Restore every channel of (H, W, C) by a method for one period of an endless pattern.

    With ``"reflect"`` a plane gets a frame as wide as the kernel, see `_framed`; it is cut off
    again.

    Parameters
    ----------
    pixels : ndarray
        (H, W, C).
    kernel : ndarray
        With odd sides.
    boundary : {"reflect", "wrap"}
        What the blur took for the world beyond the border.
    restore : callable
        From a plane (h, w) to one of the same shape.
    """
    planes = [np.asarray(pixels[..., channel], np.float64) for channel in range(pixels.shape[2])]
    if boundary == "wrap":
        return np.stack([restore(plane) for plane in planes], axis=2)
    frame = []
    for side, width in zip(pixels.shape[:2], kernel.shape, strict=True):
        length = fast_length(side + 2 * width)
        before = (length - side) // 2
        frame.append((before, length - side - before))
    rows = slice(frame[0][0], frame[0][0] + pixels.shape[0])
    columns = slice(frame[1][0], frame[1][0] + pixels.shape[1])
    restored = [restore(_framed(plane, kernel, frame))[rows, columns] for plane in planes]
    return np.stack(restored, axis=2)


def _framed(plane: np.ndarray, kernel: np.ndarray, frame: list[tuple[int, int]]) -> np.ndarray:
    """Return a plane (H, W) in the frame that it would have had in a mirrored world.

    That is not its own mirror image: the kernel blurs the mirrored world unmirrored. So a careful
    estimate of the world is mirrored, blurred, and gives the frame; the first estimate comes from
    a mirrored frame that is blended with its own blur towards the outside (Reeves 2005, "Fast image
    restoration without boundary artifacts").
    """
    rows, columns = (
        slice(before, before + side) for (before, _), side in zip(frame, plane.shape, strict=True)
    )
    seen = tapered(np.pad(plane, frame, mode="symmetric"), kernel)
    for _ in range(_TURNS):
        estimate = wiener(seen, kernel, _CAREFUL)[rows, columns]
        seen = blurred(np.pad(estimate, frame, mode="symmetric"), kernel)
        seen[rows, columns] = plane
    return seen


def blurred(plane: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return a plane (H, W) convolved with a kernel; beyond the border it begins again."""
    return np.fft.irfft2(np.fft.rfft2(plane) * transfer(kernel, plane.shape), plane.shape)


def wiener(plane: np.ndarray, kernel: np.ndarray, balance: float) -> np.ndarray:
    """Return the Wiener estimate of a plane (H, W) that was blurred circularly.

    `balance` is the power of the noise over that of the differences between pixels.
    """
    blur = transfer(kernel, plane.shape)
    down, across = gradients(plane.shape)
    steep = np.abs(down) ** 2 + np.abs(across) ** 2
    power = np.maximum(np.abs(blur) ** 2 + balance * steep, 1e-12)
    return np.fft.irfft2(np.fft.rfft2(plane) * np.conj(blur) / power, plane.shape)


def noise_balance(level: float) -> float:
    """Return the balance for noise of a level, 0..1; 8-bit values are never without noise."""
    return (max(level, _ROUNDING) / _STEEP) ** 2


def tapered(plane: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Blend a plane with its circular blur towards its borders, as far as the kernel reaches."""
    weights = []
    for axis, side in enumerate(plane.shape):
        profile = np.abs(np.fft.fft(kernel.sum(axis=1 - axis), side - 1)) ** 2
        alike = np.fft.ifft(profile).real
        weights.append(1 - np.append(alike, alike[0]) / max(alike.max(), 1e-12))
    own = np.clip(np.outer(*weights), 0, 1)
    return np.asarray(own * plane + (1 - own) * blurred(plane, kernel))


def fast_length(length: int) -> int:
    """Return the next length without prime factors above 5, which is transformed fast."""
    while True:
        rest = length
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return length
        length += 1
