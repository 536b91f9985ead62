"""What may have happened to a picture before somebody asks what is wrong with it, and what did.

The order is that of life: it was enlarged or blurred, noise came over it, white or a camera's; it
was stored as JPEG, perhaps once more, perhaps cut in between. Or it was printed, dithered, or lost
single values. Most levels are low, because there the judging is hard.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nitido import catalog
from nitido.degradations._facts import FACTS
from nitido.degradations._kernels import filtered_by_axes
from nitido.degradations._levels import check_share
from nitido.picture import imresize, to_8bit

# Weaker than the first, nobody is blamed; weaker than the second, it is not there. Pictures that
# were scanned from film hold grain that nobody calls damage, and texture looks like it: both have
# hardly any color, and the noise of cameras has. In a picture that is itself soft, what is fine can
# only be noise; in a sharp one nobody can say of weak spots that they are a camera's.
_FAINT = {
    "noise": 2.5,
    "camera": 1.8,
    "camera, sharp": 5.0,
    "film": 9.0,
    "blur": 1.0,
    "enlarged": 1.5,
}
_NOTHING = {
    "noise": 0.8,
    "camera": 0.8,
    "camera, sharp": 0.8,
    "film": 5.0,
    "blur": 0.4,
    "enlarged": 1.15,
}
_SHARP = 0.48  # RMS of the differences from 3 x 3 pixels over that from 7 x 7
_SOUND, _GOOD = 90, 80  # qualities of JPEG from which on it is not there, and hardly there
_COVERED = 60  # quality of JPEG below which nobody can tell noise any more
# Share of pictures whose blocks of JPEG do not begin at the corner: the same for all, and for sound
# patches that were stored, or where blocks begin would tell what happened.
SHIFTED = 0.8
_VEILED = 4.0  # noise, 8-bit units, above which nobody can tell what lies under it

Facts = dict[str, float]


@dataclass(frozen=True)
class History:
    """Damage a picture in some of the ways that pictures meet, and say in which.

    Parameters
    ----------
    clean : float
        Share of pictures that nothing happens to.
    special : float
        Share of pictures that are printed, dithered or lose single values instead of the rest.

    Raises
    ------
    SettingError
        If one is no share.
    """

    clean: float = 0.2
    special: float = 0.2
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check_share("clean", self.clean)
        check_share("special", self.special)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C) with 8-bit values in 0..1; C is 1 or 3."""
        return self.told(gt, rng)[0]

    def told(self, gt: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return LQ and what happened: float32 (facts,), in the order and on the scale of FACTS."""
        facts: Facts = dict.fromkeys((fact.name for fact in FACTS), 0.0)
        facts["white"] = np.nan  # of no noise
        fate = rng.random()
        if fate < self.clean:
            lq = gt
        elif fate < self.clean + self.special:
            lq = _special(gt, facts, rng)
        else:
            lq = _usual(gt, facts, rng)
        return to_8bit(lq), np.array([facts[fact.name] for fact in FACTS], np.float32)


def _usual(picture: np.ndarray, facts: Facts, rng: np.random.Generator) -> np.ndarray:
    """Soften, disturb and store."""
    if rng.random() < 0.35:
        picture = _soft(picture, facts, rng)
    noisy = rng.random() < 0.6
    if rng.random() < 0.1:  # blocks under noise, as in a screen that was photographed
        return _noisy(_stored(picture, facts, rng), facts, rng)
    if noisy:
        picture = _noisy(picture, facts, rng)
    if rng.random() < (0.25 if noisy else 0.75):
        picture = _stored(picture, facts, rng)
    return picture


def _soft(picture: np.ndarray, facts: Facts, rng: np.random.Generator) -> np.ndarray:
    if rng.random() < 0.5:
        factor = float(rng.uniform(1.1, 4))
        height, width = picture.shape[:2]
        small = imresize(picture, size=(round(height / factor), round(width / factor)))
        picture = imresize(small, size=(height, width)).astype(np.float32, copy=False)
        facts["enlarged"] = _graded("enlarged", factor, "enlarged")
        facts["blur"] = np.nan
        return picture
    sigma = float(rng.uniform(0.2, 4) if rng.random() < 0.5 else rng.uniform(0.2, 1.5))
    facts["blur"] = _graded("blur", sigma, "blur")
    facts["enlarged"] = np.nan
    return _done(picture, {"name": "gaussian_blur", "sigma": sigma}, rng)


def _noisy(picture: np.ndarray, facts: Facts, rng: np.random.Generator) -> np.ndarray:
    """Add noise: white, of photons, in spots, or a camera's."""
    kind = rng.choice(5, p=(0.3, 0.05, 0.23, 0.36, 0.06))
    level = float(rng.uniform(0, 10) if rng.random() < 0.45 else min(80, rng.exponential(18) + 1))
    source, white = "noise", 1.0
    if kind == 0:
        lq = _done(picture, {"name": "gaussian_noise", "sigma": level}, rng)
        if rng.random() < 0.1:  # the same in all channels
            lq = picture + (lq - picture)[..., :1]
    elif kind == 1:
        spec: dict[str, Any] = {"name": "poisson_gaussian_noise", "sigma": level / 4}
        lq = _done(picture, {**spec, "peak": float(10 ** rng.uniform(1.3, 4))}, rng)
        level = _rms(lq - picture)
    elif kind == 2:
        spec = {"name": "film_grain", "sigma": level, "size": float(rng.uniform(0.4, 2))}
        colorful = rng.random() < 0.25  # spots as cameras make them
        color = float(rng.uniform(0.2, 1) if colorful else rng.uniform(0, 0.15))
        lq = _done(picture, {**spec, "color": color}, rng)
        source, white = _source(picture) if colorful else "film", 0.0
        if rng.random() < 0.6:  # as scans are stored
            quality = int(rng.integers(82, 99))
            lq = _done(lq, {"name": "jpeg", "quality": quality, "shifted": SHIFTED}, rng)
            facts["jpeg"] = _quality(quality)
        level = _rms(lq - picture)
    else:
        quality = int(rng.integers(80, 101)) if kind == 3 else int(rng.integers(60, 96))
        camera = {"name": "camera_noise", "shot": (1e-4, 2e-2), "shifted": SHIFTED}
        lq = _done(picture, {**camera, "quality": quality}, rng)
        level, white = _rms(lq - to_8bit(picture)), 0.0
        source = _source(picture)
        facts["jpeg"] = _quality(quality)
    facts["noise"] = _graded("noise", level, source)
    facts["white"] = white if facts["noise"] else np.nan
    if level > _VEILED:
        facts["blur"] = facts["enlarged"] = np.nan
        if facts["jpeg"]:
            facts["jpeg"] = np.nan
    return lq


def _stored(picture: np.ndarray, facts: Facts, rng: np.random.Generator) -> np.ndarray:
    """Store as JPEG, sometimes twice, cut in between or not."""
    quality = int(rng.integers(5, 101) if rng.random() < 0.6 else rng.integers(5, 75))
    subsampling = ("4:2:0", "4:2:0", "4:4:4", "4:2:2")
    spec: dict[str, Any] = {"name": "jpeg", "subsampling": subsampling}
    lq = _done(picture, {**spec, "quality": quality, "shifted": SHIFTED}, rng)
    if rng.random() < 0.4:
        second = int(rng.integers(max(55, quality), 100)) if quality < 99 else quality
        lq = _done(lq, {**spec, "quality": second, "shifted": SHIFTED}, rng)
    facts["jpeg"] = _quality(quality)
    if quality < _SOUND and facts["noise"]:
        facts["noise"] = np.nan if quality < _COVERED else -abs(facts["noise"])
        facts["white"] = np.nan
    if quality < _COVERED:
        facts["blur"] = facts["enlarged"] = np.nan
    return lq


def _special(picture: np.ndarray, facts: Facts, rng: np.random.Generator) -> np.ndarray:
    """Print, dither, or lose single values; whatever else there is stays unknown."""
    for fact in ("noise", "white", "jpeg", "blur", "enlarged"):
        facts[fact] = np.nan
    kind = rng.integers(3)
    if kind == 0:
        share = float(10 ** rng.uniform(-2.3, -0.2))
        name = "salt_and_pepper" if rng.random() < 0.7 else "impulse_noise"
        facts["impulses"] = _encoded("impulses", share)
        return _done(picture, {"name": name, "density": share}, rng)
    if kind == 1:
        kernel = ("floyd_steinberg", "floyd_steinberg", "atkinson", "jarvis")[rng.integers(4)]
        spec = {"name": "error_diffusion", "kernel": kernel, "levels": int(rng.choice((2, 2, 3)))}
        gray = rng.random() < 0.5
        source = np.repeat(picture.mean(axis=2, keepdims=True), picture.shape[2], axis=2)
        facts["dithering"] = 1.0
        return _done(source if gray else picture, spec, rng)
    period = float(rng.uniform(2.7, 12))
    facts["halftone"] = _encoded("halftone", period)
    printed = _done(picture, {"name": "halftone", "period": period, "gray": 0.5}, rng)
    return _done(printed, {"name": "gaussian_noise", "sigma": (0.0, 4.0)}, rng)


def _done(picture: np.ndarray, spec: Mapping[str, Any], rng: np.random.Generator) -> np.ndarray:
    from nitido import degradations  # which is the room that this file lies in

    lq: np.ndarray = catalog.from_spec(degradations, spec)(picture, rng)
    return lq


def _quality(quality: int) -> float:
    """Return JPEG quality as a fact."""
    if quality >= _SOUND:
        return 0.0
    encoded = _encoded("jpeg", quality)
    return encoded if quality < _GOOD else -encoded


def _graded(fact: str, level: float, kind: str) -> float:
    """Return a level as a fact: 0 where it is as good as nothing, negative where it is faint."""
    if level < _NOTHING[kind]:
        return 0.0
    encoded = _encoded(fact, level)
    return encoded if level >= _FAINT[kind] else -encoded


def _encoded(name: str, level: float) -> float:
    return float(next(fact for fact in FACTS if fact.name == name).encode(level))


def _source(picture: np.ndarray) -> str:
    """Return what a camera's noise counts as in a picture."""
    return "camera, sharp" if _sharpness(picture) > _SHARP else "camera"


def _sharpness(picture: np.ndarray) -> float:
    """Return how much of what is fine in a picture is as fine as can be, 0..1."""
    gray = picture.mean(axis=2, keepdims=True)
    if min(gray.shape[:2]) < 8:
        return 0.0
    finest, fine = (_rms(gray - filtered_by_axes(gray, [1 / n] * n, [1 / n] * n)) for n in (3, 7))
    return finest / max(fine, 1e-3)


def _rms(planes: np.ndarray) -> float:
    return 255 * float(np.sqrt(np.mean(np.square(planes))))


PUBLIC = History
