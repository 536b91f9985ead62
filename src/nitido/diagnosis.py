"""What is wrong with a picture, in numbers and words, and which steps would repair it."""

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from nitido.picture import Policy, open_picture

Array = NDArray[np.float32]

_SAMPLE_PIXELS = 4_000_000
BLOCK = 8
BLOCKS = 16_000  # at most so many blocks are looked at, however large the picture is
FLATTEST = 0.02  # the share of them that is believed to hold nothing but noise
STRUCTURE = 4  # DCT frequencies u + v = 1..4 tell structure; the ones above measure the noise

# From which level on noise is worth removing, in 8-bit units. Rounding to 8 bit alone is noise of
# 0.29 and a difference of 1 is the smallest step that a screen shows; the rest is room for the
# error of the estimates, which is larger for grain. Measured with these limits: white noise of
# sigma 5 and more is always found (BSD68, CBSD68); camera noise in all 5 noisy pictures of CC and
# in 24 of 45 of PolyU (the others hold less than 2), and in 1 of 5 and 1 of 45 of the clean
# versions of the same scenes. Texture all over a picture looks like grain: 45 of 68 clean pictures
# of CBSD68 are told to be denoised, 7 of 24 large sharp photographs. Noise that stays is the
# worse mistake: the denoiser is blind and changes clean pictures little.
SIGMA_WORTH_REMOVING = 1.5
GRAIN_WORTH_REMOVING = 2.0

# Below this quality blocks and ringing are repaired. Ringing looks like grain: it reached 3.3 in
# clean pictures of LIVE1 at qualities 20..70, while noise of sigma 15 measured 3.7 and more at 20.
QUALITY_WORTH_REPAIRING = 70
GRAIN_BESIDE_BLOCKS = 4.0

STEPS = ("denoise", "dejpeg")  # tasks that a diagnosis may ask for, in their order


@dataclass(frozen=True)
class Finding:
    """One thing that was measured.

    Parameters
    ----------
    name : str
        What was measured: ``"noise"``, ``"grain"``, ``"jpeg quality"``.
    value : float
        The measured value.
    unit : str
        What the value counts, in words.
    reason : str
        What the value means for this picture, as a sentence.
    """

    name: str
    value: float
    unit: str
    reason: str


@dataclass(frozen=True)
class Diagnosis:
    """What was found in a picture, and the tasks that would repair it, in order.

    Parameters
    ----------
    findings : tuple of Finding
        Everything that was measured, whether it asks for a repair or not.
    steps : tuple of str
        Names of tasks in the order in which they should run; empty for a sound picture.
    """

    findings: tuple[Finding, ...]
    steps: tuple[str, ...]


def diagnose(pixels: Array, path: Path | None = None) -> Diagnosis:
    """Measure what is wrong with a picture and say which tasks would repair it.

    Parameters
    ----------
    pixels : ndarray
        Float32 (H, W, C), nominal 0..1, which may be left; it is not changed.
    path : Path, optional
        The file that the picture came from; a JPEG's header tells its quality.

    Returns
    -------
    Diagnosis
        The findings with their reasons, and the steps.
    """
    sigma, grain = estimate_sigma(pixels), estimate_grain(pixels)
    quality = None if path is None else jpeg_quality(path)
    blocky = quality is not None and quality < QUALITY_WORTH_REPAIRING
    grain_limit = GRAIN_BESIDE_BLOCKS if blocky else GRAIN_WORTH_REMOVING
    noisy = sigma >= SIGMA_WORTH_REMOVING or grain >= grain_limit
    findings = [
        Finding(
            "noise", sigma, "sigma, 8-bit units", _reason("fine noise", sigma, SIGMA_WORTH_REMOVING)
        ),
        Finding(
            "grain",
            grain,
            "sigma, 8-bit units",
            _reason("coarse noise", grain, grain_limit),
        ),
    ]
    if quality is not None:
        findings.append(Finding("jpeg quality", quality, "1..100", _jpeg_reason(quality)))
    found = {"denoise": noisy, "dejpeg": blocky}
    return Diagnosis(tuple(findings), tuple(step for step in STEPS if found[step]))


def diagnose_file(path: Path, policy: Policy | None = None) -> Diagnosis:
    """Diagnose a picture file of any size from the rows in its middle, at most 4 megapixels.

    Raises
    ------
    PictureError
        If the file cannot be read.
    """
    with open_picture(path, policy or Policy()) as picture:
        count = max(64, _SAMPLE_PIXELS // picture.width)
        above = max(0, (picture.height - count) // 2)
        while above:
            rows, _ = picture.rows(min(above, 256))
            above -= len(rows)
        pixels, _ = picture.rows(count)
    return diagnose(pixels, path)


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


def jpeg_quality(path: Path) -> int | None:
    """Read the quality, 1..100, that a JPEG file was saved with.

    The file's quantization tables are compared with those of libjpeg at every quality (ITU-T T.81,
    annex K, scaled), and the nearest in the least-squares sense wins: exact for every encoder that
    scales the standard tables, the nearest equivalent for the others.

    Parameters
    ----------
    path : Path
        Any file; only its header is read.

    Returns
    -------
    int or None
        The quality, or None if the file is no readable JPEG.
    """
    if not path.is_file():  # a pipe would block, and a folder is no JPEG
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about sizes and odd metadata: nothing is decoded
            with Image.open(path, formats=["JPEG"]) as image:
                found = getattr(image, "quantization", {})
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    # The first table is luma's; where there is a second one it is chroma's.
    tables = np.array([table for _, table in sorted(found.items())[:2]], dtype=np.float64)
    if tables.shape not in {(1, 64), (2, 64)}:
        return None
    error = ((_LIBJPEG[:, : len(tables)] - tables) ** 2).sum(axis=(1, 2))
    return int(error.argmin()) + 1


def _reason(kind: str, level: float, limit: float) -> str:
    if level < limit:
        return f"{kind} of about {level:.1f}/255 is below the limit of {limit:g}"
    return f"{kind} of about {level:.1f}/255 reaches the limit of {limit:g}: denoise"


def _jpeg_reason(quality: int) -> str:
    if quality >= 90:
        return f"quality {quality} leaves no visible blocks"
    if quality >= QUALITY_WORTH_REPAIRING:
        return f"quality {quality} may leave faint blocks and ringing"
    return f"quality {quality} leaves blocks and ringing: dejpeg"


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


def _libjpeg_tables() -> NDArray[np.float64]:
    """Luma's and chroma's quantization tables at qualities 1..100, (100, 2, 64)."""
    luma = """
        16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87
        80 62 18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72
        92 95 98 112 100 103 99"""
    chroma = (
        """
        17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99 24 26 56 99 99 99 99 99 47 66 99 99 99 99
        99 99"""
        + " 99" * 32
    )
    quality = np.arange(1, 101)
    percent = np.where(quality < 50, 5000 // quality, 200 - 2 * quality)
    standard = np.array([luma.split(), chroma.split()], dtype=np.int64)
    scaled = (standard[None] * percent[:, None, None] + 50) // 100
    return scaled.clip(1, 255).astype(np.float64)


_RANK = np.add.outer(np.arange(BLOCK), np.arange(BLOCK)).ravel()  # u + v of every coefficient
_DCT = _dct_matrix()
_LIBJPEG = _libjpeg_tables()
