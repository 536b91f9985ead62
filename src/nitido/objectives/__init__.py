"""What a training step minimizes: one file each, a ``torch.nn.Module`` without weights.

``objective(restore, judge, lq, gt, fraction)`` returns the loss and the picture that the log
judges:

* ``restore(lq)`` runs the network on any (N, C, H, W) and returns every output that a loss is
  summed over, the restored picture last;
* ``judge(restored, gt)`` is the recipe's loss of two batches of one shape;
* `lq` and `gt`, (N, C, H, W), nominal 0..1; `fraction`, how much of the budget is spent, 0..1.

An objective with ``needs_gt = False`` never looks at `gt`: it learns from damaged pictures alone.
Chance comes from PyTorch's generator, which the loop seeds at every step.

Importing the room does not import PyTorch; importing one of its files does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor

    from nitido.objectives._types import Judge, Restore

__all__ = ["Objective"]


class Objective(Protocol):
    """A loss over one training step, which may call the network as it likes."""

    needs_gt: bool
    """Whether clean pictures are needed."""

    def __call__(
        self, restore: Restore, judge: Judge, lq: Tensor, gt: Tensor, fraction: float
    ) -> tuple[Tensor, Tensor]:
        """Return the loss, a tensor without dimensions, and `restored`."""
        ...
