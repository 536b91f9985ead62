"""Build the network that a weights file belongs to."""

from safetensors.torch import load_file
from torch import nn

from nitido import catalog, networks
from nitido.errors import WeightsError
from nitido.weights._file import Weights

COMMUNITY = "community"
"""What weights are imported as whose network only the package spandrel can build."""


def load_network(weights: Weights) -> nn.Module:
    """Return the network of a card with its tensors, fp32, in eval mode, on the CPU.

    Raises
    ------
    WeightsError
        If the tensors do not fit the network that the card names, or only spandrel can build it.
    """
    if weights.card.network == COMMUNITY:
        raise WeightsError(
            f"{weights.file} holds {weights.card.title}, which runs on OpenVINO alone; "
            "leave out --engine torch."
        )
    network: nn.Module = catalog.build(networks, weights.card.network, **weights.card.settings)
    tensors = {key: tensor.float() for key, tensor in load_file(weights.file).items()}
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise WeightsError(f"{weights.file} does not fit its own card: {error}.") from error
    return network.eval()
