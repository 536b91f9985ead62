"""Build the network that a weights file belongs to."""

from safetensors.torch import load_file
from torch import nn

from nitido import catalog, networks
from nitido.errors import WeightsError
from nitido.weights._file import Weights


def load_network(weights: Weights) -> nn.Module:
    """Return the network of a card with its tensors, fp32, in eval mode, on the CPU.

    Raises
    ------
    WeightsError
        If the tensors do not fit the network that the card names.
    """
    network: nn.Module = catalog.build(networks, weights.card.network, **weights.card.settings)
    tensors = {key: tensor.float() for key, tensor in load_file(weights.file).items()}
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise WeightsError(f"{weights.file} does not fit its own card: {error}.") from error
    return network.eval()
