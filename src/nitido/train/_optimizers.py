"""Optimizers."""

from collections import defaultdict
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.optim import SGD, Adam, AdamW, Optimizer, RMSprop

from nitido.recipes import Schedule

_NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)  # Jordan et al. 2024: fast, lands near 0.7..1.2
_ADAM_SHARE = 0.075  # learning rate of what Muon leaves to Adam, in parts of Muon's


class Muon(Optimizer):
    """Momentum whose update of every 3x3 convolution is made orthogonal (Jordan et al. 2024).

    A convolution counts as the matrix (out, in * 9). Biases, the first and last convolutions and
    everything else that is no hidden matrix follow Adam. In equal steps it reached on the house
    network what AdamW needs about twice as many for; see docs/training.md.

    Parameters
    ----------
    network : nn.Module
        Whose parameters are trained.
    lr : float
        Size of an orthogonal update: the spectral norm of a step.
    weight_decay : float
        Decoupled, in parts of the learning rate.
    """

    def __init__(self, network: nn.Module, lr: float, weight_decay: float) -> None:
        hidden = [p for p in network.parameters() if p.ndim == 4 and p.shape[-1] > 1]
        hidden = [p for p in hidden if min(p.shape[:2]) > _outer(network)]
        others = [p for p in network.parameters() if not any(p is h for h in hidden)]
        groups = [
            {"params": hidden, "orthogonal": True, "share": 1.0},
            {"params": others, "orthogonal": False, "share": _ADAM_SHARE},
        ]
        super().__init__([g for g in groups if g["params"]], {"lr": lr, "decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Update every parameter that has a gradient."""
        loss = closure() if closure else None
        for group in self.param_groups:
            rate = group["lr"] * group["share"]
            moved = [p for p in group["params"] if p.grad is not None]
            updates = self._orthogonal(moved) if group["orthogonal"] else self._adam(moved)
            for parameter, update in zip(moved, updates, strict=True):
                parameter.mul_(1 - rate * group["decay"])
                parameter.add_(update, alpha=-rate)
        return loss

    def _orthogonal(self, parameters: list[Tensor]) -> list[Tensor]:
        """Nesterov momentum, then the nearest orthogonal matrix; equal shapes go together."""
        alike: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        updates: list[Tensor] = []
        for index, parameter in enumerate(parameters):
            state = self.state[parameter]
            gradient = _gradient(parameter)
            momentum = state.setdefault("momentum", torch.zeros_like(parameter))
            momentum.lerp_(gradient, 0.05)
            updates.append(gradient.lerp(momentum, 0.95))
            alike[tuple(parameter.shape)].append(index)
        for shape, indices in alike.items():
            matrices = torch.stack([updates[i].reshape(shape[0], -1) for i in indices])
            for i, matrix in zip(indices, orthogonalize(matrices), strict=True):
                updates[i] = matrix.reshape(shape)
        return updates

    def _adam(self, parameters: list[Tensor]) -> list[Tensor]:
        updates = []
        for parameter in parameters:
            state = self.state[parameter]
            gradient = _gradient(parameter)
            count = state["count"] = state.get("count", 0) + 1
            first = state.setdefault("first", torch.zeros_like(parameter))
            second = state.setdefault("second", torch.zeros_like(parameter))
            first.lerp_(gradient, 0.1)
            second.lerp_(gradient.square(), 0.001)
            spread = (second / (1 - 0.999**count)).sqrt() + 1e-8
            updates.append(first / (1 - 0.9**count) / spread)
        return updates


def orthogonalize(matrices: Tensor) -> Tensor:
    """Push the singular values of (N, rows, columns) towards 1 by five Newton-Schulz steps.

    The steps are polynomials of the Gram matrix, so they are multiplied up there, where matrices
    are small, and applied to the long ones once.
    """
    a, b, c = _NEWTON_SCHULZ
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices
    x = x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-7)
    gram = x @ x.mT
    one = torch.eye(gram.shape[1], dtype=x.dtype, device=x.device)
    product = one
    for _ in range(5):
        factor = a * one + b * gram + c * gram @ gram
        product = factor @ product
        gram = factor @ gram @ factor
    rows, columns = matrices.shape[1:]
    x = product @ x
    updates: Tensor = (x.mT if tall else x) * max(1.0, rows / columns) ** 0.5
    return updates


def build_optimizer(network: nn.Module, schedule: Schedule) -> Optimizer:
    """Build what a schedule names."""
    lr, decay = schedule.lr, schedule.weight_decay
    if schedule.optimizer == "muon":
        return Muon(network, lr, decay)
    trained = [p for p in network.parameters() if p.requires_grad]
    if schedule.optimizer == "sgd":
        return SGD(trained, lr, momentum=schedule.momentum, weight_decay=decay)
    if schedule.optimizer == "rmsprop":
        return RMSprop(trained, lr, momentum=schedule.momentum, weight_decay=decay)
    kind = AdamW if schedule.optimizer == "adamw" else Adam
    return kind(trained, lr, betas=schedule.betas, weight_decay=decay)


def _gradient(parameter: Tensor) -> Tensor:
    assert parameter.grad is not None, "parameters without a gradient are passed over"
    return parameter.grad


def _outer(network: nn.Module) -> int:
    """Return how many channels a picture has at most where it enters, folded by 2 at most."""
    return 4 * int(getattr(network, "channels", 3))
