"""Text laid over a picture, the thin holes of inpainting papers (Deep Image Prior and before)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from nitido.degradations._levels import Level, check, draw, draw_integer
from nitido.degradations._masks import Fill, LosesPixels
from nitido.errors import SettingError

_LETTERS = np.array(list(3 * ascii_lowercase + ascii_uppercase + digits))
_WORD = (2, 9)  # letters
_LINE_STEP, _SPACE = 1.2, 0.3  # from line to line and from word to word, in sizes of the font


@dataclass(frozen=True)
class MissingText(LosesPixels):
    """Lose what words of random letters cover, in the font that comes with Pillow.

    Parameters
    ----------
    share : float or (float, float)
        Share of the pixels that go missing, 0..0.5; words are added until it is reached. A page
        full of lines covers 0.14 to 0.19, depending on the size; then no more is added.
    size : float or (float, float)
        Size of the font in pixels, 4..2000, rounded to whole ones.
    layout : {"lines", "scattered"}
        Whether the words fill lines across the picture, in random order, or lie anywhere.
    fill : float or "noise"
        Value in the holes, 0..1, or even random values.

    Raises
    ------
    SettingError
        If a level is out of range or `layout` or `fill` is something else.
    """

    share: Level = (0.05, 0.14)
    size: Level = (12, 40)
    layout: Literal["lines", "scattered"] = "lines"
    fill: Fill = 0.0

    def __post_init__(self) -> None:
        check("share", self.share, 0, 0.5)
        check("size", self.size, 4, 2000)
        if self.layout not in ("lines", "scattered"):
            raise SettingError(f"layout is {self.layout!r}; there are lines and scattered.")
        super().__post_init__()

    def mask(self, height: int, width: int, rng: np.random.Generator) -> np.ndarray:
        """Draw the holes, bool (height, width), True where a pixel is missing."""
        missing = np.zeros((height, width), bool)
        to_do = draw(self.share, rng) * missing.size
        size = draw_integer(self.size, rng)
        words = _lines if self.layout == "lines" else _scattered
        for word, top, left in words(height, width, size, rng):
            if to_do <= 0:
                break
            to_do -= _stamp(missing, word, top, left)
        return missing


_Placed = tuple[np.ndarray, int, int]  # a word, bool (h, w), with its top row and left column


def _lines(height: int, width: int, size: int, rng: np.random.Generator) -> Iterator[_Placed]:
    """Yield words that fill the lines of a page, line by line in random order."""
    step = round(_LINE_STEP * size)
    tops = np.arange(-int(rng.integers(step)), height, step)
    for top in rng.permutation(tops).tolist():
        left = -int(rng.integers(3 * size))
        while left < width:
            word = _word(size, rng)
            yield word, top, left
            left += word.shape[1] + round(_SPACE * size)


def _scattered(height: int, width: int, size: int, rng: np.random.Generator) -> Iterator[_Placed]:
    """Yield words whose middle is anywhere in the picture; far more than half of it can take."""
    for _ in range(20 + 10 * height * width // size**2):
        word = _word(size, rng)
        top = int(rng.integers(height)) - word.shape[0] // 2
        yield word, top, int(rng.integers(width)) - word.shape[1] // 2


def _word(size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw a word of random letters, bool (h, w), True on the letters."""
    letters = _LETTERS[rng.integers(len(_LETTERS), size=rng.integers(_WORD[0], _WORD[1] + 1))]
    text = "".join(letters)
    font = _font(size)
    _, _, right, bottom = font.getbbox(text)
    image = Image.new("1", (int(right) + 1, int(bottom) + 1))
    ImageDraw.Draw(image).text((0, 0), text, fill=1, font=font)
    return np.asarray(image)


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return Pillow's own font; building it takes longer than drawing a word."""
    return ImageFont.load_default(size)


def _stamp(missing: np.ndarray, word: np.ndarray, top: int, left: int) -> int:
    """Add a word to the holes, cut off at the border, and return how many pixels it took."""
    rows, columns = slice(max(0, -top), None), slice(max(0, -left), None)
    part = missing[max(0, top) :, max(0, left) :][: word.shape[0], : word.shape[1]]
    seen = word[rows, columns][: part.shape[0], : part.shape[1]]
    part = part[: seen.shape[0], : seen.shape[1]]
    new = seen & ~part
    part |= seen
    return int(np.count_nonzero(new))


PUBLIC = MissingText
