"""Missing brush strokes: the free-form masks of DeepFill v2 (Yu et al., ICCV 2019).

A round brush goes to and fro: it takes a direction a(i) = h + (-1)^i t(i) with turns t(i) around 72
degrees, draws a straight piece, and so on. The defaults are those known for 256 x 256 (4 to 12
vertices, turns of 72 +- 24 degrees, brushes of 12 to 40 pixels) as shares of the shorter side.

Departure from the paper: the heading h is any angle, where the paper flips a horizontal one, and
lengths are drawn evenly.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from nitido.degradations._levels import Level, check, draw, draw_integer
from nitido.degradations._masks import Fill, LosesPixels


@dataclass(frozen=True)
class MissingStrokes(LosesPixels):
    """Lose what a brush paints over.

    Every stroke draws its own number of vertices and width, every piece its own turn and length.

    Parameters
    ----------
    strokes : int or (int, int)
        How many there are.
    vertices : int or (int, int)
        Vertices of a stroke, 1 or more; one alone is a dot.
    turn : float or (float, float)
        Degrees by which a piece turns away from the stroke's heading, to the two sides in turn,
        0..180.
    length : float or (float, float)
        Length of a piece as a share of the picture's shorter side. The brush stays inside.
    width : float or (float, float)
        Width of the brush as a share of the shorter side, 0..1; one pixel at least.
    fill : float or "noise"
        Value in the holes, 0..1, or even random values.

    Raises
    ------
    SettingError
        If a level is out of range or `fill` is something else.
    """

    strokes: Level = (1, 4)
    vertices: Level = (4, 12)
    turn: Level = (48.0, 96.0)
    length: Level = (0.0, 0.35)
    width: Level = (0.05, 0.16)
    fill: Fill = 0.0

    def __post_init__(self) -> None:
        check("strokes", self.strokes, 0)
        check("vertices", self.vertices, 1)
        check("turn", self.turn, 0, 180)
        check("length", self.length, 0)
        check("width", self.width, 0, 1)
        super().__post_init__()

    def mask(self, height: int, width: int, rng: np.random.Generator) -> np.ndarray:
        """Draw the holes, bool (height, width), True where a pixel is missing."""
        shorter = min(height, width)
        image = Image.new("L", (width, height))
        brush = ImageDraw.Draw(image)
        for _ in range(draw_integer(self.strokes, rng)):
            wide = max(1, round(draw(self.width, rng) * shorter))
            points = self._way(height, width, rng)
            brush.line(points, fill=1, width=wide)
            for across, down in points:  # round ends and corners
                brush.circle((across, down), (wide - 1) / 2, fill=1)
        return np.array(image, bool)

    def _way(self, height: int, width: int, rng: np.random.Generator) -> list[tuple[float, float]]:
        """Draw the vertices of one stroke, each across and down in pixels."""
        across, down = rng.random(2) * (width - 1, height - 1)
        heading = rng.uniform(0, 2 * np.pi)
        points = [(float(across), float(down))]
        for i in range(draw_integer(self.vertices, rng) - 1):
            angle = heading + (-1) ** i * np.radians(draw(self.turn, rng))
            step = draw(self.length, rng) * min(height, width)
            across = min(max(across + step * np.cos(angle), 0), width - 1)
            down = min(max(down + step * np.sin(angle), 0), height - 1)
            points.append((float(across), float(down)))
        return points


PUBLIC = MissingStrokes
