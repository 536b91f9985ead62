"""A network on training samples, told what samples know."""

from torch import Tensor, nn

from nitido.networks import find_input, inputs_of


def told(network: nn.Module, lq: Tensor, sigma: Tensor) -> Tensor:
    """Return `restored`; the level of the samples, (N, 1, 1, 1), is told to those that take it.

    What a network judges from the whole picture it judges from the patches.
    """
    if find_input(inputs_of(network), "sigma") is None:
        restored: Tensor = network(lq)
    else:
        restored = network(lq, sigma=sigma)
    return restored
