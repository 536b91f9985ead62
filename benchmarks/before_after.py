"""Draw pieces of the examples above what `nitido.restore` makes of them, for the README.

python benchmarks/before_after.py docs/images/before-after.png
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

import nitido

_EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
_PIECES = {  # file: top and left, pixels
    "cat.jpg": (20, 60),
    "coffee.png": (30, 30),
    "rocket.webp": (100, 40),
    "cameraman.png": (60, 110),
}
_SIDE, _LARGER, _GAP = 150, 2, 8  # pixels of a piece, times larger, pixels between pieces


def piece(picture, top, left):
    """Return a square of a picture, enlarged by repeating pixels, as 8-bit RGB."""
    square = picture.pixels[top : top + _SIDE, left : left + _SIDE]
    shown = np.rint(square.clip(0, 1) * 255).astype(np.uint8).repeat(_LARGER, 0).repeat(_LARGER, 1)
    return Image.fromarray(np.broadcast_to(shown, (*shown.shape[:2], 3)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path)
    step = _SIDE * _LARGER + _GAP
    whole = Image.new("RGB", (len(_PIECES) * step - _GAP, 2 * step - _GAP), "white")
    for column, (name, place) in enumerate(_PIECES.items()):
        lq = nitido.read(_EXAMPLES / name)
        for row, picture in enumerate((lq, nitido.restore(_EXAMPLES / name))):
            whole.paste(piece(picture, *place), (column * step, row * step))
    whole.save(parser.parse_args().output, optimize=True)


if __name__ == "__main__":
    main()
