"""LIME (Guo, Li and Ling 2017): low light is a picture times an illumination, found by its edges.

The illumination starts as the brightest channel of every pixel. It is smoothed where the picture
has texture and keeps the strong edges (the fast solver of the paper: one weighted least squares
problem), and the picture is divided by a power of it.

**Departure from the paper:** the result is not denoised with BM3D; restore noise before.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nitido.classical._arrays import checked, finished
from nitido.classical._library import library
from nitido.classical._settings import check_number

_WINDOW = 2.0  # pixels, width of the Gaussian that tells texture from edges
_SMALL = 1e-3  # what a gradient is at least
_EXACT = 1e-3  # relative error at which the solver stops
_DARKEST = 0.02  # illumination is that at least, so that black stays black


@dataclass(frozen=True)
class Lime:
    """Brighten what is dark.

    Parameters
    ----------
    gamma : float
        Power of the illumination that is divided by, 0..1; 0 changes nothing, 1 makes everything
        as bright as can be.
    smoothness : float
        Weight of a smooth illumination, 0..10.

    Raises
    ------
    SettingError
        If a setting is out of range.
    """

    gamma: float = 0.8
    smoothness: float = 0.15
    scale: ClassVar[int] = 1
    reach: ClassVar[None] = None

    def __post_init__(self) -> None:
        check_number("gamma", self.gamma, 0, 1)
        check_number("smoothness", self.smoothness, 0, 10)

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return the brightened picture, float32 (H, W, C) in 0..1."""
        pixels = finished(checked(lq))
        light = _refined(pixels.max(axis=2).astype(np.float64), self.smoothness)
        light = np.clip(light, _DARKEST, 1) ** self.gamma
        return finished(pixels / light[..., None])


def _refined(light: np.ndarray, smoothness: float) -> np.ndarray:
    """Return the illumination (H, W) that is near to `light`, smooth but at its strong edges."""
    blur = library("scipy.ndimage").gaussian_filter
    sparse = library("scipy.sparse")
    width = light.shape[1]
    links: list[tuple[int, np.ndarray]] = []  # distance in the flattened picture, weights
    for axis, step in ((0, width), (1, 1)):
        change = np.diff(light, axis=axis, append=np.take(light, [-1], axis=axis))
        texture = np.abs(blur(change, _WINDOW, truncate=1.5))
        weight = smoothness / ((texture + _SMALL) * (np.abs(change) + _SMALL))
        np.moveaxis(weight, axis, 0)[-1] = 0  # nothing follows the last row or column
        links.append((step, weight.ravel() * _SMALL))
    diagonal = np.ones(light.size)
    matrix: Any = 0
    for step, weight in links:
        diagonal += weight
        diagonal[step:] += weight[: light.size - step]
        if step < light.size:
            off = -weight[: light.size - step]
            matrix = matrix + sparse.diags([off, off], [-step, step], format="csr")
    matrix = matrix + sparse.diags([diagonal], [0], format="csr")
    solve = library("scipy.sparse.linalg").cg
    start = sparse.diags([1 / diagonal], [0], format="csr")
    refined, _ = solve(matrix, light.ravel(), x0=light.ravel(), rtol=_EXACT, maxiter=300, M=start)
    return np.asarray(refined).reshape(light.shape)


PUBLIC = Lime
