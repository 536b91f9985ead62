"""What the network is told of one picture, each input as its card says."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from nitido.diagnosis import Look, judge
from nitido.errors import SettingError
from nitido.picture import Source, area_weights
from nitido.restorer._engine_cache import EngineCache
from nitido.restorer._planes import Laid, Plane, WithPlanes, given_plane
from nitido.weights import Card

GivenPlanes = Mapping[str, np.ndarray | Source]


@dataclass(frozen=True)
class Telling:
    """What is told beside the pixels.

    Attributes
    ----------
    sigma : float or None
        The noise level, 0..1; None where the network judges it or takes none.
    planes : dict of str to Plane
        What is told for every pixel; each can be read once.
    """

    sigma: float | None = None
    planes: dict[str, Plane] = field(default_factory=dict)

    def beside(self, source: Source) -> Source:
        """Return a source with the planes as further bands."""
        return WithPlanes(source, self.planes) if self.planes else source


def needs_look(card: Card, sigma: float | None) -> bool:
    """Tell whether the whole picture must be looked at before its first tile can be restored."""
    level = card.input("sigma")
    judged = {one.judged for one in card.inputs if one is not level}
    return "coarse" in judged or (level is not None and must_be_found(card, sigma))


def must_be_found(card: Card, sigma: float | None) -> bool:
    """Tell whether the diagnosis has to find the noise level, as neither caller nor network can."""
    level = card.input("sigma")
    return level is not None and level.judged == "diagnosis" and sigma is None


def check_planes(card: Card, planes: GivenPlanes) -> None:
    """Refuse planes that the network does not take, and the lack of one that it needs.

    Raises
    ------
    SettingError
        That names the plane, and what to do.
    """
    takes = {one.name: one for one in card.inputs if one.shape == "plane"}
    for name in planes:
        if name not in takes:
            known = ", ".join(takes) or "none"
            raise SettingError(f"The weights {card.name} take no plane {name}; they take {known}.")
    for name, one in takes.items():
        if one.judged == "caller" and name not in planes:
            raise SettingError(
                f"The weights {card.name} must be told {name} for every pixel; give it as "
                f"planes={{{name!r}: an array (H, W)}}."
            )


def tell(
    engines: EngineCache,
    source: Source,
    look: Look | None,
    *,
    sigma: float | None = None,
    planes: GivenPlanes | None = None,
) -> Telling:
    """Gather what the network is told of a picture.

    Parameters
    ----------
    engines : EngineCache
        Of the network.
    source : Source
        The picture; its rows are not read.
    look : Look or None
        At the whole of it, with the tone that the network is shown; needed where `needs_look`
        says so.
    sigma : float, optional
        The level that a caller tells, 0..1.
    planes : mapping, optional
        What a caller tells for every pixel.

    Raises
    ------
    SettingError
        If a plane does not fit the picture.
    """
    card = engines.weights.card
    given = planes or {}
    known = look is not None and look.tone.level is not None  # so that nobody need judge it
    if must_be_found(card, sigma) or (known and sigma is None and card.input("sigma")):
        assert look is not None, "whoever calls has looked where needs_look says so"
        sigma = judge(look).level / 255
    told: dict[str, Plane] = {}
    for one in card.inputs:
        if one.shape != "plane":
            continue
        if one.name in given:
            told[one.name] = given_plane(
                one.name, given[one.name], source.height, source.width, one.channels
            )
        elif one.judged == "coarse" and one.side is not None:
            assert look is not None, "whoever calls has looked where needs_look says so"
            coarse = _coarse(engines, one.name, look, one.side)
            told[one.name] = Laid(coarse, source.height, source.width)
    return Telling(sigma, told)


def _coarse(engines: EngineCache, name: str, look: Look, side: int) -> np.ndarray:
    """Return what the network's part says of the whole picture made small, (h, w, channels).

    Where bands are restored one by one, each has channels of its own.
    """
    small, _ = look.tone.show(look.small)
    down, across = (area_weights(length, side) for length in small.shape[:2])
    small = np.einsum("ih,hwc,jw->cij", down, small, across, optimize=True)
    channels = engines.weights.card.channels
    pictures = small[None] if len(small) == channels else small[:, None].repeat(channels, axis=1)
    run = engines.part(name)
    results = [run(np.ascontiguousarray(one[None], np.float32))[0] for one in pictures]
    return np.concatenate(results).transpose(1, 2, 0)
