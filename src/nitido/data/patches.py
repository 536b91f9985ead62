"""Training patches: sample i of a run is a pure function of (seed, i)."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nitido.degradations import Degradation
from nitido.errors import DataError, PictureError, SettingError
from nitido.picture import imresize, read, rgb2gray

_CACHE_BYTES = 2 << 30
_SOFT = (1.3, 2.5)  # times that a soft patch is smaller in between


class Sample(NamedTuple):
    """One training pair, float32, channels first, and the noise level the network is told."""

    lq: np.ndarray  # (C, P / scale, P / scale), 0..1, may leave it
    gt: np.ndarray  # (C, P, P), 0..1
    sigma: np.ndarray  # (1, 1, 1), in units of the picture; negative where it is not told


class Patches:
    """Random patches of clean pictures and their damaged copies, one for every index.

    Parameters
    ----------
    files : sequence of Path
        Clean pictures. They are decoded once and kept, up to 2 GiB.
    degradation : Degradation
        Makes LQ from GT.
    patch : int
        Side of a GT patch in pixels, a multiple of the degradation's scale.
    channels : int
        1 turns color pictures gray; 3 repeats gray ones.
    soft : float
        Share of patches, 0..1, that are made smaller and enlarged again. Photographs in the full
        resolution of their camera are that soft, the usual training sets are not. Patches that are
        only enlarged would not do: the grain of their film would grow into what must be kept.
    gray : float
        Share of patches that are made gray before the damage, 0..1, for networks of 3 channels.
    told : float
        Share of patches whose noise level (RMS of lq - gt) the network is told, 0..1.
    seed : int
        Decides everything, together with the index.

    Raises
    ------
    SettingError
        If `patch` is no multiple of the scale, or a level is to be told where the scale is not 1.
    DataError
        On first use of a picture that is smaller than a patch, has bands that the network has
        not, or cannot be read.
    """

    def __init__(
        self,
        files: Sequence[Path],
        degradation: Degradation,
        *,
        patch: int,
        channels: int = 3,
        soft: float = 0.0,
        gray: float = 0.0,
        told: float = 0.0,
        seed: int = 0,
    ) -> None:
        if patch % degradation.scale:
            raise SettingError(f"patch is {patch}; make it a multiple of {degradation.scale}.")
        if told and degradation.scale != 1:
            raise SettingError("told is a share of noise levels; a smaller LQ has none, so 0.")
        self.files = tuple(files)
        self.degradation = degradation
        self.patch = patch
        self.channels = channels
        self.soft = soft
        self.gray = gray
        self.told = told
        self.seed = seed
        self._decoded: dict[Path, np.ndarray] = {}
        self._room = _CACHE_BYTES

    def __getitem__(self, index: int) -> Sample:
        """Return sample `index`, whatever was asked for before."""
        rng = np.random.default_rng([self.seed, index])
        picture = self._picture(self.files[rng.integers(len(self.files))])
        gt = self._crop(picture, rng)
        if gt.shape[2] != 1 and (self.channels == 1 or rng.random() < self.gray):
            gt = rgb2gray(gt)[..., None]
        lq = self.degradation(gt, rng)
        told = rng.random() < self.told
        sigma = float(np.sqrt(np.mean(np.square(lq - gt)))) if told else -1.0
        return Sample(
            _planes(lq, self.channels),
            _planes(gt, self.channels),
            np.full((1, 1, 1), sigma, np.float32),
        )

    def _crop(self, picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return a patch, float32 (P, P, C) in 0..1, flipped and turned at random."""
        top, left = (int(rng.integers(side - self.patch + 1)) for side in picture.shape[:2])
        cut = picture[top : top + self.patch, left : left + self.patch]
        patch = _unit(_turned(cut, rng))
        if not self.soft or rng.random() >= self.soft:
            return patch
        smaller = max(1, round(self.patch / rng.uniform(*_SOFT)))
        small = imresize(patch, size=(smaller, smaller))
        return imresize(small, size=(self.patch, self.patch)).clip(0, 1)

    def _picture(self, file: Path) -> np.ndarray:
        """Return the pixels in the depth of the file, from the cache where they fit."""
        if file in self._decoded:
            return self._decoded[file]
        try:
            picture = read(file)
        except PictureError as error:
            raise DataError(f"{error} Leave it out (data.exclude).") from error
        pixels = picture.pixels
        if picture.depth < 32:
            levels = 2**picture.depth - 1
            kind = np.uint8 if picture.depth == 8 else np.uint16
            pixels = np.floor(pixels * levels + 0.5).astype(kind)
        if min(pixels.shape[:2]) < self.patch:
            size = f"{pixels.shape[1]} x {pixels.shape[0]}"
            raise DataError(
                f"{file} is {size}, smaller than a patch of {self.patch}; "
                "leave it out (data.exclude) or ask for smaller patches (data.patch)."
            )
        if pixels.shape[2] not in (1, 3, self.channels):
            raise DataError(
                f"{file} has {pixels.shape[2]} bands, the network {self.channels}; "
                "leave it out (data.exclude)."
            )
        if pixels.nbytes <= self._room:
            self._room -= pixels.nbytes
            self._decoded[file] = pixels
        return pixels


def _turned(patch: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Flip and turn by one of the eight ways, evenly drawn."""
    way = int(rng.integers(8))
    patch = patch[:, ::-1] if way & 1 else patch
    patch = patch[::-1] if way & 2 else patch
    return patch.swapaxes(0, 1) if way & 4 else patch


def _unit(patch: np.ndarray) -> np.ndarray:
    """Return float32 in 0..1, contiguous."""
    if patch.dtype == np.float32:
        return np.ascontiguousarray(patch)
    return np.ascontiguousarray(patch, np.float32) / np.float32(np.iinfo(patch.dtype).max)


def _planes(patch: np.ndarray, channels: int) -> np.ndarray:
    """Return channels first; one channel is repeated where the network wants more."""
    if patch.shape[2] != channels:
        patch = np.repeat(patch[..., :1], channels, axis=2)
    return np.ascontiguousarray(patch.transpose(2, 0, 1), np.float32)
