"""The step of half-quadratic splitting that knows the damage: agree with what was seen."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from nitido.solvers._shrinking import shrinking_taps

_TURNS = 8  # of finding what would be seen around the picture


class Convolved:
    """What was seen is the picture, convolved, of which every `scale`-th pixel was kept.

    For an estimate z it returns the x with the least ``|seen - Ax|^2 + balance |x - z|^2``. With
    all pixels kept this is Wiener's formula; in general it is the closed form of Zhao et al.
    ("Fast single image super-resolution using a new analytical solution for l2-l2 problems", 2016)
    that Zhang, Van Gool and Timofte (CVPR 2020) use, here as z plus a correction by what z lacks,
    which loses no digits where the balance is small. The closed form wants a world that repeats
    the picture. Where it does not, `known` leaves out what was not seen: it is taken from the
    estimate, and the formula applied again.

    Parameters
    ----------
    seen : Tensor
        (1, C, h, w), one period of an endless pattern.
    known : Tensor, optional
        (1, 1, h, w), 1 where something was seen, 0 elsewhere; None: everywhere.
    weights : ndarray
        (K, L): pixel (i, j) of `seen` is the sum over k, l of weight (k, l) times the pixel
        ``(i * scale + first[0] + k, j * scale + first[1] + l)`` of the picture.
    first : (int, int)
        See there.
    scale : int
        Sides of the picture over those of `seen`.
    """

    def __init__(
        self,
        seen: Tensor,
        known: Tensor | None,
        weights: np.ndarray,
        first: tuple[int, int],
        scale: int = 1,
    ) -> None:
        self._seen, self._known, self._scale = seen, known, scale
        rows, columns = (side * scale for side in seen.shape[2:])
        plane = np.zeros((rows, columns))
        down = (np.arange(weights.shape[0]) + first[0]) % rows
        across = (np.arange(weights.shape[1]) + first[1]) % columns
        np.add.at(plane, np.ix_(down, across), weights)  # large ones go round the period
        transfer = np.conj(np.fft.fft2(plane)).astype(np.complex64)
        self._transfer = torch.from_numpy(transfer).to(seen.device)
        self._power = self._folded(self._transfer.abs().square())

    def __call__(self, estimate: Tensor, balance: float) -> Tensor:
        """Return the picture (1, C, H, W) between an estimate and what was seen."""
        expected = self._shown(estimate)
        if self._known is None:
            return self._corrected(estimate, self._seen - expected, balance)
        agreed = estimate
        for _ in range(_TURNS):
            seen = torch.lerp(self._shown(agreed), self._seen, self._known)
            agreed = self._corrected(estimate, seen - expected, balance)
        return agreed

    def _shown(self, picture: Tensor) -> Tensor:
        """Return what would be seen of a picture (1, C, H, W), (1, C, h, w)."""
        spectrum = self._folded(self._transfer * torch.fft.fft2(picture))
        shown: Tensor = torch.fft.ifft2(spectrum).real
        return shown

    def _corrected(self, estimate: Tensor, lacks: Tensor, balance: float) -> Tensor:
        wanted = torch.fft.fft2(lacks) / (self._power + balance)
        wanted = wanted.repeat(1, 1, self._scale, self._scale)
        change: Tensor = torch.fft.ifft2(self._transfer.conj() * wanted).real
        return estimate + change

    def _folded(self, spectrum: Tensor) -> Tensor:
        """Return the spectrum of every `scale`-th pixel: those of the parts, averaged."""
        scale = self._scale
        rows, columns = (side // scale for side in spectrum.shape[-2:])
        parts = spectrum.reshape(*spectrum.shape[:-2], scale, rows, scale, columns)
        return parts.mean(dim=(-4, -2))


class Missing:
    """What was seen is the picture with holes.

    Parameters
    ----------
    seen : Tensor
        (1, C, H, W), anything in the holes.
    known : Tensor
        (1, 1, H, W), 1 where a pixel was seen, 0 in the holes.
    """

    def __init__(self, seen: Tensor, known: Tensor) -> None:
        self._seen, self._known = seen * known, known

    def __call__(self, estimate: Tensor, balance: float) -> Tensor:
        """Return the picture (1, C, H, W) between an estimate and what was seen."""
        return (self._seen + balance * estimate) / (self._known + balance)


def bicubic_weights(scale: int) -> tuple[np.ndarray, tuple[int, int]]:
    """Return the weights, and where they begin, of MATLAB's bicubic interpolation."""
    taps, first = shrinking_taps("bicubic", scale)
    return np.outer(taps, taps), (first, first)


def kernel_weights(kernel: np.ndarray, scale: int) -> tuple[np.ndarray, tuple[int, int]]:
    """Return those of true convolution, odd sides, after which middle pixels are kept."""
    middle = scale // 2
    rows, columns = (middle - side // 2 for side in kernel.shape)
    return kernel[::-1, ::-1].copy(), (rows, columns)


def filled(picture: Tensor, known: Tensor) -> Tensor:
    """Return (1, C, H, W) with the mean of its neighborhood in every hole.

    The picture is divided into squares of 2, 4, 8, ... pixels; the neighborhood is the smallest of
    these around a hole in which anything is known.

    Parameters
    ----------
    picture : Tensor
        (1, C, H, W).
    known : Tensor
        (1, 1, H, W), 1 where a pixel is known, 0 where it is not; 1 somewhere.
    """
    if bool(known.all()):
        return picture
    height, width = picture.shape[2:]
    total, share = (F.avg_pool2d(part, 2, ceil_mode=True) for part in (picture * known, known))
    coarse = filled(total / share.clamp(min=0.25), (share > 0).to(share))
    larger = F.interpolate(coarse, scale_factor=2, mode="nearest")[..., :height, :width]
    return torch.where(known > 0, picture, larger)
