"""What stress tests vary: one damage over its levels, or kinds of noise at one level."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from nitido import catalog, degradations
from nitido.bench._suite import Suite
from nitido.degradations import Degradation

_SEED = 0  # of every picture, as in suites
_SIGMA = 25  # 8-bit units: the RMS error of every kind of noise, on photographs
_CAMERA = {
    "smoothing": 3,
    "color_smoothing": 6,
    "left": 1,
    "selectivity": 0.4,
    "quality": 95,
}


@dataclass(frozen=True)
class Level:
    """One damage of a sweep.

    Attributes
    ----------
    name : str
        As tables show it.
    value : float
        Where it stands on the axis.
    damage : str
        A degradation.
    settings : dict
        Its settings.
    varied : str
        The setting that training draws levels for.
    sigma : float or None
        The noise level that restorers are told, 8-bit units; None where nobody knows one.
    """

    name: str
    value: float
    damage: str
    settings: dict[str, Any]
    varied: str
    sigma: float | None = None

    def suite(self, images: str, scale: int) -> Suite:
        """Return the suite of this level; with a scale, the damage falls on the small picture."""
        degradation: Degradation = catalog.build(degradations, self.damage, **self.settings)
        smaller: Degradation = catalog.build(degradations, "bicubic", scale=scale)

        def damage(gt: np.ndarray) -> np.ndarray:
            rng = np.random.default_rng(_SEED)
            return degradation(gt if scale == 1 else smaller(gt, rng), rng)

        return Suite(
            f"{images}/{self.damage}",
            1,
            images,
            damage,
            scale=scale * degradation.scale,
            border=0 if scale == 1 else scale,
            rounds_input=not self.sigma,
            sigma=self.sigma,
        )


@dataclass(frozen=True)
class Sweep:
    """Levels that are compared with each other.

    Attributes
    ----------
    title : str
        As reports show it.
    axis : str
        What varies, with its unit.
    levels : tuple of Level
        From low to high.
    ordered : bool
        Whether levels are numbers, so that curves mean something.
    """

    title: str
    axis: str
    levels: tuple[Level, ...]
    ordered: bool = True


def _over(
    damage: str, setting: str, values: tuple[float, ...], *, told: bool = False
) -> tuple[Level, ...]:
    return tuple(
        Level(f"{value:g}", value, damage, {setting: value}, setting, value if told else None)
        for value in values
    )


def _kinds(*kinds: tuple[str, str, str, float, dict[str, Any]]) -> tuple[Level, ...]:
    return tuple(
        Level(name, place, damage, {varied: value, **settings}, varied, _SIGMA)
        for place, (name, damage, varied, value, settings) in enumerate(kinds)
    )


SWEEPS: dict[str, Sweep] = {
    "noise": Sweep(
        "White noise",
        "sigma, 8-bit units",
        _over(
            "gaussian_noise",
            "sigma",
            (0, 5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 100),
            told=True,
        ),
    ),
    # Settings were chosen so that the damaged pictures of CBSD68 have the PSNR of sigma 25.
    "types": Sweep(
        "Kinds of noise, each as strong as white noise of sigma 25",
        "kind of noise",
        _kinds(
            ("white", "gaussian_noise", "sigma", _SIGMA, {}),
            ("Poisson", "poisson_noise", "peak", 48, {}),
            ("speckle", "speckle_noise", "sigma", 51, {}),
            ("salt and pepper", "salt_and_pepper", "density", 0.033, {}),
            ("camera", "camera_noise", "shot", 0.042, _CAMERA),
            ("correlated", "correlated_noise", "sigma", _SIGMA, {"width": 3}),
        ),
        ordered=False,
    ),
    "jpeg": Sweep(
        "JPEG",
        "quality",
        _over("jpeg", "quality", (5, 10, 15, 20, 30, 40, 50, 60, 70, 80, 90, 95)),
    ),
    "scale": Sweep("Enlargement", "scale", _over("bicubic", "scale", (2, 3, 4))),
    "blur": Sweep(
        "Gaussian blur",
        "sigma, pixels",
        _over("gaussian_blur", "sigma", (0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4)),
    ),
}
"""Stress tests by name."""
