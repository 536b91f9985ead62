"""The kernel that blurred a picture, given in any of the ways that people have it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from nitido import catalog, degradations
from nitido.degradations.kernel_blur import KernelBlur
from nitido.errors import SettingError

Rows = tuple[tuple[float, ...], ...]
Kernel = Mapping[str, Any] | Sequence[Sequence[float]] | np.ndarray | str | Path

_BLURS = (
    "camera_shake",
    "defocus_blur",
    "gaussian_blur",
    "generalized_gaussian_blur",
    "kernel_blur",
    "motion_blur",
    "sinc_blur",
)
_HALF = 250  # pixels; the largest kernel that is looked for reaches so far from its middle
_FAINT = 1e-6  # what filtering in float32 leaves where a kernel is 0


def kernel_rows(given: Kernel) -> Rows:
    """Return a kernel as rows of numbers with odd sides and the sum 1.

    Parameters
    ----------
    given : mapping, sequence of sequences of float, ndarray, str or Path
        A blur of the room `degradations` with its settings, ``{"name": "gaussian_blur", "sigma":
        2}``, where what it draws is drawn with seed 0; the numbers; or a file of them, .npy, .npz
        or a gray .png.

    Raises
    ------
    SettingError
        If it is none of these.
    """
    if not isinstance(given, Mapping):
        return cast(Rows, KernelBlur(given).kernel)
    name = given.get("name")
    if name not in _BLURS:
        raise SettingError(f"kernel: {name!r} is no blur; there are {', '.join(_BLURS)}.")
    try:
        blur = catalog.from_spec(degradations, given)
    except SettingError as error:
        raise SettingError(f"kernel: {error}") from error
    # A blur shows its kernel where it meets a single bright point. Gray leaves room for both signs.
    point = np.full((2 * _HALF + 1, 2 * _HALF + 1, 1), 0.5, np.float32)
    point[_HALF, _HALF] = 1
    answer = 2 * (blur(point, np.random.default_rng(0))[..., 0].astype(np.float64) - 0.5)
    rows, columns = np.nonzero(np.abs(answer) > _FAINT)
    down, across = np.abs(rows - _HALF).max(), np.abs(columns - _HALF).max()
    answer = answer[_HALF - down : _HALF + down + 1, _HALF - across : _HALF + across + 1]
    return tuple(map(tuple, (answer / answer.sum()).tolist()))


def taps(kernel: Kernel) -> np.ndarray:
    """Return the rows of a kernel, as `kernel_rows` made them, as float64 (rows, columns)."""
    return np.asarray(cast(Rows, kernel), np.float64)
