"""The check every loss begins with."""

from torch import Tensor

from nitido.errors import SettingError


def difference(restored: Tensor, gt: Tensor) -> Tensor:
    """Return ``restored - gt``.

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
    return restored - gt
