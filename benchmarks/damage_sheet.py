"""Draw every damage at its defaults into one picture, for the docs.

python benchmarks/damage_sheet.py PICTURE docs/images/degradations.jpg
"""

import argparse
from pathlib import Path

import numpy as np
from _sheet import sheet

from nitido import catalog, degradations
from nitido.picture import imresize, read

_SIDE = 176  # pixels
_COLUMNS, _LINE, _FONT = 7, 18, 11  # panels a row, pixels for the name, size of its letters


def panel(gt, name):
    """Return the name of a damage, and what it makes, at the size of the others."""
    lq = catalog.build(degradations, name)(gt, np.random.default_rng(1))
    if lq.shape != gt.shape:
        lq = lq.repeat(gt.shape[0] // lq.shape[0], axis=0).repeat(
            gt.shape[1] // lq.shape[1], axis=1
        )
    return name, lq


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
    panels = [panel(gt, name) for name in names]
    sheet(panels, _COLUMNS, _LINE, _FONT).save(arguments.output, quality=88, optimize=True)


if __name__ == "__main__":
    main()
