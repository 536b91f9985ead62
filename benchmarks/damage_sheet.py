"""Draw every damage at its defaults into one picture, for the docs.

python benchmarks/damage_sheet.py PICTURE docs/images/degradations.jpg
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from nitido import catalog, degradations
from nitido.picture import imresize, read

_SIDE, _COLUMNS, _LINE = 176, 7, 18  # pixels, panels a row, pixels for the name


def panel(gt, name):
    """Return one damaged picture, at the size of the others, and its name below."""
    lq = catalog.build(degradations, name)(gt, np.random.default_rng(1))
    if lq.shape != gt.shape:
        lq = lq.repeat(gt.shape[0] // lq.shape[0], axis=0).repeat(
            gt.shape[1] // lq.shape[1], axis=1
        )
    sheet = Image.new("RGB", (_SIDE, _SIDE + _LINE), "white")
    sheet.paste(Image.fromarray(np.rint(lq.clip(0, 1) * 255).astype(np.uint8)))
    font = ImageFont.load_default(11)
    ImageDraw.Draw(sheet).text((2, _SIDE + 2), name, fill="black", font=font)
    return sheet


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture", type=Path, help="a clean picture, in color")
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    pixels = read(arguments.picture).pixels
    side = min(pixels.shape[:2])
    top, left = ((length - side) // 2 for length in pixels.shape[:2])
    square = pixels[top : top + side, left : left + side]
    gt = imresize(np.ascontiguousarray(square), size=(_SIDE, _SIDE)).clip(0, 1)
    names = catalog.names(degradations)
    rows = -(-len(names) // _COLUMNS)
    sheet = Image.new("RGB", (_COLUMNS * (_SIDE + 4), rows * (_SIDE + _LINE)), "white")
    for index, name in enumerate(names):
        down, across = divmod(index, _COLUMNS)
        sheet.paste(panel(gt, name), (across * (_SIDE + 4), down * (_SIDE + _LINE)))
    sheet.save(arguments.output, quality=88, optimize=True)


if __name__ == "__main__":
    main()
