"""Restorers without training, one file each: ``restorer(lq) -> restored``.

Every one is a frozen dataclass. It takes a picture, float32 (H, W, C) with C = 1 or 3, nominal
0..1, leaves it untouched and returns float32 (H * scale, W * scale, C) in 0..1. The same picture
gives the same result. Levels are in the units of the field: `sigma` 0..255, sizes in pixels; where
a level is None it is estimated from the picture.

Methods that scikit-image, OpenCV, SciPy or PyWavelets have are theirs; those packages come with
the extra `classical`. The rest is NumPy alone.
"""

from nitido.classical._restorer import ClassicalRestorer

__all__ = ["ClassicalRestorer"]
