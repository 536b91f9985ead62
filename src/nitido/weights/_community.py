"""Networks of others that this package has no file for, through the package spandrel.

It recognizes some forty architectures by their state dicts. It needs torchvision, whose binary
parts do not fit every build of PyTorch.
"""

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor, nn

from nitido.errors import EngineError, MissingExtraError, WeightsError


class Community(nn.Module):
    """A network that spandrel built, under the contract of our networks.

    Parameters
    ----------
    descriptor : spandrel.ImageModelDescriptor
        What spandrel made of a state dict.

    Raises
    ------
    WeightsError
        If it is no network from one picture to one of as many bands.
    """

    radius = None  # nobody says how far it looks

    def __init__(self, descriptor: Any) -> None:  # noqa: ANN401
        super().__init__()
        entering, leaving = descriptor.input_channels, descriptor.output_channels
        self.architecture: str = descriptor.architecture.name
        if entering != leaving or entering not in (1, 3):
            raise WeightsError(
                f"{self.architecture} takes {entering} bands and gives {leaving}; only networks "
                "from gray to gray or from color to color can be used."
            )
        self.channels: int = entering
        self.scale: int = descriptor.scale
        requirements = descriptor.size_requirements
        self.multiple_of: int = max(1, requirements.multiple_of, requirements.minimum)
        self.model: nn.Module = descriptor.model
        self._call: Callable[[nn.Module, Tensor], Tensor] = descriptor._call_fn

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`, (N, C, H * scale, W * scale)."""
        return self._call(self.model, lq)


def build_community(state: Mapping[str, Tensor]) -> Community:
    """Build whatever network a state dict belongs to.

    Raises
    ------
    MissingExtraError
        If spandrel is not installed.
    EngineError
        If it cannot run beside this build of PyTorch.
    WeightsError
        If it does not know the architecture, or it is none from picture to picture.
    """
    try:
        import spandrel  # type: ignore[import-not-found]
    except ModuleNotFoundError as error:
        raise MissingExtraError("The architectures of others", "community") from error
    except (ImportError, RuntimeError, OSError, AttributeError) as error:
        raise EngineError(
            f"spandrel cannot be loaded beside this PyTorch ({error}): its torchvision must be of "
            "the same build. Install both from one source, or import the file as one of our "
            "networks (nitido models list)."
        ) from error
    try:
        descriptor = spandrel.ModelLoader().load_from_state_dict(dict(state))
    except spandrel.UnsupportedModelError as error:
        raise WeightsError(
            f"spandrel knows no architecture of these {len(state)} tensors; "
            "name the network (nitido models list)."
        ) from error
    if not isinstance(descriptor, spandrel.ImageModelDescriptor):
        raise WeightsError(
            f"{descriptor.architecture.name} needs more than a picture; it cannot be used here."
        )
    return Community(descriptor).eval()
