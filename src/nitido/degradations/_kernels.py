"""Blur kernels, and one way to filter a picture with any of them.

A kernel is a float64 array (rows, columns) with odd sides whose values sum to 1; its middle is the
pixel itself. Angles are degrees, counterclockwise from the horizontal, as one sees the picture.
Filtering is true convolution: a single bright pixel becomes an image of the kernel, not a mirrored
one.
"""

from collections.abc import Iterator, Sequence
from math import ceil, cos, pi, radians, sin, sqrt
from typing import Literal

import numpy as np

from nitido.degradations._levels import Level, check, draw_integer
from nitido.errors import SettingError

Boundary = Literal["reflect", "wrap"]

_REACH = 4  # standard deviations that a kernel covers to each side
_SAMPLES = 8  # per pixel of a straight path
_COLUMNS = 32  # per pixel of a disc
_FEW_TAPS = 40  # up to here adding shifted pictures is faster than the Fourier transform
_STRIP = 1 << 17  # values of a strip that stays in the processor's cache
_TRANSFORM = 1 << 20  # pixels of a strip that is Fourier transformed


# --- settings that several damages share


def check_boundary(boundary: str) -> None:
    """Refuse what is no way to go on beyond the border."""
    if boundary not in ("reflect", "wrap"):
        raise SettingError(f"boundary is {boundary!r}; there are reflect and wrap.")


def check_size(size: Level, low: int = 1) -> None:
    """Refuse sides of a kernel that are not odd whole numbers."""
    check("size", size, low, 999)
    if any(side % 2 != 1 for side in (size if isinstance(size, tuple) else (size,))):
        raise SettingError(f"size is {size!r}; the side of a kernel is an odd whole number.")


def draw_size(size: Level, rng: np.random.Generator) -> int:
    """Return the odd side, or one drawn evenly from the odd numbers of its range."""
    half = (size[0] // 2, size[1] // 2) if isinstance(size, tuple) else size // 2
    return 2 * draw_integer(half, rng) + 1


# --- kernels


def gaussian(
    sigma: float, ratio: float = 1.0, angle: float = 0.0, size: int | None = None
) -> np.ndarray:
    """Return a Gaussian: `sigma` pixels along `angle`, `ratio` times less across."""
    return _normalized(np.exp(-0.5 * _squared_distance(sigma, ratio, angle, size)))


def generalized_gaussian(
    sigma: float, beta: float, ratio: float = 1.0, angle: float = 0.0, size: int | None = None
) -> np.ndarray:
    """Return exp(-d ** beta / 2), where d is the squared distance in standard deviations."""
    distance = _squared_distance(sigma, ratio, angle, size)
    return _normalized(_cut(np.exp(-0.5 * distance**beta), distance, size))


def plateau(
    sigma: float, beta: float, ratio: float = 1.0, angle: float = 0.0, size: int | None = None
) -> np.ndarray:
    """Return 1 / (1 + d ** beta), where d is the squared distance in standard deviations."""
    distance = _squared_distance(sigma, ratio, angle, size)
    return _normalized(_cut(1 / (1 + distance**beta), distance, size))


def motion(length: float, angle: float) -> np.ndarray:
    """Return a straight, even stroke of `length` pixels."""
    count = max(1, ceil(_SAMPLES * length))
    along = length * ((np.arange(count) + 0.5) / count - 0.5)
    return _drawn(-sin(radians(angle)) * along, cos(radians(angle)) * along)


def shake(extent: float, anxiety: float, samples: int, rng: np.random.Generator) -> np.ndarray:
    """Return the drawn path of a hand-held camera; the box around it is `extent` pixels long.

    The particle of Boracchi and Foi 2012 has constant speed and changes its direction by inertia,
    a random push, a pull back to where it began, and rare jerks. Time runs from 0 to 1, and so
    does the length of the path before it is brought to its extent.
    """
    step = 1 / samples
    pushes = 4 * anxiety * sqrt(step) * (rng.standard_normal((samples, 2)) @ (1, 1j))
    jerks = rng.random(samples) < 2 * anxiety * step
    turns = np.exp(1j * (pi + rng.uniform(-0.5, 0.5, samples)))
    pull = rng.uniform(0, 40) * anxiety * step
    velocity = complex(np.exp(1j * rng.uniform(0, 2 * pi)))
    path = np.zeros(samples, complex)
    place = 0j
    for i in range(1, samples):
        velocity += complex(pushes[i]) - pull * place
        if jerks[i]:
            velocity *= complex(turns[i])
        velocity /= abs(velocity)
        place += velocity * step
        path[i] = place
    path -= path.mean()  # no shift of the picture: drawing keeps the center of mass
    path *= extent / max(np.ptp(path.real), np.ptp(path.imag))
    return _drawn(path.imag, path.real)


def disc(radius: float) -> np.ndarray:
    """Return a disc of `radius` pixels; every pixel has the share of it that lies inside."""
    reach = ceil(max(radius - 0.5, 0))
    middle = np.arange(-reach, reach + 1)
    within = (np.arange(_COLUMNS) + 0.5) / _COLUMNS - 0.5
    half = np.sqrt(np.clip(radius**2 - (middle[:, None] + within) ** 2, 0, None))
    top = np.minimum(middle[:, None, None] + 0.5, half)
    bottom = np.maximum(middle[:, None, None] - 0.5, -half)
    share = np.clip(top - bottom, 0, None).mean(axis=2)
    share = (share + share.T) / 2  # as good across as down
    return _normalized(share) if share.any() else np.ones((1, 1))


def sinc(cutoff: float, size: int) -> np.ndarray:
    """Return the circular low-pass: no frequency beyond `cutoff` radians per pixel is left."""
    distance = np.hypot(*_grid(size // 2))
    distance[size // 2, size // 2] = 1  # not used there
    kernel = cutoff * bessel_j1(cutoff * distance) / (2 * pi * distance)
    kernel[size // 2, size // 2] = cutoff**2 / (4 * pi)
    return _normalized(kernel)


def bessel_j1(value: np.ndarray) -> np.ndarray:
    """Return the Bessel function of the first kind of order 1.

    Bessel's integral, J1(x) = 2 / pi * integral from 0 to pi / 2 of sin(x sin t) sin t. It runs
    over a quarter of a period of a smooth periodic function, so the mean over a few even steps is
    exact to 1e-14 as soon as they follow its waves.
    """
    count = ceil(np.abs(value).max(initial=0) / 2) + 10
    total = np.zeros(np.shape(value))
    for i in range(count):
        sine = sin((i + 0.5) * pi / (2 * count))
        total += np.sin(value * sine) * sine
    return np.asarray(total / count)


def _grid(reach: int) -> tuple[np.ndarray, np.ndarray]:
    """Return row and column of every pixel, counted from the middle."""
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float64)
    return rows, columns


def _squared_distance(sigma: float, ratio: float, angle: float, size: int | None) -> np.ndarray:
    """Return every pixel's squared distance from the middle, in standard deviations."""
    sigma = max(sigma, 1e-6)  # no blur is a kernel that is 0 but in its middle
    rows, columns = _grid(ceil(_REACH * sigma) if size is None else size // 2)
    sine, cosine = sin(radians(angle)), cos(radians(angle))
    along = cosine * columns - sine * rows
    across = sine * columns + cosine * rows
    return np.asarray((along / sigma) ** 2 + (ratio * across / sigma) ** 2)


def _cut(kernel: np.ndarray, distance: np.ndarray, size: int | None) -> np.ndarray:
    """End heavy tails along their own ellipse, not at the square, unless a size was asked for."""
    return kernel if size is not None else np.where(distance <= _REACH**2, kernel, 0)


def _drawn(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Draw points, counted from the middle; each is shared by its four pixels bilinearly."""
    points = np.stack((rows, columns)).round(9)  # the cosine of 90 degrees is not quite 0
    first = np.floor(points).astype(np.int64)
    part = points - first
    reach = np.abs(points).max(axis=1).astype(np.int64) + 1
    height, width = (2 * reach + 1).tolist()
    kernel = np.zeros(height * width)
    for down in (0, 1):
        for right in (0, 1):
            place = (first[0] + reach[0] + down) * width + first[1] + reach[1] + right
            weight = np.abs(1 - down - part[0]) * np.abs(1 - right - part[1])
            kernel += np.bincount(place, weight, height * width)
    return _normalized(kernel.reshape(height, width))


def _normalized(kernel: np.ndarray) -> np.ndarray:
    return np.asarray(kernel / kernel.sum())


# --- filtering


def blurred(gt: np.ndarray, kernel: np.ndarray, boundary: Boundary) -> np.ndarray:
    """Return the picture convolved with a kernel, float32 (H, W, C), clipped to 0..1."""
    lq = filtered(gt, kernel, boundary)
    return np.clip(lq, 0, 1, out=lq)


def filtered(picture: np.ndarray, kernel: np.ndarray, boundary: Boundary = "reflect") -> np.ndarray:
    """Convolve every channel with a kernel; the result is float32 and may leave 0..1.

    Parameters
    ----------
    picture : ndarray
        (H, W, C), any size, also smaller than the kernel.
    kernel : ndarray
        (rows, columns), both odd.
    boundary : {"reflect", "wrap"}
        Beyond the border the picture is mirrored at its last pixel, or begins again.
    """
    axes = _axes(kernel)
    if axes is not None and sum(kernel.shape) <= _FEW_TAPS:
        return filtered_by_axes(picture, *axes, boundary)
    taps = np.argwhere(kernel)
    if len(taps) <= _FEW_TAPS:
        return _filtered_by_taps(picture, kernel, taps, boundary)
    return _filtered_by_transform(picture, kernel, boundary)


def filtered_by_axes(
    picture: np.ndarray,
    down: Sequence[float],
    across: Sequence[float],
    boundary: Boundary = "reflect",
) -> np.ndarray:
    """Convolve with the outer product of two kernels, one after the other."""
    lq = np.empty(picture.shape, np.float32)
    shape = (len(down), len(across))
    for rows, block in _strips(picture, shape, boundary, _STRIP // picture.shape[2]):
        lq[rows] = correlated_by_axes(block, down[::-1], across[::-1])
    return lq


def correlated_by_axes(
    padded: np.ndarray, down: Sequence[float], across: Sequence[float]
) -> np.ndarray:
    """Correlate with `down` from row to row, `across` within rows; the border is used up."""
    height, width = padded.shape[0] - len(down) + 1, padded.shape[1] - len(across) + 1
    rows = _weighted([padded[i : i + height] for i in range(len(down))], down)
    return _weighted([rows[:, i : i + width] for i in range(len(across))], across)


def _filtered_by_taps(
    picture: np.ndarray, kernel: np.ndarray, taps: np.ndarray, boundary: Boundary
) -> np.ndarray:
    """Convolve by adding one shifted picture for each value of the kernel that is not 0."""
    lq = np.empty(picture.shape, np.float32)
    weights = [float(kernel[i, j]) for i, j in taps]
    starts = [(kernel.shape[0] - 1 - i, kernel.shape[1] - 1 - j) for i, j in taps.tolist()]
    for rows, block in _strips(picture, kernel.shape, boundary, _STRIP // picture.shape[2]):
        height, width = lq[rows].shape[:2]
        views = [block[top : top + height, left : left + width] for top, left in starts]
        lq[rows] = _weighted(views, weights)
    return lq


def _filtered_by_transform(
    picture: np.ndarray, kernel: np.ndarray, boundary: Boundary
) -> np.ndarray:
    """Convolve strips of the picture, with the border around them, by the Fourier transform."""
    lq = np.empty(picture.shape, np.float32)
    top, left = kernel.shape[0] - 1, kernel.shape[1] - 1  # what wraps around lies before
    spectrum = None
    for rows, block in _strips(picture, kernel.shape, boundary, _TRANSFORM):
        if spectrum is None:  # the first strip is as high as any
            size = (_good_length(block.shape[0]), _good_length(block.shape[1]))
            spectrum = np.fft.rfft2(kernel, size).astype(np.complex64)
        height, width = lq[rows].shape[:2]
        for channel in range(picture.shape[2]):
            product = np.fft.rfft2(block[..., channel], size)
            product *= spectrum
            whole = np.fft.irfft2(product, size)
            lq[rows, :, channel] = whole[top : top + height, left : left + width]
    return lq


def _strips(
    picture: np.ndarray, shape: tuple[int, ...], boundary: Boundary, pixels: int
) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield rows of the picture, and their pixels with the border that a kernel needs.

    A strip has about `pixels` pixels, and at least as many rows as the kernel, or most of the work
    would be border.
    """
    height, width = picture.shape[:2]
    reach, aside = shape[0] // 2, shape[1] // 2
    columns = _sources(-aside, width + aside, width, boundary)
    step = max(shape[0], pixels // len(columns))
    for top in range(0, height, step):
        bottom = min(top + step, height)
        rows = _sources(top - reach, bottom + reach, height, boundary)
        # One axis after the other is many times faster than both at once.
        yield slice(top, bottom), picture[rows].take(columns, axis=1)


def _sources(start: int, stop: int, length: int, boundary: Boundary) -> np.ndarray:
    """Return which of `length` pixels stands at each place, also far beyond the border."""
    places = np.arange(start, stop)
    if boundary == "wrap" or length == 1:
        return places % length
    places %= 2 * length - 2
    return np.minimum(places, 2 * length - 2 - places)


def _weighted(views: Sequence[np.ndarray], weights: Sequence[float]) -> np.ndarray:
    """Add up arrays of one shape, each times its weight."""
    total = np.zeros(views[0].shape, np.float32)
    product = np.empty_like(total)
    for view, weight in zip(views, weights, strict=True):
        np.multiply(view, np.float32(weight), out=product)
        total += product
    return total


def _axes(kernel: np.ndarray) -> tuple[list[float], list[float]] | None:
    """Return the two factors of a kernel that is a column times a row, None for any other."""
    row, column = divmod(int(np.abs(kernel).argmax()), kernel.shape[1])
    down, across = kernel[:, column], kernel[row] / kernel[row, column]
    if np.abs(np.outer(down, across) - kernel).sum() > 1e-7:
        return None
    return down.tolist(), across.tolist()


def _good_length(length: int) -> int:
    """Return the next length whose only prime factors are 2, 3 and 5, quick to transform."""
    while True:
        rest = length
        for factor in (2, 3, 5):
            while rest % factor == 0:
                rest //= factor
        if rest == 1:
            return length
        length += 1
