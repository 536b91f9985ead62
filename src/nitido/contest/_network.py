"""A trained network as a candidate, without a weights file."""

import hashlib

import numpy as np
import torch
from torch import nn

from nitido.bench import Suite
from nitido.networks import find_input, inputs_of
from nitido.weights import Card


class TrainedNetwork:
    """Restores whole pictures of a suite with PyTorch, in fp32.

    Parameters
    ----------
    name : str
        As tables show it.
    network : nn.Module
        In eval mode, on the CPU.
    suite : Suite
        Whose pictures it restores.
    """

    card: Card | None = None
    engine: str | None = "torch"
    packages: tuple[str, ...] = ("torch",)
    changes = True

    def __init__(self, name: str, network: nn.Module, suite: Suite) -> None:
        self.name = name
        self.told: dict[str, float] = {}
        self._network, self._suite = network, suite
        digest = hashlib.sha256()
        for key, tensor in network.state_dict().items():
            digest.update(key.encode())
            digest.update(tensor.contiguous().numpy().tobytes())
        self.weights_hash: str | None = digest.hexdigest()
        self._sigma: torch.Tensor | None = None
        if told := find_input(inputs_of(network), "sigma"):
            judges = told.judged == "network"
            level = -1.0 if judges else (suite.sigma or 0.0) / 255
            self._sigma = torch.full((1, 1, 1, 1), level)
            self.told = {} if judges else {"sigma": suite.sigma or 0.0}

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Restore one picture."""
        network = self._network
        scale, step = int(network.scale), int(network.multiple_of)  # type: ignore[arg-type]
        given = lq if scale == self._suite.scale else self._suite.enlarged(lq)
        height, width, bands = given.shape
        if bands != network.channels:
            given = np.repeat(given[..., :1], int(network.channels), axis=2)  # type: ignore[arg-type]
        padded = np.pad(given, ((0, -height % step), (0, -width % step), (0, 0)), "symmetric")
        planes = torch.from_numpy(np.ascontiguousarray(padded.transpose(2, 0, 1)[None], np.float32))
        with torch.inference_mode():
            more = () if self._sigma is None else (self._sigma,)
            restored = network(planes, *more)[0].float().numpy().transpose(1, 2, 0)
        restored = restored[: height * scale, : width * scale]
        if bands == 1 and restored.shape[2] != 1:
            restored = restored.mean(axis=2, keepdims=True)
        return np.ascontiguousarray(restored)
