"""Weighted means under a sliding window."""

from collections.abc import Sequence

from torch import Tensor


def filtered(pictures: Tensor, window: Sequence[float]) -> Tensor:
    """Return the weighted mean in every window that lies wholly inside (..., H, W).

    `window` is one axis of it. Sums of shifted pictures and no convolution: graphics cards round
    what they convolve to 10 bits unless told otherwise, and variances drown in that.
    """
    for axis in (-2, -1):
        length = pictures.shape[axis] - len(window) + 1
        total = window[0] * pictures.narrow(axis, 0, length)
        for start, weight in enumerate(window[1:], start=1):
            total = total + weight * pictures.narrow(axis, start, length)
        pictures = total
    return pictures
