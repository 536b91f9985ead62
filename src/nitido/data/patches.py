"""Training patches: sample i of a run is a pure function of (seed, i)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nitido.data._drawings import drawing
from nitido.data._member import Source, readable
from nitido.degradations import Degradation
from nitido.degradations.film_grain import FilmGrain
from nitido.degradations.history import SHIFTED
from nitido.degradations.jpeg import Jpeg
from nitido.errors import DataError, PictureError, SettingError
from nitido.picture import area_weights, imresize, read, rgb2gray, to_8bit, to_counts

_CACHE_BYTES = 2 << 30
_GAIN = (0.25, 1.15)  # of the channels of tinted patches; some are cut off, as vivid colors are
_LIFT = (-0.15, 0.15)  # of them, where it is below 0
_LOG_GAMMA = (-0.5, 0.85)  # base 2, of their gammas
_STORE = Jpeg(quality=(85, 98), subsampling=("4:2:0", "4:4:4"), shifted=SHIFTED)
_GRAIN = FilmGrain(sigma=(0, 7), size=(0.4, 2.0), color=(0, 0.1))  # as sharp scans of film hold it
_SMALLER = (1.3, 2.5)  # times, for patches that are shrunk and, in between, for soft ones


class Sample(NamedTuple):
    """One training pair, float32, channels first, and the noise level the network is told."""

    lq: np.ndarray  # (C, P / scale, P / scale), 0..1, may leave it
    gt: np.ndarray  # (C, P, P), 0..1; another damaged copy where targets are damaged
    sigma: np.ndarray  # (1, 1, 1), in units of the picture; negative where it is not told


class Patches:
    """Random patches of clean pictures and their damaged copies, one for every index.

    The damage is made, or real where pairs are given.

    Parameters
    ----------
    files : sequence of Path or Member
        Clean pictures, also those that lie in tar files. They are decoded once and kept, up to
        2 GiB; what does not fit is decoded again each time.
    degradation : Degradation
        Makes LQ from GT.
    patch : int
        Side of a GT patch in pixels, a multiple of the degradation's scale.
    channels : int
        1 turns color pictures gray; 3 repeats gray ones.
    pairs : sequence of (Path or Member, Path or Member)
        Pictures whose damage is real: (LQ, GT), the LQ smaller by the degradation's scale.
    paired : float
        Share of samples, 0..1, that are cut from `pairs`; the degradation makes the others.
    amplified : (float, float)
        How many times as strong the damage of a pair is made, a range drawn for each; only where
        LQ and GT are of one size.
    shrunk : float
        Share of the others, 0..1, that are made smaller: film grain, which would have to be kept,
        gets lost in it.
    soft : float
        Share of the others, 0..1, that are made smaller and enlarged again. Photographs in the full
        resolution of their camera are that soft, the usual training sets are not. Patches that are
        only enlarged would not do: grain would grow with them.
    tinted : float
        Share of the others, 0..1, whose channels are swapped and get a gain and a gamma each. Sets
        of JPEG files with subsampled chroma teach that color has no detail; this has. Some channels
        are cut off at 0 or 1, so that a network does not take every cut for that of strong noise.
    drawn : float
        Share of the others, 0..1, in whose place something is drawn: text, lines, lattices, cloth.
    whole : (float, float), optional
        Shares of a picture's area, 0..1. Each patch is then a part of that size, drawn from the
        range and made small by area means: it stands for a whole picture, which alone can tell how
        much light there was. Neither `shrunk` nor `soft` goes with it.
    gray : float
        Share of patches that are made gray before the damage, 0..1, for networks of 3 channels.
    grained : float
        Share of patches, 0..1, that get the grain of film before the damage, which is kept: sharp
        photographs that were scanned from film hold it, and nobody calls it damage.
    stored : float
        Share of patches, 0..1, that are stored as JPEG of high quality before the damage, half of
        them with subsampled chroma, as most photographs are: what that leaves of them is kept.
    clipped : float
        Share of patches, 0..1, that are clipped to 0..1 and rounded to 8 bits after the damage, as
        files are.
    told : float
        Share of patches whose noise level the network is told, 0..1: the RMS of lq - gt before
        anything is clipped.
    misled : float
        Standard deviation of the natural logarithm of the factor by which a told level is wrong:
        the network learns to follow what it is told, and to forgive a level that is judged badly.
    damaged_targets : bool
        Whether a second damaged copy, drawn anew with its level, stands in place of GT. Where
        damage has no mean, a network learns from it what it would learn from GT (Lehtinen et al.:
        "Noise2Noise", ICML 2018).
    told_facts : bool
        Whether what the degradation says that it did, (facts, 1, 1), stands in place of GT.
    seed : int
        Decides everything, together with the index.

    Raises
    ------
    SettingError
        If `patch` is no multiple of the scale, a level is to be told, damage to be amplified or
        to be the target where the scale is not 1, or samples are to be cut from pairs and there
        are none.
    DataError
        On first use of a picture that is smaller than a patch, has bands that the network has
        not, or cannot be read, and of a pair whose pictures do not belong together.
    """

    def __init__(
        self,
        files: Sequence[Source],
        degradation: Degradation,
        *,
        patch: int,
        channels: int = 3,
        pairs: Sequence[tuple[Source, Source]] = (),
        paired: float = 0.0,
        amplified: tuple[float, float] = (1.0, 1.0),
        shrunk: float = 0.0,
        soft: float = 0.0,
        tinted: float = 0.0,
        whole: tuple[float, float] | None = None,
        gray: float = 0.0,
        drawn: float = 0.0,
        grained: float = 0.0,
        stored: float = 0.0,
        clipped: float = 0.0,
        told: float = 0.0,
        misled: float = 0.0,
        damaged_targets: bool = False,
        told_facts: bool = False,
        seed: int = 0,
    ) -> None:
        if patch % degradation.scale:
            raise SettingError(f"patch is {patch}; make it a multiple of {degradation.scale}.")
        if told and degradation.scale != 1:
            raise SettingError("told is a share of noise levels; a smaller LQ has none, so 0.")
        if damaged_targets and degradation.scale != 1:
            raise SettingError("damaged_targets: a smaller copy is no target for a larger picture.")
        if amplified != (1, 1) and degradation.scale != 1:
            raise SettingError("amplified is a range of differences; a smaller LQ has none.")
        if told_facts and not hasattr(degradation, "told"):
            raise SettingError(
                "targets are facts, but this degradation tells none; take history, for example."
            )
        if shrunk + soft > 1:
            raise SettingError(
                f"shrunk and soft are shares of the same patches, but {shrunk} and {soft} are more "
                "than 1."
            )
        if whole and (shrunk or soft):
            raise SettingError("whole makes every patch small; leave shrunk and soft out.")
        if paired and not pairs:
            raise SettingError(f"paired is {paired}, but no pairs are given; give some, or 0.")
        self.files = tuple(files)
        self.degradation = degradation
        self.patch = patch
        self.channels = channels
        self.pairs = tuple(pairs)
        self.paired = paired
        self.amplified = amplified
        self.shrunk = shrunk
        self.soft = soft
        self.tinted = tinted
        self.whole = whole
        self.gray = gray
        self.drawn = drawn
        self.grained = grained
        self.stored = stored
        self.clipped = clipped
        self.told = told
        self.misled = misled
        self.damaged_targets = damaged_targets
        self.told_facts = told_facts
        self.seed = seed
        self._decoded: dict[Source, np.ndarray] = {}
        self._room = _CACHE_BYTES

    def __getitem__(self, index: int) -> Sample:
        """Return sample `index`, whatever was asked for before."""
        rng = np.random.default_rng([self.seed, index])
        lq = None
        if self.paired and rng.random() < self.paired:
            lq, gt = self._crop_pair(rng)
        else:
            gt = self._crop(rng)
            if self.drawn and rng.random() < self.drawn:
                gt = drawing(self.patch, rng, gt)
        if gt.shape[2] != 1 and (self.channels == 1 or rng.random() < self.gray):
            gt = rgb2gray(gt)[..., None]
            lq = None if lq is None else rgb2gray(lq)[..., None]
        if lq is None:
            gt = self._varied(gt, rng)
            if self.told_facts:
                return self._with_facts(gt, rng)
            lq = self.degradation(gt, rng)
        sigma = self._level(lq, gt, rng)
        if self.clipped and rng.random() < self.clipped:
            lq = to_8bit(lq)
        if self.damaged_targets:
            gt = self.degradation(gt, rng)
        return Sample(
            _planes(lq, self.channels),
            _planes(gt, self.channels),
            np.full((1, 1, 1), sigma, np.float32),
        )

    def _varied(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return a clean patch in other colors, on film, as a JPEG file holds it, or as it is."""
        if gt.shape[2] == 3 and self.tinted and rng.random() < self.tinted:
            gt = _tinted(gt, rng)
        if self.grained and rng.random() < self.grained:
            gt = _GRAIN(gt, rng).clip(0, 1)
        return _STORE(gt, rng) if self.stored and rng.random() < self.stored else gt

    def _level(self, lq: np.ndarray, gt: np.ndarray, rng: np.random.Generator) -> float:
        """Return the noise level that the network is told; negative where it is not told."""
        if rng.random() >= self.told:
            return -1.0
        level = float(np.sqrt(np.mean(np.square(lq - gt))))
        return level * float(np.exp(self.misled * rng.standard_normal())) if self.misled else level

    def _with_facts(self, gt: np.ndarray, rng: np.random.Generator) -> Sample:
        lq, facts = self.degradation.told(gt, rng)  # type: ignore[attr-defined]
        untold = np.full((1, 1, 1), -1, np.float32)
        return Sample(_planes(lq, self.channels), facts[:, None, None], untold)

    def _crop(self, rng: np.random.Generator) -> np.ndarray:
        """Return a clean patch, float32 (P, P, C) in 0..1, flipped and turned at random."""
        picture = self._picture(self.files[rng.integers(len(self.files))], self.patch)
        if self.whole:
            return _small_part(picture, self.patch, rng.uniform(*self.whole), rng)
        way = rng.random() if self.shrunk or self.soft else 1.0
        size = (self.patch, self.patch)
        if way < self.shrunk:
            side = min(round(self.patch * rng.uniform(*_SMALLER)), *picture.shape[:2])
            large = _patch(picture, *_place(picture, side, rng), side)
            return imresize(large, size=size).clip(0, 1)
        patch = _patch(picture, *_place(picture, self.patch, rng), self.patch)
        if way < self.shrunk + self.soft:
            smaller = max(1, round(self.patch / rng.uniform(*_SMALLER)))
            patch = imresize(imresize(patch, size=(smaller, smaller)), size=size).clip(0, 1)
        return patch

    def _crop_pair(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return the damaged and the clean patch of one place, turned alike."""
        scale, side = self.degradation.scale, self.patch // self.degradation.scale
        files = self.pairs[rng.integers(len(self.pairs))]
        lq, gt = self._picture(files[0], side), self._picture(files[1], self.patch)
        height, width, bands = lq.shape
        if gt.shape != (height * scale, width * scale, bands):
            raise DataError(
                f"{files[0]} and {files[1]} are no pair: height, width and bands are {lq.shape} "
                f"and {gt.shape}, at scale {scale}. Leave them out (data.exclude)."
            )
        top, left, way = _place(lq, side, rng)
        lq_patch = _patch(lq, top, left, way, side)
        gt_patch = _patch(gt, top * scale, left * scale, way, self.patch)
        if self.amplified != (1, 1):
            gain = np.float32(rng.uniform(*self.amplified))
            lq_patch = (gt_patch + gain * (lq_patch - gt_patch)).clip(0, 1)
        return lq_patch, gt_patch

    def _picture(self, file: Source, patch: int) -> np.ndarray:
        """Return the pixels in the depth of the file, from the cache where they fit."""
        if file in self._decoded:
            return self._decoded[file]
        try:
            picture = read(readable(file))
        except PictureError as error:
            raise DataError(f"{error} Leave it out (data.exclude).") from error
        pixels = picture.pixels
        if picture.depth < 32:
            pixels = to_counts(pixels, picture.depth)
        if min(pixels.shape[:2]) < patch:
            size = f"{pixels.shape[1]} x {pixels.shape[0]}"
            raise DataError(
                f"{file} is {size}, smaller than a patch of {patch}; "
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


def _small_part(
    picture: np.ndarray, side: int, share: float, rng: np.random.Generator
) -> np.ndarray:
    """Return a part with this share of the area, of the picture's shape, made `side` x `side`."""
    # Nothing is enlarged: a part is no smaller than the patch.
    sides = [max(side, round(whole * share**0.5)) for whole in picture.shape[:2]]
    rows, columns = (
        slice(first, first + part)
        for part, whole in zip(sides, picture.shape, strict=False)
        for first in [int(rng.integers(whole - part + 1))]
    )
    part = picture[rows, columns]
    peak = 1 if part.dtype == np.float32 else np.iinfo(part.dtype).max
    down, across = (area_weights(length, side) for length in sides)
    tall = np.tensordot(down, part.astype(np.float32), axes=1)
    small = np.einsum("jw,hwc->hjc", across / np.float32(peak), tall, optimize=True)
    return _patch(small, 0, 0, int(rng.integers(8)), side)


def _place(picture: np.ndarray, side: int, rng: np.random.Generator) -> tuple[int, int, int]:
    """Draw the top and left of a square inside the picture and one of eight ways to turn it."""
    top, left = (int(rng.integers(whole - side + 1)) for whole in picture.shape[:2])
    return top, left, int(rng.integers(8))


def _patch(picture: np.ndarray, top: int, left: int, way: int, side: int) -> np.ndarray:
    """Return a square, flipped and turned, float32 in 0..1, contiguous."""
    patch = picture[top : top + side, left : left + side]
    patch = patch[:, ::-1] if way & 1 else patch
    patch = patch[::-1] if way & 2 else patch
    patch = patch.swapaxes(0, 1) if way & 4 else patch
    if patch.dtype == np.float32:
        return np.ascontiguousarray(patch)
    return np.ascontiguousarray(patch, np.float32) / np.float32(np.iinfo(patch.dtype).max)


def _tinted(patch: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the patch in other colors, within 0..1."""
    gains, gammas = rng.uniform(*_GAIN, 3), 2 ** rng.uniform(*_LOG_GAMMA, 3)
    lifts = rng.uniform(*_LIFT, 3).clip(max=0)
    tinted = gains * patch[..., rng.permutation(3)].astype(np.float64) ** gammas + lifts
    return np.asarray(tinted.clip(0, 1), np.float32)


def _planes(patch: np.ndarray, channels: int) -> np.ndarray:
    """Return channels first; one channel is repeated where the network wants more."""
    if patch.shape[2] != channels:
        patch = np.repeat(patch[..., :1], channels, axis=2)
    return np.ascontiguousarray(patch.transpose(2, 0, 1), np.float32)
