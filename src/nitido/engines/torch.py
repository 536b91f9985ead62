"""PyTorch, on a GPU where there is one: the reference that the other runtimes are compared with."""

from typing import Literal

import numpy as np
import torch

from nitido.engines._engine import Precision, check_precision
from nitido.weights import Weights
from nitido.weights.loading import load_network


class Torch:
    """A network in PyTorch, channels last.

    Parameters
    ----------
    weights : Weights
        What to run.
    tile : (int, int)
        Height and width of every input, multiples of the card's ``multiple_of``.
    precision : {"auto", "fp32", "bf16"}
        ``auto`` is bf16 on GPUs that have it where the card calls it safe, fp32 elsewhere.
    batch : int
        Tiles per call.

    Raises
    ------
    EngineError
        If the precision is none, or bf16 and the card does not call it safe.
    """

    def __init__(
        self,
        weights: Weights,
        tile: tuple[int, int],
        precision: Precision = "auto",
        batch: int = 1,
    ) -> None:
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.precision = self._pick(weights, precision)
        self._network = load_network(weights).to(self._device).eval()
        self._takes_sigma = weights.card.takes_sigma

    def __call__(self, lq: np.ndarray, sigma: np.ndarray | None = None) -> np.ndarray:
        """Run one batch."""
        with (
            torch.inference_mode(),
            torch.autocast(self._device.type, torch.bfloat16, enabled=self.precision == "bf16"),
        ):
            tensor = torch.from_numpy(np.ascontiguousarray(lq)).to(self._device)
            tensor = tensor.contiguous(memory_format=torch.channels_last)
            if self._takes_sigma:
                told = np.full((len(lq), 1, 1, 1), -1, np.float32) if sigma is None else sigma
                restored = self._network(tensor, torch.from_numpy(told).to(self._device))
            else:
                restored = self._network(tensor)
            result: np.ndarray = restored.float().contiguous().cpu().numpy()
        return result

    def _pick(self, weights: Weights, asked: Precision) -> Literal["fp32", "bf16"]:
        check_precision(weights, asked)
        safe = "bf16" in weights.card.precisions
        if asked != "auto":
            return asked
        return "bf16" if safe and self._device.type == "cuda" else "fp32"


PUBLIC = Torch
