"""Adversarial losses: a second network learns to tell restored pictures from real ones.

Goodfellow and others: "Generative Adversarial Nets", NIPS 2014, arXiv 1406.2661, in the form that
does not saturate (section 3); least squares: Mao and others: "Least Squares Generative Adversarial
Networks", ICCV 2017, arXiv 1611.04076, with targets 0 and 1; hinge: Lim, Ye: "Geometric GAN",
2017, arXiv 1705.02894; relativistic average: Jolicoeur-Martineau: "The Relativistic Discriminator:
A Key Element Missing from Standard GAN", ICLR 2019, arXiv 1807.00734.
"""

from collections.abc import Callable

from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F

from nitido.errors import SettingError
from nitido.losses._discriminator import PatchDiscriminator
from nitido.losses._pair import same_shape

_Penalty = Callable[[Tensor], Tensor]


def _squared(target: float) -> _Penalty:
    return lambda scores: (scores - target).square() / 2


# What a score costs where the picture is to be called real, and where it is to be called restored.
_KINDS: dict[str, tuple[_Penalty, _Penalty]] = {
    "standard": (lambda scores: F.softplus(-scores), F.softplus),
    "least_squares": (_squared(1), _squared(0)),
    "hinge": (lambda scores: F.relu(1 - scores), lambda scores: F.relu(1 + scores)),
}


class Adversarial(nn.Module):
    """How well `restored` passes for a real picture, by the scores of a patch discriminator.

    Parameters
    ----------
    kind : str
        ``standard`` (cross entropy), ``least_squares`` or ``hinge``.
    relativistic : bool
        Whether a score counts as its distance from the mean score of the other side's pictures;
        then real pictures pull at the network too.
    channels, features, depth : int
        Of the discriminator: bands of the picture, width, halvings. Pictures need 3 * 2 ** depth
        pixels in height and width.

    Raises
    ------
    SettingError
        If the kind is unknown or a number is below 1.
    """

    learned = True

    def __init__(
        self,
        kind: str = "standard",
        relativistic: bool = False,
        channels: int = 3,
        features: int = 64,
        depth: int = 3,
    ) -> None:
        super().__init__()
        if kind not in _KINDS:
            raise SettingError(f"kind: {kind!r} found; there are {', '.join(_KINDS)}.")
        self.kind = kind
        self.relativistic = relativistic
        self.discriminator: nn.Module = PatchDiscriminator(channels, features, depth)
        self._real, self._restored = _KINDS[kind]
        if relativistic and kind == "least_squares":
            self._restored = _squared(-1)  # the paper's target for distances

    def forward(self, restored: Tensor, gt: Tensor) -> Tensor:
        """Return the loss of the network, which wants `restored` to be called real.

        The discriminator's weights get no gradient of it.

        Raises
        ------
        SettingError
            If the shapes differ, or the pictures are too small.
        """
        same_shape(restored, gt)
        fixed = {name: p.detach() for name, p in self.discriminator.named_parameters()}

        def score(pictures: Tensor) -> Tensor:
            scores: Tensor = functional_call(self.discriminator, fixed, (pictures,))
            return scores

        if self.relativistic:
            real, fake = _distances(score(gt), score(restored))
            return self._real(fake).mean() + self._restored(real).mean()
        if self.kind == "hinge":
            return -score(restored).mean()
        return self._real(score(restored)).mean()

    def discriminate(self, restored: Tensor, gt: Tensor) -> Tensor:
        """Return the loss of the discriminator, which wants to call both what they are.

        `restored` gets no gradient of it.

        Raises
        ------
        SettingError
            If the shapes differ, or the pictures are too small.
        """
        same_shape(restored, gt)
        real, fake = self.discriminator(gt), self.discriminator(restored.detach())
        if self.relativistic:
            real, fake = _distances(real, fake)
        return self._real(real).mean() + self._restored(fake).mean()


def _distances(real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """Return both scores less the mean of the other."""
    return real - fake.mean(), fake - real.mean()


PUBLIC = Adversarial
