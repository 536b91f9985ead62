"""An estimator of what is wrong with a picture, from one of its windows.

Not from a paper. Convolutions look for traces (noise, blocks, dots, edges that are too soft) in the
window without its mean color and, made larger, in its differences from the means of 3x3 pixels,
where white noise shows, and of 9x9, where the noise of cameras does, which is soft. What they find
is averaged over the window, and its maximum and its minimum taken: texture is in places, noise
everywhere. Two dense layers read from that, for every fact, whether it is there and how strong it
is. A level comes with its uncertainty: a median and a scale of a Laplace distribution, so that
windows that see little have little weight where many are combined (after A. Kendall, Y. Gal, "What
uncertainties do we need in Bayesian deep learning for computer vision?", NIPS 2017).

**Departure from the paper:** none, there is no paper.
"""

from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nitido.errors import SettingError

_DIFFERENCES = {3: 64.0, 9: 32.0}  # from means over so many pixels across, and how much larger
_STRIDES = (1, 2, 1, 2, 1, 2, 1)


class Estimator(nn.Module):
    """Presence, level and uncertainty of every fact.

    Parameters
    ----------
    facts : (str, ...)
        Names of what is estimated, in the order in which the degradation tells them.
    features : (int, ...)
        Features of the seven convolutions; the second, fourth and sixth halve the resolution.
    dense : int
        Features of the layer before the last.

    Raises
    ------
    SettingError
        If there are no facts, or not seven numbers of features, each 1 at least.
    """

    TINY: ClassVar[dict[str, Any]] = {"features": (4,) * 7, "dense": 8}
    gives_facts = True  # and no picture
    channels = 3
    scale = 1
    multiple_of = 8
    radius = None

    def __init__(
        self,
        facts: tuple[str, ...] = ("noise", "jpeg"),
        features: tuple[int, ...] = (32, 32, 48, 64, 64, 80, 80),
        dense: int = 96,
    ) -> None:
        if not facts:
            raise SettingError("facts is empty; name one at least.")
        if len(features) != len(_STRIDES) or min(*features, dense) < 1:
            raise SettingError(
                f"features is {features}; give {len(_STRIDES)} numbers, each 1 at least."
            )
        super().__init__()
        self.facts = facts
        seen = ((1 + len(_DIFFERENCES)) * self.channels, *features)
        self.traces = nn.Sequential(
            *(_convolution(*pair) for pair in zip(seen, features, _STRIDES, strict=False))
        )
        self.first = nn.Linear(3 * features[-1], dense)
        self.last = nn.Linear(dense, 3 * len(facts))

    def forward(self, lq: Tensor) -> Tensor:
        """Judge `lq` (N, 3, H, W), 0..1; (N, 3 * facts, 1, 1).

        First the log odds that each fact is there, then the medians of their levels on the scale
        of `nitido.degradations.FACTS`, then the natural logarithms of their scales.
        """
        seen = [lq - lq.mean(dim=(2, 3), keepdim=True)]
        for side, gain in _DIFFERENCES.items():
            mean = F.avg_pool2d(lq, side, 1, side // 2, count_include_pad=False)
            seen.append(torch.asinh(gain * (lq - mean)))
        traces = self.traces(torch.cat(seen, dim=1))
        pooled = [traces.mean(dim=(2, 3)), traces.amax(dim=(2, 3)), traces.amin(dim=(2, 3))]
        found = torch.cat(pooled, dim=1)
        judged: Tensor = self.last(torch.relu(self.first(found)))
        return judged[..., None, None]


def _convolution(seen: int, features: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(seen, features, 3, stride, padding=1, bias=False),
        nn.BatchNorm2d(features),
        nn.ReLU(inplace=True),
    )


PUBLIC = Estimator
