"""What objectives are given."""

from collections.abc import Callable

from torch import Tensor

Restore = Callable[[Tensor], tuple[Tensor, ...]]
Judge = Callable[[Tensor, Tensor], Tensor]
