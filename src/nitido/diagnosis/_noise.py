"""How strong the noise of a picture is, white or in spots, judged from its flattest blocks."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

BLOCK = 8
BLOCKS = 16_000  # at most so many blocks are looked at, however large the picture is
FLATTEST = 0.02  # the share of them that is believed to hold nothing but noise
STRUCTURE = 4  # DCT frequencies u + v = 1..4 tell structure; the ones above measure the noise


def estimate_sigma(pixels: Array) -> float:
    """Estimate the standard deviation of white noise, robust on texture.

    Blocks of 8 x 8 pixels are transformed by a DCT. The 2 % with the least energy in the low
    frequencies are taken as flat, and the noise is the median over the high frequencies of their
    mean power: structure is judged and noise is measured in different coefficients, so the choice
    does not bias the measurement. Blocks with clipped pixels are left out as far as there are
    others.

    After N. N. Ponomarenko, V. V. Lukin, M. S. Zriakhov, A. Kaarna, J. Astola, "An automatic
    approach to lossy compression of AVIRIS images", IGARSS 2007, as analysed by M. Colom and
    A. Buades, "Analysis and extension of the Ponomarenko et al. method, estimating a noise curve
    from a single image", IPOL 3, 2013. **Departure from the paper:** one level for the whole
    picture instead of a curve over brightness, and the clipping rule.

    Parameters
    ----------
    pixels : ndarray
        Float32 (H, W, C), nominal 0..1, which may be left; it is not changed.

    Returns
    -------
    float
        Sigma in 8-bit units (0..255), averaged as power over the channels; 0.0 where it cannot be
        measured, as in a picture with a side under 8 pixels.

    Notes
    -----
    At most 16,000 blocks are read, so time and memory do not grow with the picture. Noise that a
    camera has smoothed has little power in high frequencies and is found too low here:
    `estimate_grain` looks for it.
    """
    power = _flat_power(pixels, shrink=1)
    return 0.0 if power is None else 255 * float(np.sqrt(np.median(power[_RANK >= BLOCK - 1])))


def estimate_grain(pixels: Array) -> float:
    """Estimate noise that comes in spots larger than a pixel, as cameras and scanners leave it.

    The measurement of `estimate_sigma` on a picture of half the size, over all frequencies that
    do not tell structure, and doubled, because halving averages four pixels: white noise gives the
    same value as there, noise that demosaicing, smoothing or JPEG has correlated a larger one.

    Parameters
    ----------
    pixels : ndarray
        Float32 (H, W, C), nominal 0..1, which may be left; it is not changed.

    Returns
    -------
    float
        The standard deviation in 8-bit units (0..255) of white noise with the same power at half
        size; 0.0 where it cannot be measured, as in a picture with a side under 16 pixels. Fine
        texture all over a picture counts as grain.
    """
    power = _flat_power(pixels, shrink=2)
    return 0.0 if power is None else 2 * 255 * float(np.sqrt(power[_RANK > STRUCTURE].mean()))


def _flat_power(pixels: Array, shrink: int) -> NDArray[np.float64] | None:
    """Mean DCT power (64,) of the flattest blocks, at 1/`shrink` of the size; None if too small."""
    side = BLOCK * shrink
    height, width, channels = pixels.shape
    if min(height, width) < side or channels == 0:
        return None
    # Windows on a regular grid. Its step is odd, so that it falls out of step with JPEG's 8 x 8
    # blocks, in which quantization has emptied just the coefficients that are measured here.
    limit = BLOCKS // shrink**2 * 3 // max(channels, 3)
    views = np.lib.stride_tricks.sliding_window_view(pixels, (side, side), axis=(0, 1))
    step = int(np.ceil(np.sqrt(views.shape[0] * views.shape[1] / limit))) | 1
    blocks = views[::step, ::step].reshape(-1, channels, side, side)
    blocks = blocks[np.isfinite(blocks).all(axis=(1, 2, 3))]
    if not len(blocks):
        return None
    clipped = ((blocks <= 0) | (blocks >= 1)).mean(axis=(1, 2, 3))
    blocks = blocks[clipped <= max(0.03, float(np.quantile(clipped, 0.1)))]
    if shrink > 1:
        cells = blocks.reshape(len(blocks), channels, BLOCK, shrink, BLOCK, shrink)
        blocks = cells.mean(axis=(3, 5))
    power = (blocks.reshape(len(blocks), channels, BLOCK * BLOCK) @ _DCT.T) ** 2
    power = power.mean(axis=1)
    structure = power[:, (_RANK >= 1) & (_RANK <= STRUCTURE)].sum(axis=1)
    count = min(len(power), max(24, round(FLATTEST * len(power))))
    flattest = np.argpartition(structure, count - 1)[:count]
    mean: NDArray[np.float64] = power[flattest].mean(axis=0, dtype=np.float64)
    return mean


def _dct_matrix() -> Array:
    """The orthonormal two-dimensional DCT-II of a flattened block, (64, 64)."""
    k = np.arange(BLOCK)
    rows = np.sqrt(2 / BLOCK) * np.cos(np.pi * (2 * k[None, :] + 1) * k[:, None] / (2 * BLOCK))
    rows[0] /= np.sqrt(2)
    return np.kron(rows, rows).astype(np.float32)


_RANK = np.add.outer(np.arange(BLOCK), np.arange(BLOCK)).ravel()  # u + v of every coefficient
_DCT = _dct_matrix()
