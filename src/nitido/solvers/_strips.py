"""A network over a picture of any size, strip by strip, in bounded memory."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F


def in_strips(
    restore: Callable[[Tensor], Tensor],
    picture: Tensor,
    *,
    overlap: int | None,
    multiple_of: int = 1,
    pixels: int,
) -> Tensor:
    """Return what a network that keeps the size makes of a picture.

    Parameters
    ----------
    restore : callable
        From (N, C, h, w) to the same shape; the sides are multiples of `multiple_of`.
    picture : Tensor
        (N, C, H, W); where the sides are no multiples, the last row and column go on meanwhile.
    overlap : int, optional
        Rows that a strip needs beyond those that are kept of it; None: it needs all.
    multiple_of : int
        Also of the rows at which strips begin.
    pixels : int
        Of a strip, about.
    """
    height, width = picture.shape[-2:]
    spare = [-side % multiple_of for side in (width, height)]
    padded = F.pad(picture, (0, spare[0], 0, spare[1]), mode="replicate")
    tall = padded.shape[-2]
    if overlap is None or padded[0, 0].numel() <= pixels:
        return restore(padded)[..., :height, :width]
    beyond = -(-overlap // multiple_of) * multiple_of
    # Strips that keep less than they need beyond would do most of the work twice.
    kept = max(pixels // padded.shape[-1] - 2 * beyond, 2 * beyond, multiple_of)
    kept -= kept % multiple_of
    parts = []
    for first in range(0, tall, kept):
        start, stop = max(first - beyond, 0), min(first + kept + beyond, tall)
        restored = restore(padded[..., start:stop, :])
        parts.append(restored[..., first - start : min(first + kept, tall) - start, :])
    return torch.cat(parts, dim=-2)[..., :height, :width]
