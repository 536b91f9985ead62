"""Restorers that learn or iterate on the one picture they are given: ``solver(lq) -> restored``.

Every one is a frozen dataclass. It takes a picture, float32 (H, W, C) with C = 1 or 3, nominal
0..1, leaves it untouched and returns float32 (H * scale, W * scale, C) in 0..1. Such a run takes
seconds to hours: `report` is called with the part that is done, 0..1, and may raise to stop it.
What chance decides is drawn from `seed`; on a CPU the same picture gives the same result.

They run on PyTorch, on a GPU where there is one. Kernels, masks and noise levels are given as to
the room `classical`.
"""

from nitido.solvers._solver import OnProgress, SolvingRestorer, silent

__all__ = ["OnProgress", "SolvingRestorer", "silent"]
