"""How a picture became a small one: weighted means of large pixels, differentiable."""

from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from nitido.classical import check_word

Shrinking = Literal["bicubic", "lanczos2"]


def check_shrinking(name: str, value: Shrinking) -> None:
    """Refuse what is no known way to make pictures small."""
    check_word(name, value, get_args(Shrinking))


def shrinking_taps(way: Shrinking, scale: int) -> tuple[np.ndarray, int]:
    """Return the weights of one small pixel along one axis, and where they begin.

    Small pixel i is the sum over j of weight j times large pixel ``i * scale + first + j``. Both
    filters are two small pixels wide on either side and lie symmetrically about the small pixel's
    middle; ``"bicubic"`` is MATLAB's with antialiasing.

    Returns
    -------
    weights : ndarray
        (K,), sum 1.
    first : int
        Below 0.
    """
    first = int(np.floor(-1.5 * scale - 0.5)) + 1
    away = np.abs((np.arange(first, scale - first) + 0.5) / scale - 0.5)
    if way == "bicubic":
        inner = (1.5 * away - 2.5) * away**2 + 1
        outer = ((-0.5 * away + 2.5) * away - 4) * away + 2
        weights = np.where(away <= 1, inner, outer)
    else:
        weights = np.sinc(away) * np.sinc(away / 2)
    return weights / weights.sum(), first


def shrunk(picture: Tensor, way: Shrinking, scale: int) -> Tensor:
    """Return (N, C, H / scale, W / scale); beyond its border a picture goes on as it ends."""
    weights, first = shrinking_taps(way, scale)
    kernel = torch.from_numpy(weights).to(picture)
    after = len(weights) + first - scale
    number, channels, height, width = picture.shape
    planes = picture.reshape(-1, 1, height, width)
    planes = F.pad(planes, (-first, after, -first, after), mode="replicate")
    planes = F.conv2d(planes, kernel[None, None, None], stride=(1, scale))
    planes = F.conv2d(planes, kernel[None, None, :, None], stride=(scale, 1))
    return planes.reshape(number, channels, height // scale, width // scale)
