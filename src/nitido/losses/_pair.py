"""The checks that losses begin with."""

from torch import Tensor

from nitido.errors import SettingError


def same_shape(restored: Tensor, gt: Tensor) -> None:
    """Refuse tensors of different shapes.

    Raises
    ------
    SettingError
        If the shapes differ: broadcasting would train on nonsense without a word.
    """
    if restored.shape != gt.shape:
        raise SettingError(
            f"restored has shape {tuple(restored.shape)} and gt {tuple(gt.shape)}; "
            "a loss compares tensors of one shape."
        )


def difference(restored: Tensor, gt: Tensor) -> Tensor:
    """Return ``restored - gt``.

    Raises
    ------
    SettingError
        If the shapes differ.
    """
    same_shape(restored, gt)
    return restored - gt


def large_enough(pictures: Tensor, side: int) -> None:
    """Refuse pictures (..., H, W) with fewer than `side` rows or columns.

    Raises
    ------
    SettingError
        If they are smaller.
    """
    height, width = pictures.shape[-2:]
    if min(height, width) < side:
        raise SettingError(
            f"The loss needs {side} x {side} pixels or more; {width} x {height} found. "
            "Train on larger patches."
        )
