"""Between pictures and tensors, and what is drawn by chance."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from nitido.classical import finished


def device() -> torch.device:
    """Return where to compute: a GPU if there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def entered(pixels: np.ndarray) -> Tensor:
    """Return a picture (H, W, C) as a tensor (1, C, H, W), float32, where it is computed on."""
    planes = np.ascontiguousarray(pixels.transpose(2, 0, 1)[None], np.float32)
    return torch.from_numpy(planes.copy()).to(device())


def left(restored: Tensor) -> np.ndarray:
    """Return a tensor (1, C, H, W) as a picture, float32 (H, W, C), clipped to 0..1."""
    return finished(restored[0].permute(1, 2, 0).cpu().numpy())


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw initial weights from a seed, and leave PyTorch's own chance as it was."""
    with torch.random.fork_rng(devices=()):
        torch.default_generator.manual_seed(seed)
        yield


def chance(seed: int) -> torch.Generator:
    """Return a source of chance for what is drawn where it is computed on."""
    return torch.Generator(device()).manual_seed(seed)
