"""Networks: one file per paper, each a ``torch.nn.Module`` that restores a picture.

The contract of the room, which the tests hold for every file in it:

* ``network(lq)`` returns `restored`; both float (N, C, H, W), nominal 0..1, output sides `scale`
  times the input's. Values may leave 0..1, nothing is clamped. The sides of `lq` are multiples of
  `multiple_of`; callers pad.
* Facts are attributes: `scale`, `multiple_of`, `radius` and `channels` (see `Network`).
* ``inputs``, where it exists, announces what the network takes besides `lq`: a tuple of `Input`,
  in the order of the arguments of ``forward``, which have the same names. ``inputs = (SIGMA,)`` is
  ``network(lq, sigma)``, `sigma` (N, 1, 1, 1) in the same 0..1 units as `lq` (the level of papers
  over 255); with ``SIGMA_OR_NONE`` a negative level asks the network to judge for itself.
* An input that is ``judged="coarse"`` is what only the whole picture can tell. The network's part
  of its name makes it of the picture shrunk to `side` by area means, in any size; callers lay it
  over the picture bilinearly. ``network.laid(lq)`` does both for a whole picture and returns the
  planes by their names; ``network(lq)`` uses that, so that training needs nothing else.
* ``supervised(lq)``, where it exists, returns every output a training loss is summed over, the
  one that ``forward`` returns last. Without it that is ``(network(lq),)``.
* Settings are keyword arguments of the constructor; what cannot work raises `SettingError`.
* ``TINY`` holds the settings of an instance small enough for tests.
* ``VARIANTS``, where it exists, names configurations that papers made known, as settings; the
  names begin with the file's: ``dncnn_b``.
* ``from_authors(state, **settings)``, where it exists, is a class method that builds the network
  from the authors' state dict: their names of settings and tensors, or ours. It raises
  `WeightsError` where the tensors do not fit. Without it weights carry our names only.

Importing the room does not import PyTorch; importing one of its files does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from nitido.networks._inputs import SIGMA, SIGMA_OR_NONE, Input, find_input, inputs_of

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["SIGMA", "SIGMA_OR_NONE", "Input", "Network", "find_input", "inputs_of"]


class Network(Protocol):
    """What every network offers, besides being a ``torch.nn.Module``."""

    TINY: ClassVar[dict[str, Any]]
    """Settings of a small instance, for tests."""
    scale: int
    """Output size over input size."""
    multiple_of: int
    """Both sides of the input are multiples of this."""
    radius: int | None
    """How far one input pixel reaches, in LQ pixels; None where it reaches everywhere."""
    channels: int
    """Bands of input and output: 1 for gray, 3 for color."""

    def __call__(self, lq: Tensor) -> Tensor:
        """Restore a batch (N, C, H, W)."""
        ...
