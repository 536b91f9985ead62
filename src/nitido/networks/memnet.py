"""MemNet: recursive units whose every state is kept, and gates that choose what to remember.

Tai, Yang, Liu, Xu: "MemNet: A Persistent Memory Network for Image Restoration", ICCV 2017, arXiv
1708.02209. Feature extraction, memory blocks and reconstruction: section 3.1; recursive and gate
unit: section 3.2; multi-supervision: section 3.3. What the text leaves open (two convolutions per
block shared by all its recursions with batch normalization of their own, one reconstruction
convolution shared by all outputs, the order of concatenation, free ensemble weights) follows the
authors' published network definition. M6R6 is 80 convolutions deep. What the memories and the
supervision of every block are worth can be measured without them: sections 4.2 and 4.4.

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
    long_term : bool
        Whether a gate sees the states of all earlier blocks.
    short_term : bool
        Whether a gate sees the states of all recursions, or of the last one only.
    multi_supervised : bool
        Whether every block yields an output, which the ensemble weighs, or the last one only.
    residual : bool
        Whether outputs are added to the input.

    Raises
    ------
    SettingError
        If a number is too small.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": 8, "blocks": 2, "recursions": 2}
    VARIANTS: ClassVar[dict[str, dict[str, Any]]] = {
        f"memnet_m{blocks}r{recursions}": {"blocks": blocks, "recursions": recursions}
        for blocks, recursions in ((4, 6), (6, 6), (6, 8), (10, 10))
    }
    scale = 1
    multiple_of = 1
    radius: int
    channels: int

    def __init__(
        self,
        channels: int = 1,
        features: int = 64,
        blocks: int = 6,
        recursions: int = 6,
        long_term: bool = True,
        short_term: bool = True,
        multi_supervised: bool = True,
        residual: bool = True,
    ) -> None:
        super().__init__()
        self.channels = whole("channels", channels)
        self.features = whole("features", features)
        self.blocks = whole("blocks", blocks)
        self.recursions = whole("recursions", recursions)
        self.long_term, self.short_term = long_term, short_term
        self.multi_supervised, self.residual = multi_supervised, residual
        self.radius = 2 * blocks * recursions + 2
        self.extract_norm = nn.BatchNorm2d(channels)
        self.extract = nn.Conv2d(channels, features, 3, padding=1)
        self.memory = nn.ModuleList(
            _MemoryBlock(features, recursions, m + 1 if long_term else 0, short_term)
            for m in range(blocks)
        )
        outputs = blocks if multi_supervised else 1
        self.output_norms = nn.ModuleList(nn.BatchNorm2d(features) for _ in range(outputs))
        self.output = nn.Conv2d(features, channels, 3, padding=1)
        if multi_supervised:
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
        base = lq if self.residual else torch.zeros_like(lq)
        outputs = [
            base + self.output(F.relu(norm(state)))
            for norm, state in zip(
                self.output_norms, states[-len(self.output_norms) :], strict=True
            )
        ]
        if not self.multi_supervised:
            return tuple(outputs)
        ensemble = torch.einsum("m,mnchw->nchw", self.ensemble, torch.stack(outputs))
        return (*outputs, ensemble)


class _MemoryBlock(nn.Module):
    """A recursive unit (short-term memory) and a gate over it and earlier blocks (long-term)."""

    def __init__(self, features: int, recursions: int, long_term: int, short_term: bool) -> None:
        super().__init__()
        self.long_term, self.short_term = long_term, recursions if short_term else 1
        self.first_norms = nn.ModuleList(nn.BatchNorm2d(features) for _ in range(recursions))
        self.first = nn.Conv2d(features, features, 3, padding=1)
        self.second_norms = nn.ModuleList(nn.BatchNorm2d(features) for _ in range(recursions))
        self.second = nn.Conv2d(features, features, 3, padding=1)
        remembered = (self.long_term + self.short_term) * features
        self.gate_norm = nn.BatchNorm2d(remembered)
        self.gate = nn.Conv2d(remembered, features, 1)

    def forward(self, earlier: list[Tensor]) -> Tensor:
        """Return the block's state from those of all earlier blocks, the nearest last."""
        state = earlier[-1]
        turns = []
        for first_norm, second_norm in zip(self.first_norms, self.second_norms, strict=True):
            inner = self.first(F.relu(first_norm(state)))
            state = state + self.second(F.relu(second_norm(inner)))
            turns.append(state)
        memories = torch.cat([*earlier[: self.long_term], *turns[-self.short_term :]], dim=1)
        gated: Tensor = self.gate(F.relu(self.gate_norm(memories)))
        return gated


PUBLIC = MemNet
