"""Estimating what is wrong: presence by cross entropy, levels by a Laplace distribution.

The targets are facts, (N, facts, 1, 1), as `nitido.degradations.Fact` describes them: positive,
negative, 0 or NaN. The network gives, for every fact, log odds, a median and the logarithm of a
scale. A false alarm costs more than a missed trace: a sound picture must stay as it is.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nitido.errors import SettingError
from nitido.objectives._types import Judge, Restore

_PRECISION = 10.0  # weight of the errors of levels, whose scale is about 1, beside their scales
_SCALES = (-4.0, 2.0)  # natural logarithms between which a scale is kept


class Estimation(nn.Module):
    """Minus the log likelihood of what is there, and of how strong it is where it is there.

    Parameters
    ----------
    false_alarm : float
        How many times as much it costs to find what is not there as to miss what is.
    levels : float
        Weight of the levels beside that of the presence.

    Raises
    ------
    SettingError
        If one is not above 0.
    """

    needs_gt = True

    def __init__(self, false_alarm: float = 2.0, levels: float = 1.0) -> None:
        super().__init__()
        if min(false_alarm, levels) <= 0:
            raise SettingError("false_alarm and levels must be above 0.")
        self.false_alarm = false_alarm
        self.levels = levels

    def forward(
        self, restore: Restore, judge: Judge, lq: Tensor, gt: Tensor, fraction: float
    ) -> tuple[Tensor, Tensor]:
        """Return the loss, and the medians where something is there, `gt` elsewhere.

        Raises
        ------
        SettingError
            If the network does not give three numbers for every fact.
        """
        judged = restore(lq)[-1].float()
        if judged.shape[1] != 3 * gt.shape[1]:
            raise SettingError(
                f"The network gives {judged.shape[1]} numbers for {gt.shape[1]} facts, not three "
                "for each; name the facts of the degradation in network.facts."
            )
        odds, median, spread = judged.chunk(3, dim=1)
        there, absent = gt > 0, gt == 0
        weight = there + self.false_alarm * absent
        presence = F.binary_cross_entropy_with_logits(
            odds, there.to(odds.dtype), weight, reduction="sum"
        ) / len(gt)

        # The scale is fitted to the errors but does not weigh them: where it is small its gradient
        # would drown everything else.
        measured = there | (gt < 0)
        error = (median - torch.where(measured, gt.abs(), median.detach())).abs()
        spread = spread.clamp(*_SCALES)
        surprise = error.detach() * torch.exp(-spread) + spread
        levels = (_PRECISION * error + surprise) * measured
        levels = levels.sum() / measured.sum().clamp(min=1)
        return presence + self.levels * levels, torch.where(measured, median, gt)


PUBLIC = Estimation
