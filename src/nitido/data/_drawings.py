"""Pictures that were drawn and not photographed: what a judge of damage must not take for damage.

Text, line art, screens of programs, lattices, gratings in perspective, cloth and flat colors:
everything in them is sharp, repeats or jumps, and nothing of it is noise.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Rng = np.random.Generator

_FINER = 4  # what is smooth at its edges is drawn that many times as large
_LETTERS = np.array(list("aaabcdeeefghiijklmnnooprrssttuvwxyzABCDEFGHILMNOPRSTUW0123456789.,;:-()"))


def drawing(side: int, rng: Rng, photograph: np.ndarray) -> np.ndarray:
    """Draw one picture, float32 (side, side, 3) in 0..1.

    Parameters
    ----------
    side : int
        Pixels.
    rng : numpy.random.Generator
        Decides everything.
    photograph : np.ndarray
        Float32 (side, side, C) in 0..1; some drawings lie over it or are made of it.
    """
    picture: np.ndarray = _KINDS[int(rng.integers(len(_KINDS)))](side, rng, photograph)
    return np.asarray(np.clip(picture, 0, 1), np.float32)


def _text(side: int, rng: Rng, photograph: np.ndarray) -> np.ndarray:
    """Lines of letters, dark on light or light on dark, smooth or of two values alone."""
    hard = rng.random() < 0.3
    page = Image.new("1" if hard else "L", (side, side))
    draw = ImageDraw.Draw(page)
    draw.fontmode = "1" if hard else "L"
    _write(draw, side, rng)
    ink = np.asarray(page.convert("L"), np.float32)[..., None] / 255
    paper, color = _two_colors(rng)
    ground = photograph if rng.random() < 0.15 else paper
    return np.asarray(ground + (color - ground) * ink)


def _write(draw: ImageDraw.ImageDraw, side: int, rng: Rng, top: float = -10) -> None:
    size = int(rng.integers(8, 30))
    left = rng.uniform(-20, side / 2)
    while top < side:
        if rng.random() < 0.2:
            size = int(np.clip(size + rng.integers(-4, 5), 8, 40))
        letters = rng.choice(_LETTERS, int(rng.integers(8, 60)))
        letters[rng.random(len(letters)) < 0.16] = " "
        draw.text((left, top), "".join(letters), fill=255, font=_font(size))
        top += size * rng.uniform(1.1, 1.5)


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _lines(side: int, rng: Rng, photograph: np.ndarray) -> np.ndarray:
    """Curves and straight lines, smooth or in steps."""
    finer = _FINER if rng.random() < 0.7 else 1
    page = Image.new("L", (side * finer, side * finer))
    draw = ImageDraw.Draw(page)
    for _ in range(int(rng.integers(3, 40))):
        ends = [float(v) for v in rng.uniform(-0.5, 1.5, 4) * side * finer]
        width = max(1, round(float(rng.exponential(1.2)) * finer))
        if rng.random() < 0.5:
            draw.line(ends, fill=255, width=width)
        else:
            box = [min(ends[::2]), min(ends[1::2]), max(ends[::2]) + 1, max(ends[1::2]) + 1]
            draw.ellipse(box, outline=255, width=width)
    step = rng.uniform(2, 6)
    if rng.random() < 0.3:  # hatching
        for at in np.arange(0, side, step) * finer:
            draw.line((at, side * finer * 0.6, at + 30 * finer, side * finer), 255, finer)
    ink = np.asarray(page.reduce(finer), np.float32)[..., None] / 255
    paper, color = _two_colors(rng)
    return np.asarray(paper + (color - paper) * ink)


def _screen(side: int, rng: Rng, photograph: np.ndarray) -> np.ndarray:
    """Boxes, gradients, small icons, text, and a selection of every other pixel."""
    picture: np.ndarray = np.broadcast_to(_color(rng), (side, side, 3)).copy()
    rows, columns = np.mgrid[:side, :side]
    for _ in range(int(rng.integers(2, 9))):
        top, left = (int(v) for v in rng.integers(-20, side, 2))
        tall, wide = (int(v) for v in rng.integers(6, side, 2))
        box = (slice(max(top, 0), top + tall), slice(max(left, 0), left + wide))
        kind = rng.integers(4)
        color = _color(rng)
        if kind == 0:  # a gradient
            ramp = (columns if rng.random() < 0.5 else rows)[box][..., None] / side
            color = color + ramp * rng.uniform(-0.5, 0.5, 3)
        elif kind == 1:  # every other pixel
            every = (rows + columns)[box][..., None] % 2 == 0
            color = np.where(every, picture[box], color)
        picture[box] = np.clip(color, 0, 1)
        if rng.random() < 0.4:
            picture[box][:1] = picture[box][-1:] = 0.3
    page = Image.new("L", (side, side))
    _write(ImageDraw.Draw(page), side, rng, float(rng.uniform(-10, side / 2)))
    ink = np.asarray(page, np.float32)[..., None] / 255
    picture = picture + (_color(rng) - picture) * ink
    return np.asarray(np.round(picture * 255) / 255)


def _lattice(side: int, rng: Rng, photograph: np.ndarray) -> np.ndarray:
    """A small tile of a few values, repeated exactly, in parts of the picture."""
    tall, wide = (int(v) for v in rng.integers(1, 9, 2))
    values = rng.random((int(rng.integers(2, 5)), 1 if rng.random() < 0.6 else 3))
    tile = values[rng.integers(len(values), size=(tall, wide))] - values.mean(axis=0)
    rows, columns = np.mgrid[:side, :side]
    if rng.random() < 0.3:  # drawn a little larger, without smoothing, as in enlarged icons
        zoom = rng.uniform(1.1, 3.5)
        rows, columns = (rows / zoom).astype(int), (columns / zoom).astype(int)
    slant = int(rng.integers(0, 4)) if rng.random() < 0.4 else 0
    pattern = tile[rows % tall, (columns + slant * rows) % wide]
    where = _patches_of(side, rng)
    return np.asarray(_ground(side, rng, photograph) + pattern * _contrast(rng) * where)


def _palette(side: int, rng: Rng, photograph: np.ndarray) -> np.ndarray:
    """Fields of a few colors, some of two that change from pixel to pixel, as in indexed files."""
    count = int(rng.integers(3, 24))
    steps = np.arange(count)[:, None] * rng.uniform(-0.08, 0.08, 3)
    colors = rng.random((count, 3)) if rng.random() < 0.4 else rng.random(3) + steps
    rows, columns = np.mgrid[:side, :side] + rng.integers(0, 64, 2)[:, None, None]
    tall, wide = (int(v) for v in rng.integers(6, 64, 2))
    field = (columns // wide + int(rng.integers(1, 9)) * (rows // tall)) % count
    weave, run = (int(v) for v in rng.integers(1, 4, 2))
    second = (
        (rows // run + columns // weave) % 2,
        (rows % (run + 1) == 0) & (columns % (weave + 1) == 0),
        (columns // run + rows // 2) % 2,
        columns * 0,
    )
    choice = (columns // (2 * wide) + rows // (2 * tall) + int(rng.integers(4))) % len(second)
    picture = colors[(field + np.choose(choice, second)) % count]
    return np.asarray(np.round(picture.clip(0, 1) * 255) / 255)


def _grating(side: int, rng: Rng, photograph: np.ndarray) -> np.ndarray:
    """Stripes, railings and facades, straight or in perspective."""
    finer = _FINER if rng.random() < 0.7 else 1
    rows, columns = np.mgrid[: side * finer, : side * finer] / finer
    turn = rng.choice((0.0, np.pi / 2, rng.uniform(0, np.pi))) + rng.normal(0, 0.03)
    along = columns * np.cos(turn) + rows * np.sin(turn)
    across = rows * np.cos(turn) - columns * np.sin(turn)
    depth = 1 + rng.uniform(0, 0.012) * columns + rng.uniform(0, 0.012) * rows
    bend = rng.uniform(0, 2) * np.sin(across / rng.uniform(20, 90))
    period = rng.uniform(2, 9)
    if rng.random() < 0.25:
        bars = 0.5 + 0.5 * np.sin(2 * np.pi * (along / depth + bend) / period)
    else:
        bars = ((along / depth + bend) / period) % 1 < rng.uniform(0.2, 0.8)
    if rng.random() < 0.4:
        bars = bars * ((across / depth / rng.uniform(2, 14)) % 1 < rng.uniform(0.4, 0.9))
    bars = bars.reshape(side, finer, side, finer).mean(axis=(1, 3))[..., None]
    where = _patches_of(side, rng) if rng.random() < 0.5 else 1.0
    color = rng.choice((-1, 1)) * _contrast(rng) * (1 + rng.uniform(-0.2, 0.2, 3))
    return np.asarray(_ground(side, rng, photograph) + bars * color * where)


def _cloth(side: int, rng: Rng, photograph: np.ndarray) -> np.ndarray:
    """Threads over and under each other, rounded."""
    rows, columns = np.mgrid[:side, :side].astype(np.float64)
    turn = rng.normal(0, 0.2) if rng.random() < 0.4 else 0.0
    rows, columns = (
        rows * np.cos(turn) + columns * np.sin(turn),
        columns * np.cos(turn) - rows * np.sin(turn),
    )
    wide, tall = rng.uniform(2, 7, 2) if rng.random() < 0.5 else rng.integers(2, 7, 2)
    every = int(rng.integers(1, 4))
    over = ((columns // wide) + every * (rows // tall)) % (every + 1) < 1
    weft = np.sin(np.pi * (columns % wide + 0.5) / wide)
    warp = rng.uniform(0.5, 1) * np.sin(np.pi * (rows % tall + 0.5) / tall)
    thread = np.where(over, weft, warp)[..., None] - 0.5
    tint = 1 + rng.uniform(-0.3, 0.3, 3)
    return np.asarray(_ground(side, rng, photograph) + _contrast(rng) * thread * tint)


def _flat(side: int, rng: Rng, photograph: np.ndarray) -> np.ndarray:
    """A photograph in a few colors, without dithering, or one after a threshold."""
    if rng.random() < 0.3:
        paper, color = _two_colors(rng)
        dark = photograph.mean(axis=2, keepdims=True) < rng.uniform(0.2, 0.8)
        return np.where(dark, color, paper)
    step = rng.uniform(0.02, 0.3)
    return np.asarray((np.floor(photograph / step) + 0.5) * step + np.zeros(3))


def _contrast(rng: Rng) -> float:
    """Return how far the values of a pattern lie apart: low contrast is as common as high."""
    return float(np.exp(rng.uniform(np.log(0.02), np.log(0.7))))


def _ground(side: int, rng: Rng, photograph: np.ndarray) -> np.ndarray:
    """Return what a pattern lies on: a photograph, or a color that shades slowly."""
    if rng.random() < 0.35:
        return np.asarray(photograph + np.zeros(3))
    rows, columns = np.mgrid[:side, :side]
    wave = np.sin(rows / rng.uniform(20, 200) + rng.uniform(0, 6))
    wave = wave * np.cos(columns / rng.uniform(20, 200) + rng.uniform(0, 6))
    return np.asarray(rng.uniform(0.15, 0.85, 3) + rng.uniform(0, 0.3) * wave[..., None])


def _patches_of(side: int, rng: Rng) -> np.ndarray:
    """Return where a pattern lies, bool (side, side, 1): everywhere or in soft-edged parts."""
    if rng.random() < 0.3:
        return np.ones((side, side, 1), bool)
    rows, columns = np.mgrid[:side, :side]
    waves: tuple[Callable[[np.ndarray], np.ndarray], ...] = (np.sin, np.cos)
    height = sum(
        wave(axis / rng.uniform(8, 60) + rng.uniform(0, 6))
        for wave, axis in zip(waves, (rows, columns), strict=True)
    )
    return np.asarray(height > rng.uniform(-1.8, 0.8))[..., None]


def _color(rng: Rng) -> np.ndarray:
    gray = rng.random() < 0.4
    return np.repeat(rng.random(1), 3) if gray else rng.random(3)


def _two_colors(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    """Return a light and a dark color, either first; often paper white and black."""
    if rng.random() < 0.4:
        light, dark = np.ones(3), np.zeros(3)
    else:
        light, dark = 1 - 0.4 * rng.random(3), 0.5 * rng.random(3)
    return (light, dark) if rng.random() < 0.75 else (dark, light)


_KINDS = (
    _text,
    _text,
    _lines,
    _screen,
    _lattice,
    _lattice,
    _palette,
    _grating,
    _grating,
    _cloth,
    _cloth,
    _flat,
)
