"""Photon noise in linear data: finding it, and a transform after which it is white.

A sensor that counts photons gives z = gain * Poisson(p) + normal(offset, read), whose variance is a
line over its mean: gain * mean + base with base = read**2 - gain * offset. The generalized Anscombe
transform f(z) = 2 / gain * sqrt(gain * z + 3/8 gain**2 + base) makes the standard deviation 1
everywhere; offset and read noise enter it through `base` alone.

M. Makitalo and A. Foi, "Optimal inversion of the generalized Anscombe transformation for
Poisson-Gaussian noise", IEEE TIP 22(1), 2013: the transform is equation (2), the closed form of its
exact unbiased inverse equation (10), here in terms of gain and base.
**Departure from the paper:** below the least value that the transform can have its inverse goes on
as the constant that it has there.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nitido.tone._range import Range

_LEAST = 2 * math.sqrt(3 / 8)  # what the transform makes of no photon at all

_BLOCK = 8  # pixels
_BINS = 16  # of equally many blocks, from dark to bright
_FLATTEST = 0.06  # of the blocks of a bin measure its noise
_FEWEST_BLOCKS = 6
_SMALLEST_BIN = 24  # blocks
_FEWEST_BINS = 6
_WHITE = 2.5  # times that of single pixels: noise of means of four, doubled, of white noise
_CLIPPED = 1 / 16  # of a block may be black or white at most: cut off noise is too small
_ROUNDS = 10  # of the robust fit
_MEDIAN_OF_MEANS = 0.959  # median over mean, of the mean square of 16 normal values

# It is used where it helps: the noise of bright parts is at least twice that of dark ones; a line
# tells what was measured to within a quarter; and the noise is worth removing at all, in 8-bit
# units. Fine texture, brighter where there is more light, passes the first and not the others.
_RATIO = 4.0  # of variances
_MISFIT = 0.25
_WORTH = 1.5


@dataclass(frozen=True)
class Photon:
    """Noise whose variance is ``gain * mean + base``, in nominal units of the picture.

    Parameters
    ----------
    gain : float
        Of one photon, above 0.
    base : float
        Variance of the read noise, less gain * offset; it may be negative.
    """

    gain: float
    base: float

    def stabilize(self, pixels: np.ndarray) -> np.ndarray:
        """Return float32 pixels whose noise has the standard deviation 1 everywhere."""
        root = pixels * np.float32(1 / self.gain) + np.float32(3 / 8 + self.base / self.gain**2)
        return np.asarray(2 * np.sqrt(np.maximum(root, 0)), np.float32)

    def invert(self, stable: np.ndarray) -> np.ndarray:
        """Return float32 means in the values of the picture, of means of what `stabilize` gives.

        The mean of a root is not the root of the mean: the plain inverse is too dark, by a quarter
        of a photon and more.
        """
        root = np.maximum(stable, np.float32(_LEAST))
        least = math.sqrt(3 / 2)
        photons = root**2 / 4 - 1 / 8
        photons += (least / 4 - (11 / 8 - 5 / 8 * least / root) / root) / root
        photons = np.maximum(photons, 0)
        return np.asarray(photons * self.gain - self.base / self.gain, np.float32)


def find_photon(windows: Sequence[np.ndarray], shown: Range) -> Photon | None:
    """Return the photon noise of a picture, None where there is none or it would not help.

    Blocks are sorted by brightness. In every bin the flattest ones, by the means of 2 x 2 pixels,
    tell the noise, by the diagonal differences within these: of white noise the two are
    independent, so that choosing does not bias measuring. A line is fitted through the bins
    robustly.

    Parameters
    ----------
    windows : sequence of np.ndarray
        Float32 (h, w, C), from all over the picture, in its own values.
    shown : Range
        What a network is shown of the picture; what lies far beyond it is left out.
    """
    means, variances = _measured(windows, shown)
    if len(means) < _FEWEST_BINS:
        return None
    gain, base = _line(means, variances)
    if gain <= 0:
        return None
    expected = gain * means + base
    least = float(variances.min()) / 4  # where base is below zero the line may leave the data
    misfit = np.median(np.abs(variances / np.maximum(expected, least) - 1))
    dark, bright = np.maximum(gain * np.quantile(means, (0.1, 0.9)) + base, least)
    photon = Photon(gain, base)
    level = 255 / np.ptp(photon.stabilize(np.array([shown.low, shown.high])))
    if bright < _RATIO * dark or misfit > _MISFIT or level < _WORTH:
        return None
    return photon


def _measured(windows: Sequence[np.ndarray], shown: Range) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and variance of the noise, from dark to bright."""
    blocks = np.concatenate([_blocks(window) for window in windows]).astype(np.float64)
    low, high = shown.limits
    blocks = blocks[((blocks >= low) & (blocks <= high)).all(axis=(1, 2))]
    if not len(blocks):
        return np.empty(0), np.empty(0)
    ends = (blocks == blocks.min()) | (blocks == blocks.max())
    blocks = blocks[ends.mean(axis=(1, 2)) <= _CLIPPED]
    corners = [blocks[:, y::2, x::2] for y in (0, 1) for x in (0, 1)]
    structure = (sum(corners) / 4).var(axis=(1, 2)) if len(blocks) else np.empty(0)
    noise = np.square((corners[0] - corners[1] - corners[2] + corners[3]) / 2).mean(axis=(1, 2))
    mean = blocks.mean(axis=(1, 2))
    found = []
    for places in np.array_split(np.argsort(mean), _BINS):
        if len(places) >= _SMALLEST_BIN:
            count = max(_FEWEST_BLOCKS, round(_FLATTEST * len(places)))
            flat = places[np.argsort(structure[places])[:count]]
            variance = np.median(noise[flat]) / _MEDIAN_OF_MEANS
            if 0 < np.median(structure[flat]) * 4 < _WHITE * variance:
                found.append((mean[flat].mean(), variance))
    return (np.array(found).T[0], np.array(found).T[1]) if found else (np.empty(0), np.empty(0))


def _blocks(window: np.ndarray) -> np.ndarray:
    """Return (n, 8, 8): the blocks of all channels."""
    down, across = (side // _BLOCK for side in window.shape[:2])
    cut = window[: down * _BLOCK, : across * _BLOCK]
    cut = cut.reshape(down, _BLOCK, across, _BLOCK, window.shape[2])
    return cut.transpose(0, 2, 4, 1, 3).reshape(-1, _BLOCK, _BLOCK)


def _line(means: np.ndarray, variances: np.ndarray) -> tuple[float, float]:
    """Return slope and base; what is measured with an error in proportion, some of it wrongly."""
    weights = 1 / variances
    slope = base = 0.0
    for _ in range(_ROUNDS):
        slope, base = np.polyfit(means, variances, 1, w=weights)
        expected = np.maximum(slope * means + base, variances.min() / 4)
        off = np.abs(variances / expected - 1)
        usual = max(float(np.median(off)), 1e-6)
        weights = np.sqrt(np.minimum(1, 1.5 * usual / np.maximum(off, 1e-12))) / expected
    return float(slope), float(base)
