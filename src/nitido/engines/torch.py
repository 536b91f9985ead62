"""PyTorch, on a GPU where there is one: the reference that the other runtimes are compared with."""

import re
from contextlib import nullcontext
from typing import Any, ClassVar, Literal

import numpy as np
import torch

from nitido.engines._engine import Device, Precision, Told, check_precision, complete
from nitido.engines._exact import exact_fp32
from nitido.errors import EngineError
from nitido.weights import Weights
from nitido.weights.loading import load_network


class Torch:
    """A network in PyTorch, channels last; one for all tile sizes.

    Parameters
    ----------
    weights : Weights
        What to run.
    tile : (int, int), optional
        Height and width of every input, multiples of the card's ``multiple_of``; any size goes.
    precision : {"auto", "fp32", "bf16"}
        ``auto`` is bf16 on GPUs that have it where the card calls it safe, fp32 elsewhere.
    batch : int, optional
        Tiles per call; any number goes.
    device : str
        ``auto`` (a GPU where there is one), ``cpu``, ``cuda`` or ``cuda:N``.
    part : str, optional
        The part of the network that judges this input, instead of the network.

    Raises
    ------
    EngineError
        If the precision is none, or bf16 and the card does not call it safe, or there is no such
        device.
    """

    gains_by_fixed_tiles: ClassVar[bool] = False

    def __init__(
        self,
        weights: Weights,
        tile: tuple[int, int] | None = None,
        precision: Precision = "auto",
        *,
        batch: int | None = None,
        device: Device = "auto",
        part: str | None = None,
    ) -> None:
        self._device = _device(device)
        self.precision = self._pick(weights, precision)
        network: Any = load_network(weights)
        if part is not None:
            network = getattr(network, part)
        self._network = network.to(self._device).eval()
        self._weights, self._part = weights, part

    def __call__(self, lq: np.ndarray, told: Told | None = None) -> np.ndarray:
        """Run one batch.

        Raises
        ------
        EngineError
            If the inputs are not those of the network.
        """
        given = {} if self._part else complete(self._weights, lq, told)
        bf16 = self.precision == "bf16"
        with (
            torch.inference_mode(),
            torch.autocast(self._device.type, torch.bfloat16, enabled=bf16),
            nullcontext() if bf16 else exact_fp32(),
        ):
            tensor = torch.from_numpy(np.ascontiguousarray(lq)).to(self._device)
            tensor = tensor.contiguous(memory_format=torch.channels_last)
            more = {
                name: torch.from_numpy(np.ascontiguousarray(array)).to(self._device)
                for name, array in given.items()
            }
            restored = self._network(tensor, **more)
            result: np.ndarray = restored.float().contiguous().cpu().numpy()
        return result

    def _pick(self, weights: Weights, asked: Precision) -> Literal["fp32", "bf16"]:
        check_precision(weights, asked)
        safe = "bf16" in weights.card.precisions
        if asked != "auto":
            return asked
        return "bf16" if safe and self._device.type == "cuda" else "fp32"


def _device(asked: Device) -> torch.device:
    if asked == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    named = re.fullmatch(r"cpu|cuda(?::(\d+))?", asked)
    if named is None:
        raise EngineError(f"No device {asked!r}; there are auto, cpu, cuda and cuda:N.")
    if asked != "cpu" and int(named[1] or 0) >= (found := torch.cuda.device_count()):
        raise EngineError(f"There is no {asked}: PyTorch finds {found} GPUs; use auto or cpu.")
    return torch.device(asked)


PUBLIC = Torch
