"""Noise of photographs as cameras store them: born in the raw mosaic, then processed.

White noise is a poor model of it. In a stored photograph the noise depends on the brightness, is
correlated over several pixels, much further in color than in brightness, is stronger along edges
and in texture, where noise reduction dares less, and carries the blocks of JPEG. The steps follow
the raw pipeline that Brooks et al. 2019 ("Unprocessing images for learned raw denoising") undo and
redo; their relation of read to shot noise is used.

Only the noise is demosaiced, smoothed and sharpened, never the picture: ground truths of real noise
are means of many frames from the same camera, so they are just as sharp.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nitido.degradations._bayer import demosaiced
from nitido.degradations._jpeg import Subsampling, check_channels, draw_offset, jpeg_round_trip
from nitido.degradations._kernels import filtered_by_axes
from nitido.degradations._levels import Level, check, check_share, draw, draw_integer, draw_log

_READ_SLOPE, _READ_OFFSET, _READ_SPREAD = 2.18, 1.20, 0.26  # Brooks et al. 2019, section 3.1
_DETAIL = (0.0, 0.75)  # from bilinear demosaicing to one that keeps fine detail
_OCTAVES = (0.5, 1.0, 2.0, 4.0)  # pixels, deviations of the blurs between which octaves lie
_NEARBY = 2.0  # pixels, deviation of the window in which the picture is flat or not
_OPPONENT = np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]], np.float32)
_OPPONENT /= np.linalg.norm(_OPPONENT, axis=1, keepdims=True)  # rows: brightness, two colors


@dataclass(frozen=True)
class CameraNoise:
    """Add the noise of a camera: shot and read noise, demosaicing, smoothing, tone curve, JPEG.

    Parameters
    ----------
    shot : float or (float, float)
        Variance of the shot noise per unit of linear light; 1e-4 is a low and 1e-2 a very high
        sensitivity. A pair is a range, drawn evenly on a logarithmic scale. The read noise follows
        from it.
    smoothing : float or (float, float)
        How much more in-camera noise reduction weakens each octave of the noise than the next
        coarser one, in dB; below 0 it sharpens. A pair is a range, drawn anew for each of four
        octaves. This shapes the brightness of the noise and keeps its RMS.
    color_smoothing : float or (float, float)
        The same for its color, which cameras smooth further.
    left : float or (float, float)
        Share of the brightness of the noise, as RMS, that noise reduction leaves, 0..1.
    color : float or (float, float)
        RMS of the color of the noise over that of its brightness, afterwards. In stored photographs
        it lies between 0.4 and 1.3; more teaches a network to wash out what is colorful.
    selectivity : float or (float, float)
        Share of the noise that in-camera noise reduction takes from places where the picture is
        flat, 0..1; where it varies much more than the noise does, the noise stays.
    quality : int or (int, int)
        libjpeg quality at which the camera stores, 1..100.
    shifted : float
        Share of pictures whose blocks of 8 x 8 pixels do not begin at the corner, as in a part of a
        stored photograph.

    Raises
    ------
    SettingError
        If a level is out of range, or `shifted` is no share.
    """

    shot: Level = (1e-3, 2e-2)
    smoothing: Level = (-3.0, 8.0)
    color_smoothing: Level = (-3.0, 15.0)
    left: Level = (0.3, 1.0)
    color: Level = (0.3, 1.3)
    selectivity: Level = (0.0, 0.85)
    quality: Level = (70, 100)
    shifted: float = 0.0
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check("shot", self.shot, 1e-9)
        check("smoothing", self.smoothing, -20, 40)
        check("color_smoothing", self.color_smoothing, -20, 40)
        check("left", self.left, 0, 1)
        check("color", self.color, 0)
        check("selectivity", self.selectivity, 0, 1)
        check("quality", self.quality, 1, 100)
        check_share("shifted", self.shifted)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C) with 8-bit values in 0..1; C is 1 or 3."""
        check_channels(gt)
        channels = gt.shape[2]
        rgb = np.repeat(gt, 3, axis=2) if channels == 1 else gt
        curved = bool(rng.random() < 0.5)
        linear = _to_linear(np.clip(rgb, 0, 1), curved)
        noise = self._noise(linear, rng)
        lq = _to_display(np.clip(linear + noise, 0, 1), curved)
        if channels == 1:
            lq = lq.mean(axis=2, keepdims=True)
        subsampling: Subsampling = "4:2:0" if rng.random() < 0.5 else "4:4:4"
        quality = draw_integer(self.quality, rng)
        return jpeg_round_trip(lq, quality, subsampling, draw_offset(self.shifted, rng))

    def _noise(self, linear: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw noise in linear light (H, W, 3), demosaiced, color-balanced and smoothed."""
        shot = draw_log(self.shot, rng)
        read = np.exp(rng.normal(_READ_SLOPE * np.log(shot) + _READ_OFFSET, _READ_SPREAD))
        gains = np.array([rng.uniform(1.2, 2.4), 1.0, rng.uniform(1.2, 2.2)], np.float32)
        deviation = np.sqrt(np.float32(shot) * linear / gains + np.float32(read))
        raw = deviation * rng.standard_normal(linear.shape, dtype=np.float32) * gains
        noise = demosaiced(raw, int(rng.integers(4)), rng.uniform(*_DETAIL))
        opponent = noise @ _OPPONENT.T
        level = draw(self.left, rng) * _rms(opponent[..., :1])
        brightness = _shaped(opponent[..., :1], self.smoothing, level, rng)
        level *= draw(self.color, rng)
        color = _shaped(opponent[..., 1:], self.color_smoothing, level / np.sqrt(2), rng)
        spared = _spared(linear @ _OPPONENT[:1].T, brightness, draw(self.selectivity, rng))
        return np.asarray(spared * np.concatenate((brightness, color), axis=2) @ _OPPONENT)


def _shaped(
    noise: np.ndarray, smoothing: Level, rms: float, rng: np.random.Generator
) -> np.ndarray:
    """Weaken each octave of (H, W, C) by `smoothing` dB more than the next coarser one.

    All octaves are then scaled so that the RMS is `rms`. An octave is what one Gaussian keeps and
    the next wider one does not. At the border the noise wraps around, which nobody can see.
    """
    height, width = noise.shape[:2]
    down, across = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)
    squared = (down * down + across * across).astype(np.float32)
    kept = [np.exp(np.float32(-2 * (np.pi * sigma) ** 2) * squared) for sigma in (0, *_OCTAVES)]
    response, gain = kept[-1], 1.0
    for finer, coarser in zip(kept[-2::-1], kept[:0:-1], strict=True):
        gain *= 10 ** (-draw(smoothing, rng) / 20)
        response = response + np.float32(gain) * (finer - coarser)
    spectrum = np.fft.rfft2(noise, axes=(0, 1)) * response[..., None]
    shaped = np.fft.irfft2(spectrum, s=(height, width), axes=(0, 1))
    return np.asarray(np.float32(rms / max(_rms(shaped), 1e-12)) * shaped)


def _rms(planes: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(planes))))


def _spared(signal: np.ndarray, noise: np.ndarray, selectivity: float) -> np.ndarray:
    """Return the share of the noise that is spared at every place, (H, W, 1), or one for all.

    It rises from 1 - `selectivity` where the signal is flat to 1, and is halfway where the signal
    varies, within a few pixels, as much as the noise does.
    """
    if not selectivity:
        return np.ones((1, 1, 1), np.float32)
    mean = _blur(signal, _NEARBY)
    varied = np.maximum(_blur(signal * signal, _NEARBY) - mean * mean, 0)
    kept = varied / (varied + np.var(noise) + np.float32(1e-12))
    return np.asarray(1 - np.float32(selectivity) * (1 - kept))


def _to_linear(display: np.ndarray, curved: bool) -> np.ndarray:
    """Undo the tone curve (a smooth step, where the camera has one) and the gamma of 2.2."""
    if curved:
        display = 0.5 - np.sin(np.arcsin(1 - 2 * display) / 3)
    return np.asarray(np.power(np.maximum(display, 1e-8), np.float32(2.2)), np.float32)


def _to_display(linear: np.ndarray, curved: bool) -> np.ndarray:
    """Apply the gamma of 2.2 and the tone curve."""
    display = np.power(np.maximum(linear, 1e-8), np.float32(1 / 2.2))
    return np.asarray(display * display * (3 - 2 * display) if curved else display)


def _blur(planes: np.ndarray, sigma: float) -> np.ndarray:
    """Blur (H, W, C) with a Gaussian of `sigma` pixels, mirrored at the border."""
    radius = int(np.ceil(2.5 * sigma))
    if radius == 0 or sigma < 0.1 or min(planes.shape[:2]) <= radius:
        return planes
    taps = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    taps /= taps.sum()
    return filtered_by_axes(planes, taps.tolist(), taps.tolist())


PUBLIC = CameraNoise
