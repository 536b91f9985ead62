"""Any size: which networks enlarge a picture, and what it is reduced to behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from math import floor, isfinite, sqrt

from nitido.errors import SettingError


@dataclass(frozen=True)
class Size:
    """How large a result is wanted; its proportions are those of the picture.

    Parameters
    ----------
    scale : float, optional
        Times the sides of the picture, any number above 0.
    width, height : int, optional
        Pixels. Of both, the result is as large as fits into them.
    megapixels : float, optional
        Millions of pixels.

    Raises
    ------
    SettingError
        If a number is not above 0, or more than one way is taken to say the size.
    """

    scale: float | None = None
    width: int | None = None
    height: int | None = None
    megapixels: float | None = None

    def __post_init__(self) -> None:
        for name in ("scale", "width", "height", "megapixels"):
            value = getattr(self, name)
            if value is not None and not (value > 0 and isfinite(value)):
                raise SettingError(f"{name} is {value}; it must be above 0.")
        said = [self.scale is not None, self.megapixels is not None]
        if sum(said) + (self.width is not None or self.height is not None) > 1:
            raise SettingError("scale, width and height, and megapixels: say the size in one way.")

    @property
    def asked(self) -> bool:
        """Whether any size is asked for."""
        return self != Size()

    def factor(self, height: int, width: int) -> float:
        """Return how many times larger a picture of this size has to become."""
        if self.scale is not None:
            return self.scale
        if self.megapixels is not None:
            return sqrt(self.megapixels * 1e6 / (height * width))
        factors = []
        if self.width is not None:
            factors.append(self.width / width)
        if self.height is not None:
            factors.append(self.height / height)
        return min(factors, default=1.0)

    def of(self, height: int, width: int) -> tuple[int, int]:
        """Return height and width of the result for a picture of this size, 1 or more."""
        factor = self.factor(height, width)
        tall, wide = (max(1, floor(side * factor + 0.5)) for side in (height, width))
        return tall, wide


def enlargements(factor: float, costs: Mapping[int, float]) -> tuple[int, ...]:
    """Return the factors of networks whose product reaches a factor with the least work.

    Parameters
    ----------
    factor : float
        How many times larger a picture has to become, at least; up to 1 there is nothing to do.
    costs : mapping
        By what each network enlarges, and what one pixel of its input costs.
    """
    waiting: list[tuple[float, int, tuple[int, ...]]] = [(0.0, 1, ())]
    while True:  # the cheapest way that has not been followed, until one arrives
        work, reached, chain = heappop(waiting)
        if reached >= factor - 1e-9:
            return chain
        for one, cost in costs.items():
            heappush(waiting, (work + reached**2 * cost, reached * one, (*chain, one)))
