"""What a restorer tells of one picture: by which weights, how, for how long."""

from dataclasses import dataclass


@dataclass
class Report:
    """What was done to one picture."""

    weights: str
    engine: str
    precision: str
    tile: tuple[int, int]  # height, width; LQ pixels, overlap included
    tiles: int
    megapixels: float
    seconds: float = 0.0
    engine_seconds: float = 0.0
    sigma: float | None = None  # the noise level the network was told, 8-bit units
    notes: tuple[str, ...] = ()
