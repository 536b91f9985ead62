"""MemNet: recursive units whose every state is kept, and gates that choose what to remember.

Tai, Yang, Liu, Xu: "MemNet: A Persistent Memory Network for Image Restoration", ICCV 2017, arXiv
1708.02209. Feature extraction, memory blocks and reconstruction: section 3.1; recursive and gate
unit: section 3.2; multi-supervision: section 3.3. What the text leaves open (two convolutions per
block shared by all its recursions with batch normalization of their own, one reconstruction
convolution shared by all outputs, the order of concatenation, free ensemble weights) follows the
authors' published network definition. M6R6 is 80 convolutions deep.

**Departure from the paper:** the ensemble starts as the mean of the outputs, where the published
definition starts from their sum.
"""

from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nitido.networks._blocks import whole


class MemNet(nn.Module):
    """Restore through a chain of memory blocks, each of which sees all blocks before it.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    features : int
        Width of every state.
    blocks : int
        Memory blocks, M in the paper; each yields an output of its own.
    recursions : int
        Turns of the recursive unit in a block, R in the paper.

    Raises
    ------
    SettingError
        If a number is too small.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": 8, "blocks": 2, "recursions": 2}
    scale = 1
    multiple_of = 1
    radius: int
    channels: int

    def __init__(
        self, channels: int = 1, features: int = 64, blocks: int = 6, recursions: int = 6
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        whole("features", features)
        whole("blocks", blocks)
        whole("recursions", recursions)
        self.radius = 2 * blocks * recursions + 2
        self.extract_norm = nn.BatchNorm2d(channels)
        self.extract = nn.Conv2d(channels, features, 3, padding=1)
        self.memory = nn.ModuleList(
            _MemoryBlock(features, recursions, long_term=m + 1) for m in range(blocks)
        )
        self.output_norms = nn.ModuleList(nn.BatchNorm2d(features) for _ in range(blocks))
        self.output = nn.Conv2d(features, channels, 3, padding=1)
        self.ensemble = nn.Parameter(torch.full((blocks,), 1 / blocks))
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d) and layer.bias is not None:
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, the weighted ensemble, (N, C, H, W); it may leave 0..1."""
        return self.supervised(lq)[-1]

    def supervised(self, lq: Tensor) -> tuple[Tensor, ...]:
        """Return one output per memory block, then the ensemble (section 3.3)."""
        states: list[Tensor] = [self.extract(F.relu(self.extract_norm(lq)))]
        for block in self.memory:
            states.append(block(states))
        outputs = [
            lq + self.output(F.relu(norm(state)))
            for norm, state in zip(self.output_norms, states[1:], strict=True)
        ]
        ensemble = torch.einsum("m,mnchw->nchw", self.ensemble, torch.stack(outputs))
        return (*outputs, ensemble)


class _MemoryBlock(nn.Module):
    """A recursive unit (short-term memory) and a gate over it and all earlier blocks."""

    def __init__(self, features: int, recursions: int, long_term: int) -> None:
        super().__init__()
        self.first_norms = nn.ModuleList(nn.BatchNorm2d(features) for _ in range(recursions))
        self.first = nn.Conv2d(features, features, 3, padding=1)
        self.second_norms = nn.ModuleList(nn.BatchNorm2d(features) for _ in range(recursions))
        self.second = nn.Conv2d(features, features, 3, padding=1)
        self.gate_norm = nn.BatchNorm2d((long_term + recursions) * features)
        self.gate = nn.Conv2d((long_term + recursions) * features, features, 1)

    def forward(self, long_term: list[Tensor]) -> Tensor:
        """Return the block's state from those of all earlier blocks, the nearest last."""
        state = long_term[-1]
        short_term = []
        for first_norm, second_norm in zip(self.first_norms, self.second_norms, strict=True):
            inner = self.first(F.relu(first_norm(state)))
            state = state + self.second(F.relu(second_norm(inner)))
            short_term.append(state)
        memories = torch.cat([*long_term, *short_term], dim=1)
        gated: Tensor = self.gate(F.relu(self.gate_norm(memories)))
        return gated


PUBLIC = MemNet
