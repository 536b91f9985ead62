"""Restorers without training, one file each: ``restorer(lq) -> restored``.

Every one is a frozen dataclass. It takes a picture, float32 (H, W, C) with C = 1 or 3, nominal
0..1, leaves it untouched and returns float32 (H * scale, W * scale, C) in 0..1. The same picture
gives the same result. Levels are in the units of the field: `sigma` 0..255, sizes in pixels; where
a level is None it is estimated from the picture.

Methods that scikit-image, OpenCV, SciPy or PyWavelets have are theirs; those packages come with
the extra `classical`. The rest is NumPy alone.

How pictures, kernels, masks and noise levels are read is offered too: restorers of other rooms
take them in the same way.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nitido.classical._restorer import ClassicalRestorer

if TYPE_CHECKING:
    from nitido.classical._arrays import checked, finished
    from nitido.classical._holes import Marked, Mask, check_holes, find_holes
    from nitido.classical._kernel import Kernel, kernel_rows, taps
    from nitido.classical._noise import noise_level
    from nitido.classical._settings import (
        check_number,
        check_odd,
        check_sigma,
        check_whole,
        check_word,
    )

__all__ = [
    "ClassicalRestorer",
    "Kernel",
    "Marked",
    "Mask",
    "check_holes",
    "check_number",
    "check_odd",
    "check_sigma",
    "check_whole",
    "check_word",
    "checked",
    "find_holes",
    "finished",
    "kernel_rows",
    "noise_level",
    "taps",
]

_HOMES = {
    "Kernel": "_kernel",
    "Marked": "_holes",
    "Mask": "_holes",
    "check_holes": "_holes",
    "check_number": "_settings",
    "check_odd": "_settings",
    "check_sigma": "_settings",
    "check_whole": "_settings",
    "check_word": "_settings",
    "checked": "_arrays",
    "find_holes": "_holes",
    "finished": "_arrays",
    "kernel_rows": "_kernel",
    "noise_level": "_noise",
    "taps": "_kernel",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name not in _HOMES:
        raise AttributeError(f"module 'nitido.classical' has no attribute '{name}'")
    return getattr(import_module(f"nitido.classical.{_HOMES[name]}"), name)
