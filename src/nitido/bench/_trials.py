"""What a diagnosis is tried on: pictures as they are, and one damage after the other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nitido import catalog, degradations
from nitido.bench._suite import Case, Suite
from nitido.picture import rgb2gray

LEVEL = "level"
"""Instead of a finding: the noise level that a denoiser would be told."""

_SEED = 0  # of every picture, as in suites
_QUALITIES = (10, 20, 30, 40, 50, 60)
_SOUND_QUALITIES = (90, 95)
_DIFFUSED = {"name": "error_diffusion", "kernel": "floyd_steinberg", "levels": 2}
_LAST_QUALITY = 92  # of a program that saves a picture again
_PAIRED = ("cc5", "polyu")
_CLEAN = ("set14", "live1", "bsd100", "classic5", *(f"{name}/gt" for name in _PAIRED))


@dataclass(frozen=True)
class Trial:
    """Pictures with one damage, and what a diagnosis ought to say of them.

    Attributes
    ----------
    name : str
        As tables show it.
    suite : Suite
        Its pictures and their damage.
    wanted : tuple of str or None
        Tasks of which the plan should hold one; empty where the picture is to be left alone, None
        where no task repairs this damage, so that nothing is right.
    finding : str or None
        The finding whose value is compared with the truth, or `LEVEL`.
    truth : callable or None
        From a case to the true value.
    header : int or None
        JPEG quality by the tables of the file, where the picture comes as one.
    """

    name: str
    suite: Suite
    wanted: tuple[str, ...] | None
    finding: str | None = None
    truth: Callable[[Case], float] | None = None
    header: int | None = None


@dataclass(frozen=True)
class Ward:
    """Trials of one kind.

    Attributes
    ----------
    title : str
        As tables show it.
    trials : callable
        From the image set that is damaged to the trials.
    """

    title: str
    trials: Callable[[str], tuple[Trial, ...]]


def _clean(images: str) -> tuple[Trial, ...]:
    return tuple(Trial(name, Suite(name, 1, name, _same), ()) for name in _CLEAN)


def _same(gt: np.ndarray) -> np.ndarray:
    return gt


def _white(images: str) -> tuple[Trial, ...]:
    return tuple(
        Trial(
            f"sigma {sigma}",
            _made(images, {"name": "gaussian_noise", "sigma": sigma}),
            ("denoise",),
            "noise",
            _always(sigma),
        )
        for sigma in (5, 15, 25, 50)
    )


def _camera(images: str) -> tuple[Trial, ...]:
    return tuple(
        Trial(name, Suite(f"{name}/paired", 1, name, None), ("denoise",), LEVEL, _added)
        for name in _PAIRED
    )


def _added(case: Case) -> float:
    """Return the RMS of what a damage changed, 8-bit units."""
    return 255 * float(np.sqrt(np.mean(np.square(case.lq - case.gt, dtype=np.float64))))


def _jpeg(images: str) -> tuple[Trial, ...]:
    broken = [_stored(images, {"name": "jpeg", "quality": q}, q, q) for q in _QUALITIES]
    sound = [
        Trial(f"quality {q}", _made(images, {"name": "jpeg", "quality": q}), (), header=q)
        for q in _SOUND_QUALITIES
    ]
    return (*broken, *sound)


def _jpeg_as_png(images: str) -> tuple[Trial, ...]:
    return tuple(_stored(images, {"name": "jpeg", "quality": q}, q) for q in _QUALITIES)


def _jpeg_cut(images: str) -> tuple[Trial, ...]:
    return tuple(
        _stored(images, {"name": "jpeg", "quality": q, "shifted": 1.0}, q) for q in _QUALITIES
    )


def _jpeg_again(images: str) -> tuple[Trial, ...]:
    twice = {"name": "double_jpeg", "second_quality": _LAST_QUALITY, "subsampling": "4:2:0"}
    return tuple(
        _stored(images, {**twice, "first_quality": q, "shifted": 0.0}, q, _LAST_QUALITY)
        for q in _QUALITIES
    )


def _stored(images: str, spec: Mapping[str, Any], quality: int, header: int | None = None) -> Trial:
    suite = _made(images, spec)
    return Trial(f"quality {quality}", suite, ("dejpeg",), "jpeg", _always(quality), header)


def _impulses(images: str) -> tuple[Trial, ...]:
    kinds = [("salt_and_pepper", density) for density in (0.05, 0.1, 0.3)]
    return tuple(
        Trial(
            f"{name.replace('_', ' ')} {100 * density:g} %",
            _made(images, {"name": name, "density": density}),
            ("declutter",),
            "impulses",
            _always(density),
        )
        for name, density in (*kinds, ("impulse_noise", 0.1))
    )


def _dithering(images: str) -> tuple[Trial, ...]:
    diffused = catalog.from_spec(degradations, _DIFFUSED)

    def black_and_white(gt: np.ndarray) -> np.ndarray:
        gray = rgb2gray(gt)[..., None] if gt.shape[2] == 3 else gt
        lq: np.ndarray = diffused(gray, np.random.default_rng(_SEED))
        return lq

    return (
        Trial("2 colors", Suite("2 colors", 1, images, black_and_white), ("descreen",)),
        Trial("8 colors", _made(images, _DIFFUSED), ("descreen",)),
    )


def _screens(images: str) -> tuple[Trial, ...]:
    return _over(images, "halftone", "period", (4, 6, 8), "halftone", blur=0.5)


def _blur(images: str) -> tuple[Trial, ...]:
    return _over(images, "gaussian_blur", "sigma", (1, 2, 3), "blur")


def _enlarged(images: str) -> tuple[Trial, ...]:
    return _over(images, "enlarged", "factor", (2, 3, 4), "enlarged")


def _over(
    images: str,
    damage: str,
    setting: str,
    levels: tuple[int, ...],
    finding: str,
    **settings: float,
) -> tuple[Trial, ...]:
    """Return trials of a damage that no task repairs yet."""
    return tuple(
        Trial(
            f"{setting} {level}",
            _made(images, {"name": damage, setting: level, **settings}),
            None,
            finding,
            _always(level),
        )
        for level in levels
    )


def _dark(images: str) -> tuple[Trial, ...]:
    fixed = {"cast": 0.0, "peak": 5000.0, "sigma": 0.5}
    return tuple(
        Trial(
            f"white is {gain:g}",
            _made(images, {"name": "low_light", "gamma": 2.0, "gain": gain, **fixed}),
            None,
        )
        for gain in (0.5, 0.2)
    )


def _made(images: str, spec: Mapping[str, Any]) -> Suite:
    """Return a suite of a damage of the room that no protocol has a name for."""
    degradation = catalog.from_spec(degradations, spec)

    def damage(gt: np.ndarray) -> np.ndarray:
        lq: np.ndarray = degradation(gt, np.random.default_rng(_SEED))
        return lq

    return Suite(f"{images}/{spec['name']}", 1, images, damage)


def _always(value: float) -> Callable[[Case], float]:
    return lambda case: value


WARDS: dict[str, Ward] = {
    "clean": Ward("Clean", _clean),
    "white": Ward("White noise", _white),
    "camera": Ward("Camera noise", _camera),
    "jpeg": Ward("JPEG, from the file", _jpeg),
    "png": Ward("JPEG, as PNG", _jpeg_as_png),
    "cut": Ward("JPEG, cut, as PNG", _jpeg_cut),
    "again": Ward(f"JPEG, saved again at {_LAST_QUALITY}", _jpeg_again),
    "impulses": Ward("Impulses", _impulses),
    "dithering": Ward("Floyd and Steinberg's dithering", _dithering),
    "halftone": Ward("Printed screens", _screens),
    "blur": Ward("Gaussian blur", _blur),
    "enlarged": Ward("Enlarged", _enlarged),
    "dark": Ward("Darkened", _dark),
}
"""Kinds of damage by name."""
